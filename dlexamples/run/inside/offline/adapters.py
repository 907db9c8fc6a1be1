"""Adapters of a model on the Hugging Face hub, for peft: small matrices beside those of a base model, and its name."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from .families import Family
from .random_weights import quietly
from .snapshots import configuration, published_class

NAMED = re.compile(r"[-_.](?:q?lora|peft|adapters?)(?=[-_.]|$)", re.IGNORECASE)
TASKS = {
    "CausalLM": "CAUSAL_LM",
    "ConditionalGeneration": "SEQ_2_SEQ_LM",
    "SequenceClassification": "SEQ_CLS",
    "TokenClassification": "TOKEN_CLS",
    "QuestionAnswering": "QUESTION_ANS",
}
"""By the end of the class's name."""


def base_of(repo_id: str) -> str:
    """`opt-350m` of `someone/opt-350m-lora`; empty for what does not call itself an adapter, or without peft."""
    if importlib.util.find_spec("peft") is None:
        return ""
    base, found = NAMED.subn("", repo_id.rpartition("/")[2])
    return base if found else ""


def write_adapter(folder: Path, base: str, family: Family) -> None:
    """LoRA's matrices with peft's defaults for this architecture; the second ones are zero, as before training."""
    from peft import LoraConfig, get_peft_model

    config = configuration(family)
    make = published_class(config, family)
    task = next((task for end, task in TASKS.items() if make.__name__.endswith(end)), None)
    with quietly():
        model = get_peft_model(make(config), LoraConfig(task_type=task))
        model.peft_config["default"].base_model_name_or_path = base
        model.peft_config["default"].inference_mode = True
        folder.mkdir(parents=True)
        model.save_pretrained(folder)

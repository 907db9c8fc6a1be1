"""Which architecture of transformers a repository's name means, and what its task and size are."""

from __future__ import annotations

import re
from typing import NamedTuple

NAMED_OTHERWISE = {
    "all-minilm": "bert", "multi-qa-minilm": "bert", "ms-marco-minilm": "bert", "biobert": "bert",
    "scibert": "bert", "finbert": "bert", "bge": "bert", "e5": "bert", "gte": "bert", "bertweet": "roberta",
    "deberta-v3": "deberta-v2", "opus-mt": "marian", "smollm": "llama", "tinyllama": "llama", "vicuna": "llama",
    "zephyr": "mistral", "mixtral": "mixtral", "dialogpt": "gpt2", "codeparrot": "gpt2", "pythia": "gpt_neox",
    "gpt-neo": "gpt_neo", "gpt-neox": "gpt_neox", "gpt-j": "gptj", "qwen2.5": "qwen2", "qwen1.5": "qwen2",
    "xlm-r": "xlm-roberta", "wav2vec2-xls-r": "wav2vec2", "indobert": "bert", "phi-1": "phi", "phi-2": "phi",
    "phi-3": "phi3", "nllb": "m2m_100", "multi-qa-mpnet": "mpnet", "minilm": "bert",
}  # fmt: skip
"""Well-known names that are no model type of the library, as their model cards give the architecture."""
HEADLESS = "none"
"""The head of what was pretrained to be fine-tuned, and is published without one."""
TASKS = (
    (r"ms-marco", "SequenceClassification", ("LABEL_0",)),
    (r"sst-?2", "SequenceClassification", ("NEGATIVE", "POSITIVE")),
    (r"mnli", "SequenceClassification", ("contradiction", "neutral", "entailment")),
    (r"conll|\bner\b", "TokenClassification",
     ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")),
    (r"squad", "QuestionAnswering", ()),
    (r"960h|\bctc\b", "CTC", ()),
    (r"in2[12]k|^all-|^paraphrase-|^multi-qa-|-nli-mean-|^(?:bge|e5|gte)-", HEADLESS, ()),
)  # fmt: skip
"""What a name's part says of the head that the weights hold: the `AutoModelFor…` and its labels."""
WIDTHS = {"small": 512, "base": 768, "medium": 1024, "large": 1024}
SIZED = frozenset(["bert", "roberta", "albert", "electra", "deberta-v2", "t5", "bart", "gpt2", "xlm-roberta", "mpnet"])
"""The architectures whose sizes are named so in their papers and are this wide; the others keep their default."""
EMBEDDINGS = re.compile(r"^(?:bge|e5|gte)-")
"""BERTs that embed sentences: the small ones are 384 wide."""
EXCEPTIONS = {("electra", "small"): 256, ("gpt2", "small"): 768, ("deberta-v2", "small"): 768}


class Family(NamedTuple):
    """What is known of a repository from its name."""

    model_type: str
    """As in the library's `CONFIG_MAPPING_NAMES`."""
    head: str = ""
    """`SequenceClassification` for `AutoModelForSequenceClassification`; empty for what has no task."""
    labels: tuple[str, ...] = ()
    width: int | None = None
    """Of a hidden state, where it is not the configuration's default."""
    cased: bool | None = None


def family(repo_id: str) -> Family | None:
    """None for a name that holds no architecture that the installed library knows."""
    name = repo_id.rpartition("/")[2].lower()
    model_type = _model_type(name)
    if model_type is None:
        return None
    head, labels = next(((head, labels) for part, head, labels in TASKS if re.search(part, name)), ("", ()))
    cased = None if "cased" not in name else "uncased" not in name
    return Family(model_type, head, labels, _width(model_type, name), cased)


def _model_type(name: str) -> str | None:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    known: dict[str, str] = {model_type.lower(): model_type for model_type in CONFIG_MAPPING_NAMES} | NAMED_OTHERWISE
    found = {
        (match.start(), -len(written)): known[written]
        for written in known
        if known[written] in CONFIG_MAPPING_NAMES and (match := re.search(_as_part(written), name))
    }
    # What stands first, `detr-resnet-50`, and of that the longest, `distilbert`.
    return found[min(found)] if found else None


def _as_part(written: str) -> str:
    """A short name must be a word of its own, or a number follows it; a long one may be part of one: `distilgpt2`."""
    pattern = re.sub(r"[-_]", "[-_]?", re.escape(written).replace(r"\-", "-"))
    before = "" if len(written) > 3 else r"(?<![a-z0-9])"
    return before + pattern + r"(?![a-z])"


def _width(model_type: str, name: str) -> int | None:
    if model_type not in SIZED:
        return None
    size = next((size for size in WIDTHS if re.search(rf"\b{size}\b", name)), "")
    if "minilm" in name or (size == "small" and EMBEDDINGS.search(name)):
        return 384
    return EXCEPTIONS.get((model_type, size), WIDTHS.get(size))

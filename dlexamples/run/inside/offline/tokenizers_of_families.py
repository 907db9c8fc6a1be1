"""A tokenizer of a model's family: the library's own class, trained on the English of Python's manual (PSF licence)."""

from __future__ import annotations

import contextlib
import json
import string
from pathlib import Path
from typing import Any

from .families import Family
from .words import sentences

TRAINED, PARAGRAPHS, LONGEST = 4_000, 1_500, 512
LETTERS = ("<pad>", "<s>", "</s>", "<unk>", "|", *string.ascii_uppercase, "'")
"""The vocabulary of the published CTC models: 32 entries."""


class RefusedError(Exception):
    """The installed library does not make it so; the download fails as it would."""


def write_tokenizer(folder: Path, family: Family, config: Any) -> Any:
    """The tokenizer as it was saved in `folder`; None for an architecture that reads no text."""
    from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES

    text = getattr(config, "text_config", config)
    size = getattr(text, "vocab_size", None)
    if not size:
        return None
    name = TOKENIZER_MAPPING_NAMES.get(family.model_type)
    tokenizer = _of_letters(folder, name) if name and "CTC" in str(name) else _trained(family, config, name, size)
    positions = getattr(text, "max_position_embeddings", None) or LONGEST
    positions = positions if positions > 0 else LONGEST
    tokenizer.model_max_length = positions if positions % 4 == 0 else positions - 2
    tokenizer.save_pretrained(folder)
    if "CTC" not in str(name):
        _fill_vocabulary(folder / "tokenizer.json", size)
    return tokenizer


def _trained(family: Family, config: Any, name: Any, size: int) -> Any:
    """The family's, or one that marks a text in the same way where that class takes its vocabulary from a file."""
    import transformers
    from transformers.models.auto.tokenization_auto import tokenizer_class_from_name

    alike = "T5Tokenizer" if getattr(config, "is_encoder_decoder", False) else "LlamaTokenizer"
    options = {} if family.cased is None else {"do_lower_case": not family.cased}
    for make in (tokenizer_class_from_name(name) if isinstance(name, str) else None, getattr(transformers, alike)):
        if make is None:
            continue
        # What a class raises that cannot be made without its files is its own affair; the next one is tried.
        with contextlib.suppress(Exception):
            return make(**options).train_new_from_iterator(corpus(), min(TRAINED, size), show_progress=False)
    raise RefusedError


def corpus() -> list[str]:
    """English sentences: paragraphs of the manual of the Python that runs here, and the words of the made-up texts."""
    from pydoc_data.topics import topics

    paragraphs = [part for text in topics.values() for part in text.split("\n\n")]
    return [*sentences(200), *paragraphs[:PARAGRAPHS]]


def _of_letters(folder: Path, name: Any) -> Any:
    import transformers

    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(LETTERS)}))
    return getattr(transformers, name)(str(vocabulary))


def _fill_vocabulary(path: Path, size: int) -> None:
    """Tokens that no text has, up to the model's size, as in BERT's own vocabulary: every id that a model may give
    can be decoded, and the length is the published one."""
    saved = json.loads(path.read_text("utf-8"))
    vocabulary = saved["model"]["vocab"]
    added = {token["id"]: token["content"] for token in saved["added_tokens"]}
    if isinstance(vocabulary, dict):
        taken = set(vocabulary.values()) | added.keys()
        vocabulary |= {f"[unused{number}]": number for number in range(size) if number not in taken}
    else:
        vocabulary += [[f"[unused{number}]", -100.0] for number in range(len(vocabulary), size)]
    path.write_text(json.dumps(saved, ensure_ascii=False), "utf-8")

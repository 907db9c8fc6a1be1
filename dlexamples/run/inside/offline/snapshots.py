"""The files of a model's repository, made by the library's own classes."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from .families import HEADLESS, Family
from .random_weights import quietly
from .tokenizers_of_families import RefusedError, write_tokenizer

LAYERS, INNER, WIDEST, NARROW = 2, 256, 1024, 256
DEPTHS = ("num_hidden_layers", "num_layers", "num_decoder_layers", "encoder_layers", "decoder_layers")
INNERS = ("intermediate_size", "encoder_ffn_dim", "decoder_ffn_dim", "d_ff", "ffn_dim", "hidden_dim", "n_inner")
NARROW_TOO = {"head_dim": 64, "d_kv": 64, "num_key_value_heads": 2}
LARGEST_VOCABULARY = 65_536
IMAGENET = 1_000
"""The classes of an image classifier, where its name does not say that it was published without them."""
OFFSET_POSITIONS = frozenset(("roberta", "xlm-roberta", "camembert", "longformer", "mpnet"))
"""They number positions from the padding's id plus one, and their published checkpoints have room for that."""
PRETRAINED = (
    "PreTraining", "SpeechSeq2Seq", "ImageTextToText", "CausalLM", "Seq2SeqLM", "CTC", "ZeroShotImageClassification",
    "ObjectDetection", "DepthEstimation", "ImageClassification", "MaskedLM",
)  # fmt: skip
"""What a model is published as, where its name tells no task: the first of these that its architecture has."""
SPECIAL = ("bos", "eos", "pad", "sep", "cls", "mask", "unk")


def write_snapshot(folder: Path, family: Family) -> None:
    """Everything but the weights.

    Raises `RefusedError`, and leaves no file, where the installed library does not build this architecture so.
    """
    config = configuration(family)
    folder.mkdir(parents=True)
    try:
        tokenizer = write_tokenizer(folder, family, config)
        if tokenizer is not None:
            _take_special_tokens(config, tokenizer)
        _write_processors(folder, family)
        config.save_pretrained(folder)
    except BaseException:
        import shutil

        shutil.rmtree(folder.parent.parent)
        raise


def configuration(family: Family) -> Any:
    """Of the published width and vocabulary where that is affordable, and with few layers."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    make = CONFIG_MAPPING[family.model_type]
    config = _smaller(make, {} if family.width is None else _of_width(family.width))
    if family.labels:
        config.id2label = dict(enumerate(family.labels))
        config.label2id = {label: number for number, label in enumerate(family.labels)}
    architecture = published_class(config, family).__name__
    config.architectures = [architecture]
    if architecture.endswith("ForImageClassification") and not family.head:
        config.num_labels = IMAGENET
    return config


def _smaller(make: Any, asked: dict[str, Any]) -> Any:
    """The default configuration of this class, or the width that is asked for, with what costs most made small."""
    default = make()
    mapped = default.attribute_map
    counts = {name for name in (*vars(default), *mapped) if isinstance(getattr(default, name, None), int)}
    changes = {name: INNER for name in INNERS if name in counts} | asked
    width = asked.get("hidden_size", getattr(default, "hidden_size", None))
    if isinstance(width, int) and width > WIDEST:
        changes |= _of_width(NARROW) | {name: size for name, size in NARROW_TOO.items() if name in counts}
    if (getattr(default, "vocab_size", None) or 0) > LARGEST_VOCABULARY:
        changes["vocab_size"] = LARGEST_VOCABULARY
    if default.model_type in OFFSET_POSITIONS and default.max_position_embeddings % 4 == 0:
        changes["max_position_embeddings"] = default.max_position_embeddings + 2
    parts = {
        name: _smaller(part, {}).to_dict()
        for name, part in (default.sub_configs or {}).items()
        if getattr(default, name, None) is not None and part.__name__ != "AutoConfig"
    }
    # Where layers are listed one by one, their number is that of the list.
    few = {} if hasattr(default, "depths") else {name: LAYERS for name in DEPTHS if name in counts}
    for chosen in (few | changes, changes):
        # Configurations check themselves with errors of their own kinds.
        with contextlib.suppress(Exception):
            return make(**{mapped.get(name, name): value for name, value in chosen.items()}, **parts)
    raise RefusedError


def _of_width(width: int) -> dict[str, Any]:
    return {"hidden_size": width, "num_attention_heads": width // 64}


def published_class(config: Any, family: Family) -> Any:
    """The class whose weights are published: that of the task, else what was pretrained, else what there is."""
    import transformers

    for head in filter(None, () if family.head == HEADLESS else (family.head, *PRETRAINED)):
        mapping = getattr(getattr(transformers, f"AutoModelFor{head}", None), "_model_mapping", {})
        if type(config) in mapping:
            return _first(mapping[type(config)])
    if type(config) in transformers.AutoModel._model_mapping:
        return _first(transformers.AutoModel._model_mapping[type(config)])
    raise RefusedError


def _first(found: Any) -> Any:
    return found[0] if isinstance(found, tuple) else found


def _take_special_tokens(config: Any, tokenizer: Any) -> None:
    start = getattr(config, "decoder_start_token_id", None)
    starts = next((name for name in ("pad", "eos", "bos") if start is not None and _id(config, name) == start), None)
    for name in SPECIAL:
        number = getattr(tokenizer, f"{name}_token_id", None)
        if number is not None and hasattr(config, f"{name}_token_id"):
            setattr(config, f"{name}_token_id", number)
        elif isinstance(old := _id(config, name), int) and old >= getattr(config, "vocab_size", LARGEST_VOCABULARY):
            setattr(config, f"{name}_token_id", None)
    if getattr(config, "is_encoder_decoder", False) and (starts or start is None):
        # T5's configuration says nothing of it, and its published ones say the padding.
        config.decoder_start_token_id = _id(config, starts or "pad")
    if getattr(config, "forced_eos_token_id", None) is not None:
        config.forced_eos_token_id = config.eos_token_id


def _id(config: Any, name: str) -> Any:
    return getattr(config, f"{name}_token_id", None)


def _write_processors(folder: Path, family: Family) -> None:
    """With the library's defaults, for the architectures that see or hear."""
    from transformers.models.auto import feature_extraction_auto, image_processing_auto, processing_auto

    for module, mapping, find in (
        (image_processing_auto, "IMAGE_PROCESSOR_MAPPING_NAMES", "get_image_processor_class_from_name"),
        (feature_extraction_auto, "FEATURE_EXTRACTOR_MAPPING_NAMES", "feature_extractor_class_from_name"),
    ):
        name = getattr(module, mapping, {}).get(family.model_type)
        for each in _names(name):
            made = getattr(module, find)(each)
            # Some need more than their defaults, or a package that is not here: then it is as if it were not published.
            with contextlib.suppress(TypeError, ValueError, ImportError):
                made().save_pretrained(folder)
                break
    processor = processing_auto.PROCESSOR_MAPPING_NAMES.get(family.model_type)
    if processor and not (folder / "processor_config.json").exists():
        (folder / "processor_config.json").write_text(json.dumps({"processor_class": processor}))


def _names(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [name for name in found.values() if name]
    return [name for name in ([found] if isinstance(found, str) else found or ()) if name]


def write_weights(folder: Path) -> None:
    """`model.safetensors`, drawn by a generator of its own: the block's random state stays.

    Raises `RefusedError` where the architecture cannot be built from its configuration.
    """
    import transformers

    config = transformers.AutoConfig.from_pretrained(folder)
    make = getattr(transformers, config.architectures[0])
    with quietly():
        try:
            model = make(config)
        except (TypeError, ValueError, ImportError, RuntimeError) as error:
            raise RefusedError from error
        model.save_pretrained(folder)

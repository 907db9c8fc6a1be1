"""segmentation_models_pytorch's encoders: `encoder_weights="imagenet"`, and their preprocessing."""

from __future__ import annotations

import functools
import inspect
import json
import tempfile
from pathlib import Path
from typing import Any

from . import Served, beneath, served
from .random_weights import tell

PREPROCESSING = {
    "input_space": "RGB",
    "input_range": [0, 1],
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
}
"""Of weights that were trained on ImageNet with torchvision's recipe, which nearly all of them are."""


@beneath("segmentation_models_pytorch.encoders")
def encoders(module: Any) -> None:
    """An encoder keeps what it was initialized with; its name and that of its weights are checked all the same."""
    get, download = module.get_encoder, module.hf_hub_download

    @functools.wraps(get)
    def get_encoder(name: str, *args: Any, **options: Any) -> Any:
        bound = _by_name(get, name, *args, **options)
        weights = bound.get("weights")
        published = module.encoders.get(name, {}).get("pretrained_settings", {})
        if weights is None or weights not in published:
            return get(name, *args, **options)
        encoder = get(**{**bound, "weights": None})
        tell(f'encoder_weights="{weights}"', name)
        return encoder

    def hf_hub_download(repo_id: str, filename: str, **options: Any) -> Any:
        if filename != "config.json":
            return download(repo_id, filename=filename, **options)
        file = Path(tempfile.mkdtemp(), filename)
        file.write_text(json.dumps(PREPROCESSING))
        why = "the mean and deviation of ImageNet as torchvision has them, which are those of nearly all its encoders"
        served(Served("get_preprocessing_fn", repo_id.rpartition("/")[2], "stand-in", why))
        return str(file)

    module.get_encoder, module.hf_hub_download = get_encoder, hf_hub_download


def _by_name(function: Any, *args: Any, **options: Any) -> dict[str, Any]:
    """The arguments by name, those of `**kwargs` among them."""
    bound = dict(inspect.signature(function).bind(*args, **options).arguments)
    return {**bound, **bound.pop("kwargs", {})}

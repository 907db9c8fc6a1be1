"""`keras.applications`: `weights="imagenet"`; the model keeps what it was initialized with."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from . import Served, beneath, served
from .random_weights import tell

ARCHITECTURES = [
    "convnext", "densenet", "efficientnet", "efficientnet_v2", "inception_resnet_v2", "inception_v3", "mobilenet",
    "mobilenet_v2", "mobilenet_v3", "nasnet", "resnet", "resnet_v2", "vgg16", "vgg19", "xception",
]  # fmt: skip
CLASSES = 1_000


class Absent(str):
    """A path of weights that would have been downloaded."""

    __slots__ = ()


@beneath(*(f"keras.src.applications.{name}" for name in ARCHITECTURES))
def architecture(module: Any) -> None:
    """Its own checks of `weights`, `include_top` and `classes` run; only the download is left out."""
    module.file_utils = SimpleNamespace(**{**vars(module.file_utils), "get_file": _weights})


def _weights(fname: str, *args: Any, **options: Any) -> Absent:
    return Absent(fname)


@beneath("keras.src.models.model")
def models(module: Any) -> None:
    """Weights that were not downloaded are not loaded."""
    load = module.Model.load_weights

    @functools.wraps(load)
    def load_weights(model: Any, filepath: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(filepath, Absent):
            return load(model, filepath, *args, **options)
        tell('keras.applications, weights="imagenet"', model.name)
        return None

    module.Model.load_weights = load_weights


@beneath("keras.src.applications.imagenet_utils")
def classes(module: Any) -> None:
    """The names that `decode_predictions` would download: none of them is true, and each says so."""

    def get_file(fname: str, *args: Any, **options: Any) -> str:
        file = Path(tempfile.mkdtemp(), fname)
        file.write_text(json.dumps({str(n): [f"n{n:08}", f"class_{n}"] for n in range(CLASSES)}))
        why = "placeholders in place of the names of ImageNet's classes"
        served(Served("keras.applications.decode_predictions", "imagenet_class_index", "synthetic", why))
        return str(file)

    module.file_utils = SimpleNamespace(**{**vars(module.file_utils), "get_file": get_file})

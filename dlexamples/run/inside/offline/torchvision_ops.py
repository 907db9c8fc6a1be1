"""torchvision beside a CPU build of torch, for which the package index has no wheel of its own.

The wheel there was built for CUDA: its compiled operators do not load, and `import torchvision` fails where it
describes two of them ("operator torchvision::nms does not exist"), and with it timm and much of transformers. Declared
without an implementation, they let the import through; calling one still fails, as it should.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from . import beneath

DECLARED = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_KEPT: list[object] = []
"""A library's declarations go with it."""


@beneath("torchvision.extension")
def declare(extension: ModuleType) -> None:
    """Declares the operators, unless torchvision's own have loaded; nothing has asked for them yet."""
    if extension._has_ops():
        return
    import torch.library

    library: Any = torch.library.Library
    fragment = library("torchvision", "FRAGMENT")
    for operator in DECLARED:
        fragment.define(operator)
    _KEPT.append(fragment)

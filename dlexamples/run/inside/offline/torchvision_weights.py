"""torchvision's published weights: `weights=…`, `pretrained=True`."""

from __future__ import annotations

import inspect
from typing import Any

from . import beneath
from .random_weights import tell


@beneath("torchvision.models._api")
def weights(module: Any) -> None:
    """The state of the same architecture, as its own builder initializes it."""
    download = module.WeightsEnum.get_state_dict

    def get_state_dict(enum: Any, *args: Any, **options: Any) -> Any:
        builders = module.BUILTIN_MODELS.values()
        build = next((each for each in builders if module._get_enum_from_fn(each) is type(enum)), None)
        if build is None:
            return download(enum, *args, **options)
        tell(f"torchvision.models.{build.__name__}(weights=…)", build.__name__)
        return _state(build, enum)

    module.WeightsEnum.get_state_dict = get_state_dict


def _state(build: Any, enum: Any) -> Any:
    """Drawn by a generator of its own: the block's random state is as it would be."""
    import torch

    takes = inspect.signature(build).parameters
    # Weights of a segmentation hold the auxiliary head, and those of a detection their backbone.
    options = {"aux_loss": True, "weights_backbone": None, "num_classes": len(enum.meta.get("categories", ())) or None}
    named = {name: value for name, value in options.items() if name in takes}
    if "num_classes" not in takes and "categories" in enum.meta:
        named["num_classes"] = len(enum.meta["categories"])
    with torch.device("cpu"), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build(weights=None, progress=False, **named).state_dict()

"""timm's published weights: `create_model(…, pretrained=True)`; the model keeps what it was initialized with."""

from __future__ import annotations

import functools
from typing import Any

from . import beneath
from .random_weights import tell


@beneath("timm.models._builder")
def weights(module: Any) -> None:
    """Weights that lie in the author's own files are loaded."""
    load = module.load_pretrained

    @functools.wraps(load)
    def load_pretrained(model: Any, pretrained_cfg: Any = None, *args: Any, **options: Any) -> None:
        config = pretrained_cfg or getattr(model, "pretrained_cfg", None)
        if not config or module._resolve_pretrained_source(config)[0] not in ("url", "hf-hub"):
            load(model, pretrained_cfg, *args, **options)
            return
        name = config.get("architecture") or type(model).__name__
        tell(f'timm.create_model("{name}", pretrained=True)', name)

    module.load_pretrained = load_pretrained

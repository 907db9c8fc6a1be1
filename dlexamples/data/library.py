"""The import of a library's own function or class that a post leaves out: `load_iris`, `confusion_matrix`."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from dlexamples.data.missing_import import Import, imported, supplied
from dlexamples.data.public import public_names
from dlexamples.data.uses import is_used_as, shown_uses
from dlexamples.names import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene
    from dlexamples.model import Proposal

PACKAGE = "sklearn"
# scikit-learn's own ways of naming, by which its names are known in posts that import nothing else of it.
_EXACT = re.compile(r"\w+_(score|report|matrix|split|curve)|\w+(Scaler|Encoder|Imputer|SearchCV)")
_EXACT_DATA = re.compile(r"(load|make)_\w+")


def library(name: str, scene: Scene) -> Iterator[Proposal]:
    """The import for `name`, when one public module of scikit-learn has it and the session uses it as that."""
    module = public_names(PACKAGE).get(name)
    # A word by itself, `shuffle`, may be anybody's.
    if module is None or (name.islower() and "_" not in name):
        return
    candidate = Import(f"from {module} import {name}")
    value = imported(name, candidate)
    if not callable(value) or not (_is_near(name, scene) or _is_exact(name, module, value)):
        return
    if is_used_as(value, name, "class" if isinstance(value, type) else "function", scene):
        yield supplied(name, candidate, shown_uses(name, value, candidate.thing, scene), scene)


def _is_near(name: str, scene: Scene) -> bool:
    """The author's text imports scikit-learn, and no other module that is alive has the name."""
    others = [module for module in scene.live.values() if inspect.ismodule(module)]
    alike = [module for module in others if module.__name__.partition(".")[0] != PACKAGE and hasattr(module, name)]
    # A fill may have imported it since: that would be no word of the author's.
    return any(PACKAGE in names(source).imports for source in scene.stop.published) and not alike


def _is_exact(name: str, module: str, value: Any) -> bool:
    """The name alone says it: `accuracy_score`; `load_wine` and `make_moons`, which need nothing to make their rows."""
    if module == f"{PACKAGE}.datasets" and _EXACT_DATA.fullmatch(name):
        parameters = inspect.signature(value).parameters.values()
        return all(parameter.default is not parameter.empty for parameter in parameters)
    return bool(_EXACT.fullmatch(name))

"""What the libraries of the session have, asked of their live modules and objects; nothing is imported.

`homes` finds the public modules that have a name. Modules of other worlds (`torch.sparse`, `tf.compat`, `numpy.ma`)
have the same names for other things and are left out, as are modules that only import what they use.
"""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER_WORLDS = frozenset({
    "ao", "api", "aten", "backends", "char", "compat", "contrib", "core", "cuda", "distributed", "estimator",
    "experimental", "export", "externals", "fx", "internal", "jit", "legacy", "lib", "ma", "masked", "mkldnn",
    "mps", "multiprocessing", "onnx", "package", "prim", "prims", "python", "qat", "quantization", "quantized",
    "raw_ops", "rec", "sparse", "special", "src", "testing", "tests", "typing", "xpu",
})  # fmt: skip
ONE_PACKAGE = {"keras": "tensorflow"}
"""`tf.keras` is the package keras."""
DEEPEST = 3
"""Modules below one that are looked into."""


@dataclass(frozen=True, slots=True)
class Home:
    """A public module that has a name, as the way to it from another one."""

    module: ModuleType
    name: str
    """As it is spelled there."""
    anchor: ModuleType
    """The module where it was looked for, or one above that."""
    path: str
    """The attributes from there to the name: `utils.data.DataLoader`."""
    distance: float
    """Steps up and down the tree of modules; below is nearer than above."""

    @property
    def value(self) -> Any:
        return attribute(self.module, self.name)

    @property
    def dotted(self) -> str:
        return f"{dotted(self.module)}.{self.name}"


def dotted(module: ModuleType) -> str:
    """The name by which the module is imported: what Keras has for TensorFlow lies in a private place."""
    return module.__name__.replace("keras._tf_keras.keras", "tensorflow.keras")


def root(module: str) -> str:
    """The package that a module belongs to."""
    top = module.partition(".")[0]
    return ONE_PACKAGE.get(top, top)


def attribute(owner: Any, name: str) -> Any:
    """What the owner has under the name, without running its properties; MISSING if nothing."""
    if isinstance(owner, ModuleType):
        return vars(owner)[name] if name in vars(owner) else _loaded(owner, name)
    if live.is_module(owner) and name in (registered := {**owner._modules, **owner._parameters, **owner._buffers}):
        return registered[name]
    try:
        return inspect.getattr_static(owner, name)
    except AttributeError:
        return live.MISSING


def _loaded(module: ModuleType, name: str) -> Any:
    try:
        with live.undisturbed():
            return getattr(module, name, live.MISSING)
    except Exception:  # a module that loads its parts when asked may fail to
        return live.MISSING


def names_of(owner: Any) -> list[str]:
    """The public names that the owner has by itself: no instance of a table tells its columns here."""
    if isinstance(owner, (ModuleType, type)):
        found = set(dir(owner))
    else:
        found = set(dir(type(owner))) | set(getattr(owner, "__dict__", ()))
        if live.is_module(owner):
            found |= {*owner._modules, *owner._parameters, *owner._buffers}
    return sorted(name for name in found if not name.startswith("_") and not _is_foreign(owner, name))


def _is_foreign(owner: Any, name: str) -> bool:
    """Whether a module only imports it from another package, for its own use."""
    if not isinstance(owner, ModuleType) or name not in vars(owner):
        return False
    value = vars(owner)[name]
    if isinstance(value, ModuleType):
        return root(value.__name__) != root(owner.__name__)
    home = getattr(value, "__module__", None) if callable(value) else None
    return isinstance(home, str) and root(home) != root(owner.__name__) and home != "builtins"


def homes(owner: ModuleType, name: str) -> list[Home]:
    """The public things of the owner's package that have the name, but for case and underscores, outside the owner,
    nearest first; each thing once. The first letter's case counts: `torch.identity` would be no `nn.Identity`."""
    wanted = _bare(name)
    found: dict[int, Home] = {}
    for anchor, module, way, distance in sorted(_around(owner), key=lambda item: item[3]):
        parts = [n for n in vars(module) if _bare(n) == wanted and n[0].isupper() == name[0].isupper()]
        for part in parts:
            if _is_listed(module, part) and not _is_foreign(module, part):
                value = vars(module)[part]
                path = f"{way}.{part}".lstrip(".")
                found.setdefault(id(value), Home(module, part, anchor, path, distance))
    return list(found.values())


def _is_listed(module: ModuleType, name: str) -> bool:
    listed = getattr(module, "__all__", None)
    return listed is None or name in listed or isinstance(vars(module)[name], ModuleType)


def _around(owner: ModuleType) -> Iterator[tuple[ModuleType, ModuleType, str, float]]:
    """The public modules of the owner's package, each with a module above it, the way from there, and the steps."""
    for module, way in _below(owner):
        yield owner, module, way, way.count(".") + 1
    parts = owner.__name__.split(".")
    for up in range(1, len(parts)):
        above = sys.modules.get(".".join(parts[:-up]))
        if above is None or _is_other_world(dotted(above)):
            return
        yield above, above, "", up + 0.5
        for module, way in _below(above):
            if module is not owner:
                yield above, module, way, up + way.count(".") + 1.5


def _bare(name: str) -> str:
    return name.lower().replace("_", "") + "_" * name.endswith("_")


def modules_with(package: str, names: list[str]) -> list[str]:
    """The dotted names of loaded public modules that have all the names, the shortest ones."""
    found = []
    for module_name, module in list(sys.modules.items()):
        if root(module_name) != root(package) or _is_other_world(module_name) or not isinstance(module, ModuleType):
            continue
        if module_name.partition(".")[0] != package.partition(".")[0]:
            continue
        if all(name in vars(module) and not _is_foreign(module, name) for name in names):
            found.append(module_name)
    shortest = min((name.count(".") for name in found), default=0)
    return sorted(name for name in found if name.count(".") == shortest)


def _below(owner: ModuleType) -> Iterator[tuple[ModuleType, str]]:
    """The public modules that can be reached from the owner by attributes, with the way, nearest first."""
    seen, level = {id(owner)}, [(owner, "")]
    for _ in range(DEEPEST):
        following = []
        for module, way in level:
            for name, value in list(vars(module).items()):
                if not isinstance(value, ModuleType) or id(value) in seen or name.startswith("_"):
                    continue
                if name in OTHER_WORLDS or root(value.__name__) != root(owner.__name__):
                    continue
                seen.add(id(value))
                following.append((value, f"{way}.{name}".lstrip(".")))
        yield from following
        level = following


def _is_other_world(module: str) -> bool:
    return any(part in OTHER_WORLDS or part.startswith("_") for part in module.split("."))

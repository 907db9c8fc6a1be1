"""Where a tensor was made of other data: `torch.from_numpy(X)`, `torch.tensor(X)`, and the same with another type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.shapes.sites import Site, replaced, suffixed
from dlexamples.repair.torch_training.forms import is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

MAKERS = ("from_numpy", "tensor", "as_tensor", "Tensor", "FloatTensor", "DoubleTensor", "LongTensor", "IntTensor")
METHODS = {"float32": "float", "float64": "double", "float16": "half", "int64": "long", "bfloat16": "bfloat16"}
CLASSES = {"float32": "FloatTensor", "float64": "DoubleTensor", "int64": "LongTensor"}


def method(dtype: Any) -> str:
    """`.float()` for torch.float32."""
    name = str(dtype).removeprefix("torch.")
    return f".{METHODS[name]}()" if name in METHODS else f".to({dtype})"


def conversions(stop: Stop, tensor: Any) -> Iterator[Site]:
    """The calls at top level that made the tensor, or one that its rows were taken from."""
    for block, source in enumerate(stop.sources[: stop.at.block + 1]):
        tree = edit.parse(source)
        for node in edit.calls(tree) if tree else ():
            assert tree is not None
            name = tree.text(node.func).rpartition(".")[2]
            site = Site(block, tree, node)
            if name in MAKERS and edit.function_of(tree, node) is None and _holds(_value(stop, site), tensor):
                yield site


def converted(stop: Stop, site: Site, dtype: Any) -> tuple[str, ...]:
    """The session's blocks with that call giving the type."""
    assert isinstance(site.node, cst.Call)
    function = site.tree.text(site.node.func)
    home, _, name = function.rpartition(".")
    wanted = str(dtype).removeprefix("torch.")
    if name.endswith("Tensor") and wanted in CLASSES:
        return replaced(stop, Site(site.block, site.tree, site.node.func), f"{home}.{CLASSES[wanted]}".lstrip("."))
    if name in ("tensor", "as_tensor") and home:
        given = next((each for each in site.node.args if each.keyword and each.keyword.value == "dtype"), None)
        if given is not None:
            return replaced(stop, Site(site.block, site.tree, given.value), _type_like(site, given.value, home, wanted))
        last = site.node.args[-1]
        text = f"{site.tree.text(last.value)}, dtype={home}.{wanted}"
        if last.keyword is None and not last.star:
            return replaced(stop, Site(site.block, site.tree, last.value), text)
    return suffixed(stop, site, method(dtype))


def _type_like(site: Site, given: cst.BaseExpression, home: str, wanted: str) -> str:
    """`torch.long` where the author writes `torch.float`."""
    short = {"int64": "long", "float32": "float"}.get(wanted, "")
    written = site.tree.text(given).rpartition(".")[2]
    return f"{home}.{short if short and written in ('float', 'long', 'double', 'int') else wanted}"


def _value(stop: Stop, site: Site) -> Any:
    """What the call gave: it is asked again, or the name that it was assigned to is."""
    parent = site.tree.parents[site.node]
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        found = stop.namespace.get(site.tree.text(parent.targets[0].target))
        if is_tensor(found):
            return found
    return live.value_of(stop, site.text)


def _holds(value: Any, tensor: Any) -> bool:
    """Whether the tensor's first row is one of the value's."""
    if not is_tensor(value) or value.dtype != tensor.dtype or not len_of(value) or not len_of(tensor):
        return False
    rows, first = value.detach().reshape(len(value), -1), tensor.detach()[:1].reshape(1, -1)
    return bool(rows.shape[1] == first.shape[1] and (rows == first.to(rows.device)).all(1).any())


def len_of(value: Any) -> int:
    return int(value.shape[0]) if value.ndim else 0


def is_whole(value: Any) -> bool:
    """Whether every number in it is a whole one."""
    return bool((value == value.round()).all()) if value.is_floating_point() else True

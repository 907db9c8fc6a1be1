"""`tensor.to(np.float32)`, `array.astype(torch.float32)`: a dtype of another library, or its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.dtypes import library_of, name_of
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.spelling import resolved, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair import edit

TITLES = {"torch": "PyTorch", "numpy": "NumPy", "tensorflow": "TensorFlow"}


@rule
def dtype_of_other(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, TypeError) else None
    if found is None:
        return
    tree, call = found
    library = _library_called(stop, tree, call)
    for argument in call.args if library else ():
        code = tree.text(argument.value)
        value = live.value_of(stop, code)
        is_named = isinstance(value, str) and library == "torch" and _is_dtype(argument, call)
        if library_of(value) in ("", library) and not is_named:
            continue
        path = f"{library}.{name_of(value)}"
        if library_of(resolved(path)) != library:
            continue
        written, imports = spelled(stop, path)
        whose = TITLES.get(library_of(value), "NumPy")
        yield answer(
            stop,
            "dtype_of_other",
            replaced(stop, tree, argument.value, written, imports),
            f"`{code}` is a dtype of {whose}, and {TITLES[library]} takes its own",
            f"write `{written}`",
            safe=True,
            label=f"a dtype of {whose}",
        )


def _is_dtype(argument: cst.Arg, call: cst.Call) -> bool:
    """A string is a dtype where a dtype is asked for: `to` takes a device as well."""
    method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    return (argument.keyword is not None and argument.keyword.value == "dtype") or method == "type"


def _library_called(stop: Stop, tree: edit.Tree, call: cst.Call) -> str:
    """The library whose function, or whose object's method, this is."""
    if not isinstance(call.func, cst.Attribute):
        return ""
    owner: Any = live.value_of(stop, tree.module.code_for_node(call.func.value))
    if owner is live.MISSING:
        owner = live.argument_of(stop, tree.module.code_for_node(call.func.value))
    for library, kinds in {
        "torch": ("torch.Tensor", "torch.nn.Module"),
        "numpy": ("numpy.ndarray",),
        "tensorflow": ("tensorflow.Tensor",),
    }.items():
        classes = tuple(cls for kind in kinds if isinstance(cls := resolved(kind), type))
        if isinstance(owner, classes) or getattr(owner, "__name__", "").partition(".")[0] == library:
            return library
    return ""

"""`model.save("my_model")`: Keras 3 tells a format by the end of the file's name.

https://keras.io/guides/serialization_and_saving/: models are `.keras` (or `.h5`), weights `.weights.h5`, and a folder
in TensorFlow's SavedModel format is written by `model.export`.
"""

from __future__ import annotations

import inspect
import posixpath
import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.keras.literals import literals, replaced, written
from dlexamples.repair.renamed.failing import Called, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

MODEL, WEIGHTS = ".keras", ".weights.h5"
REFUSALS = {
    "must end in `.weights.h5`": WEIGHTS,
    "must end in `.keras`": MODEL,
    "Invalid filepath extension for saving": MODEL,
    "The `save_format` argument is deprecated": MODEL,
}
"""How Keras 3 says what a file's name must end in."""

PATH, FORMAT = "filepath", "save_format"
ENDING = re.compile(r"(\.weights)?\.(h5|hdf5|ckpt|keras|tf|pb|model|weights)\Z|/+\Z")
READS_FOLDER = re.compile(r"\bsaved_model\.load\(|\bfrom_saved_model\(|\bTFSMLayer\(")
"""What reads a folder in TensorFlow's format."""


@rule
def keras_file_names(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, ValueError):
        return
    ending = next((ending for said, ending in REFUSALS.items() if said in str(stop.error)), "")
    call = next(filter(_takes_path, called(stop)), None) if ending else None
    if call is None:
        return
    path = _argument(call, PATH)
    value = live.argument_of(stop, call.tree.text(path.value)) if path else live.MISSING
    if path is None or not isinstance(value, str):
        return
    if ending == MODEL and any(READS_FOLDER.search(source) for source in stop.published):
        yield from _exported(call)
        return
    renamed = _with_ending(value, ending)
    sources = _renamed(call, path, value, renamed)
    if sources is None:
        return
    old, new = (posixpath.basename(name.rstrip("/")) for name in (value, renamed))
    yield _proposal(stop, f"Keras 3 saves nothing under the name `{old}`", f"name the file `{new}`", sources)


def _takes_path(call: Called) -> bool:
    try:
        return PATH in inspect.signature(call.function).parameters
    except (TypeError, ValueError):
        return False


def _argument(call: Called, name: str) -> cst.Arg | None:
    """The argument for the parameter."""
    named = next((argument for argument in call.node.args if argument.keyword and argument.keyword.value == name), None)
    if named or name != PATH:
        return named
    first = [one for one in inspect.signature(call.function).parameters if one != "self"].index(PATH)
    positional = [argument for argument in call.node.args if argument.keyword is None]
    return positional[first] if len(positional) > first else None


def _with_ending(path: str, ending: str) -> str:
    """HDF5 stays HDF5: Keras wants it to be called `.h5`."""
    bare = ENDING.sub("", path)
    return bare + (".h5" if ending == MODEL and path.endswith(".hdf5") else ending)


def _renamed(call: Called, path: cst.Arg, value: str, renamed: str) -> tuple[str, ...] | None:
    """The session with the new name wherever the old one is written, or with the new end where the call writes only
    the end of it. The file's name says what `save_format` said."""
    sources, here = list(call.stop.sources), call.stop.at.block
    bare = ENDING.sub("", value)
    ends = [
        (literal, said[: len(said) - (len(value) - len(bare))] + renamed[len(bare) :])
        for literal in literals(call.tree)
        if path in call.tree.ancestors(literal) and value.endswith(said := str(literal.evaluated_value)) and said
    ]
    found = replaced(sources, value, renamed)
    if found == tuple(sources) and not ends:
        return None
    sources = list(found)
    spans = [_span_of_format(call)] if _argument(call, FORMAT) else []
    if found != call.stop.sources:
        same = [literal for literal in literals(call.tree) if literal.evaluated_value == value]
        spans += [(*_span(call, literal), written(literal, renamed)) for literal in same]
    else:
        spans += [(*_span(call, literal), written(literal, end)) for literal, end in ends[-1:]]
    sources[here] = call.tree.source
    for start, end, text in sorted(spans, reverse=True):
        sources[here] = sources[here][:start] + text + sources[here][end:]
    return tuple(sources)


def _span(call: Called, node: cst.CSTNode) -> tuple[int, int]:
    return call.tree.start(node), call.tree.end(node)


def _span_of_format(call: Called) -> tuple[int, int, str]:
    """The argument `save_format` with the comma that parts it from the others."""
    args = list(call.node.args)
    argument = _argument(call, FORMAT)
    index = next(number for number, one in enumerate(args) if one is argument)
    if index:
        return call.tree.end(args[index - 1].value), call.tree.end(args[index].value), ""
    return call.tree.start(args[0]), call.tree.start(args[1]), ""


def _exported(call: Called) -> Iterator[Proposal]:
    """The post reads the folder with TensorFlow afterwards, which `export` writes for it."""
    if not isinstance(call.node.func, cst.Attribute) or call.attribute != "save" or _argument(call, FORMAT):
        return
    sources = list(call.stop.sources)
    sources[call.stop.at.block] = edit.replace_node(call.tree, call.node.func.attr, "export")
    message = "Keras 3 does not save in TensorFlow's format"
    yield _proposal(call.stop, message, "`export` writes the folder that TensorFlow reads", tuple(sources))


def _proposal(stop: Stop, message: str, description: str, sources: tuple[str, ...]) -> Proposal:
    return Proposal(
        rule="keras_file_names",
        code="DL203",
        message=message,
        applicability=Applicability.UNSAFE,
        description=description,
        sources=sources,
    )

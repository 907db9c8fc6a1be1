"""`from keras.preprocessing.text import Tokenizer`, `keras.losses.mse`: what Keras 3 keeps for `tf.keras` alone."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.keras.imports import LEGACY, binding, failing_import, kept_for_tensorflow
from dlexamples.repair.keras.symbolic import with_ops
from dlexamples.repair.renamed.failing import Missing, missing
from dlexamples.repair.renamed.resolve import importable
from dlexamples.repair.renamed.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

FROM_TENSORFLOW = "Keras 3 keeps it for code that takes Keras from TensorFlow"


@rule
def keras_kept_for_tensorflow(stop: Stop) -> Iterator[Proposal]:
    if isinstance(stop.error, ImportError):
        yield from _of_import(stop)
    elif isinstance(stop.error, AttributeError):
        for found in missing(stop):
            yield from _of_attribute(found)


def _of_import(stop: Stop) -> Iterator[Proposal]:
    found = failing_import(stop)
    if found is None or not found.can_move:
        return
    said = found.tree.text(found.module)
    lacking = [name for name in found.names if importable(name) is live.MISSING]
    yield _proposal(
        stop,
        f"Keras 3 has no {_listed(lacking)}",
        f"import from `{LEGACY}{said}`: {FROM_TENSORFLOW}",
        stop.at.block,
        found.from_tensorflow,
    )


def _of_attribute(found: Missing) -> Iterator[Proposal]:
    module = found.receiver
    if not isinstance(module, ModuleType) or module.__name__.partition(".")[0] != "keras":
        return
    name = f"{module.__name__}.{found.chain}"
    kept = kept_for_tensorflow(name)
    if kept is live.MISSING:
        return
    message = f"Keras 3 has no `{name}`"
    stop, block, tree = found.stop, found.stop.at.block, found.tree
    if other := _other_name(module, kept):
        text = edit.replace_node(tree, found.node, f"{tree.text(found.node.value)}.{other}")
        yield _proposal(stop, message, f"`{other}` is the same object under the name that Keras 3 has", block, text)
        return
    yield from with_ops(found, "keras_kept_for_tensorflow", message)
    alias = tree.text(found.node.value)
    made = binding(stop, alias) if alias.isidentifier() else None
    if made and made.can_move:
        said = made.tree.text(made.module)
        description = f"import from `{LEGACY}{said}`: {FROM_TENSORFLOW}"
        yield _proposal(stop, message, description, made.block, made.from_tensorflow)
        return
    text, imports = spelled(stop, LEGACY + name, tree.text(found.node))
    source = edit.add_imports(tree, edit.replace_node(tree, found.node, text), imports, found.node)
    yield _proposal(stop, message, f"use `{text}`: {FROM_TENSORFLOW}", block, source)


def _other_name(module: ModuleType, kept: Any) -> str:
    """The longest public name of the object in the module: abbreviations are what Keras 3 took out."""
    names = [name for name, value in vars(module).items() if value is kept and not name.startswith("_")]
    return max(names, key=len, default="")


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _proposal(stop: Stop, message: str, description: str, block: int, source: str) -> Proposal:
    sources = list(stop.sources)
    sources[block] = source
    return Proposal(
        rule="keras_kept_for_tensorflow",
        code="DL202",
        message=message,
        applicability=Applicability.SAFE,
        description=description,
        sources=tuple(sources),
    )

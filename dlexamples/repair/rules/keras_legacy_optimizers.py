"""`keras.optimizers.legacy.Adam(…)`: Keras 3 has the names below `legacy` for nothing but an error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, rule
from dlexamples.repair.keras.imports import binding
from dlexamples.repair.keras.optimizers import decays, in_place, with_schedule
from dlexamples.repair.renamed.failing import Called, called, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

LEGACY = ".legacy"
DECAYS = ", with a schedule that gives the rates of `decay`"
SAYS = "`keras.optimizers.legacy` is not supported in Keras 3"


@rule
def keras_legacy_optimizers(stop: Stop) -> Iterator[Proposal]:
    if isinstance(stop.error, ImportError) and SAYS in str(stop.error):
        for call in called(stop):
            yield from _mended(call)
            return
    elif isinstance(stop.error, AttributeError):
        for found in missing(stop):
            if getattr(found.receiver, "__name__", "").endswith("keras.optimizers.legacy"):
                yield _proposal(stop, found.chain, edit.replace_node(found.tree, found.node, _plain(found.written)))
                return


def _mended(call: Called) -> Iterator[Proposal]:
    """The optimizer without `legacy`, which may stand in the call or in the import that binds its name."""
    keras = sys.modules["keras"]
    name = call.attribute
    cls = getattr(keras.optimizers, name, None)
    if cls is None:
        return
    written = call.tree.text(call.node.func)
    source, stop = call.tree.source, call.stop
    if LEGACY in written:
        made = with_schedule(call, cls, _plain(written)) if decays(call) else None
        source = in_place(call, *made) if made else edit.replace_node(call.tree, call.node.func, _plain(written))
        yield _proposal(stop, name, source, note=DECAYS if made else "")
        return
    if decays(call):
        return
    found = binding(stop, name)
    if found and found.tree.text(found.module).endswith(LEGACY):
        module = found.module
        assert isinstance(module, cst.Attribute)
        text = found.tree.text(module.value)
        yield _proposal(stop, name, edit.replace_node(found.tree, module, text), found.block)


def _plain(written: str) -> str:
    return written.replace(LEGACY, "", 1)


def _proposal(stop: Stop, name: str, source: str, block: int | None = None, note: str = "") -> Proposal:
    sources = list(stop.sources)
    sources[stop.at.block if block is None else block] = source
    return Proposal(
        rule="keras_legacy_optimizers",
        code="DL202",
        message=f"Keras 3 has no `keras.optimizers.legacy.{name}`",
        applicability=Applicability.UNSAFE,
        description=f"`keras.optimizers.{name}` is what Keras 3 has; it computes the same{note}",
        sources=tuple(sources),
    )

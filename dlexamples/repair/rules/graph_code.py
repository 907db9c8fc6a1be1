"""`tf.placeholder`, `tf.Session()`: graph code of TensorFlow 1 runs on `tensorflow.compat.v1`.

https://www.tensorflow.org/guide/migrate: names alone do not do, since a graph is not built in eager mode. So it
comes before the rules that rename.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import live, rule
from dlexamples.repair.renamed.failing import missing
from dlexamples.repair.tensorflow1.graph import V1, builds_a_graph, needs_eager, on_version_1, tensorflow_path
from dlexamples.repair.tensorflow1.upgrade import in_v1

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@rule
def graph_code(stop: Stop) -> Iterator[Proposal]:
    name = _of_version_1(stop)
    if not name or not builds_a_graph(stop):
        return
    message = f"`{name}` is TensorFlow 1's"
    if reason := needs_eager(stop):
        yield Proposal(
            rule="graph_code",
            code="DL202",
            message=f"{message}, and the post also has `{reason}`, which needs TensorFlow 2's eager mode",
            applicability=Applicability.DISPLAY,
            description="write the graph code for TensorFlow 2",
            sources=stop.sources,
            final=True,
        )
        return
    sources = on_version_1(stop)
    if sources is not None:
        yield Proposal(
            rule="graph_code",
            code="DL202",
            message=message,
            applicability=Applicability.UNSAFE,
            description=f"run the session's graph code on `{V1}`, with TensorFlow 2's behaviour switched off",
            sources=sources,
        )


def _of_version_1(stop: Stop) -> str:
    """What the session stopped at that TensorFlow 1 has, as written; ''."""
    if isinstance(stop.error, RuntimeError) and "eager execution" in str(stop.error):
        return "graph code"
    for found in missing(stop):
        path = tensorflow_path(stop, found.written)
        if path and in_v1(path) is not live.MISSING:
            return found.written
    return ""

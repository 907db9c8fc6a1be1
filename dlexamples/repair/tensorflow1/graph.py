"""Whether a session is written for TensorFlow 1's graphs, and the same session on `tensorflow.compat.v1`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live

if TYPE_CHECKING:
    from dlexamples.model import Stop
    from dlexamples.repair.edit import Tree

BUILDS_A_GRAPH = re.compile(r"\.(Session|InteractiveSession|placeholder)\(")
NEEDS_EAGER = re.compile(
    r"\btf\.function\b|\bGradientTape\(|\.numpy\(\)|\btf\.keras\b|\bfrom tensorflow\.keras\b|\bimport keras\b"
    r"|\bfrom keras\b|\bfrom tensorflow import keras\b"
)
"""What TensorFlow 2 has and what works nowhere else: Keras 3 needs eager mode."""

V1 = "tensorflow.compat.v1"


def tensorflow_path(stop: Stop, written: str) -> str:
    """`train.AdamOptimizer` for `tf.train.AdamOptimizer`; '' for what is not below the module `tensorflow`."""
    root, _, path = written.partition(".")
    tensorflow = sys.modules.get("tensorflow")
    return path if tensorflow is not None and live.scope(stop).get(root) is tensorflow else ""


def builds_a_graph(stop: Stop) -> bool:
    return any(BUILDS_A_GRAPH.search(source) for source in stop.published)


def needs_eager(stop: Stop) -> str:
    """What the post says that does not work once TensorFlow 2's behaviour is off; ''."""
    found = next(filter(None, map(NEEDS_EAGER.search, (*stop.published, stop.post.text))), None)
    return found[0] if found else ""


def on_version_1(stop: Stop) -> tuple[str, ...] | None:
    """The session with `tensorflow.compat.v1` in the place of `tensorflow`, TensorFlow 2's behaviour switched off at
    its first import. None where no block imports it by itself."""
    sources, switched = list(stop.sources), False
    for block, source in enumerate(stop.sources):
        tree = edit.parse(source)
        found = _import(tree) if tree else None
        if tree is None or found is None:
            continue
        statement, name = found
        lines = [f"import {V1} as {name}"]
        if not switched:
            lines.append(f"{name}.disable_v2_behavior()")
            switched = True
        sources[block] = edit.replace_statement(tree, statement, lines)
    return tuple(sources) if switched else None


def _import(tree: Tree) -> tuple[cst.Import, str] | None:
    """`import tensorflow as tf` with the name that it binds."""
    for node in tree.positions:
        if isinstance(node, cst.Import) and len(node.names) == 1 and tree.text(node.names[0].name) == "tensorflow":
            alias = node.names[0].asname
            return node, tree.text(alias.name) if alias else "tensorflow"
    return None

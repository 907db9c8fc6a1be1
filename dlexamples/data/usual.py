"""A hyper-parameter, the device, or further arguments that a post leaves out: the value that most posts have."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.insert import inserted
from dlexamples.data.sizes import size_of_data
from dlexamples.model import Applicability, Claim, Fill, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

VALUES = {
    r"((train|test|val|eval)_)?(batch_size|bs)": "32",
    r"lr|learning_rate|initial_learning_rate": "1e-3",
    r"(num_|n_|max_|total_)?epochs": "2",
    r"hidden_(size|dim|units)|n_hidden|num_hidden": "128",
    r"(random_)?seed|random_state": "0",
    r"dropout(_rate|_prob)?": "0.1",
    r"weight_decay": "1e-4",
    r"momentum": "0.9",
    r"num_workers": "0",
    r"vocab(ulary)?_size|num_embeddings|n_tokens|num_tokens|max_features": "1000",
    r"(embedding|embed|emb|model|latent|projection)_(dim|size)|d_model|n_embd": "64",
    r"(num|n)_layers|(num|n)_heads|nhead|(num|n)_(encoder|decoder)_layers": "2",
    r"(max_)?(seq(uence)?_?len(gth)?|length|len)|max_len|block_size|context_length": "16",
    r"in_channels|input_channels|num_channels": "3",
}
"""By a whole name, without case. Few epochs, as a reader would first see it run."""


def usual(name: str, scene: Scene) -> Iterator[Proposal]:
    """The assignment for a hyper-parameter that is used as a plain value; the device that is here for `device`; no
    further arguments for `**kwargs`."""
    imports = Imports(scene)
    value, why = _none_further(name, scene) or _hyper_parameter(name, scene, imports)
    if not value:
        return
    line = f"{name} = {value}"
    source = "\n".join([*grouped(imports.lines), line, ""])
    yield Proposal(
        rule="usual",
        code="DL102",
        message=f"`{name}` is not defined in the post",
        applicability=Applicability.UNSAFE,
        description=f"set `{name}` to {why}: `{value}`",
        sources=inserted(scene, [line], imports.lines),
        fills=(Fill(name, "hyper-parameter", Claim.SYNTHETIC, None, "", why, source),),
        label="never defined",
    )


def _none_further(name: str, scene: Scene) -> tuple[str, str] | None:
    """For `args` and `kwargs` that the block only unpacks into calls: a signature's notation for what may follow."""
    if not re.fullmatch(r"(\w+_)?(kw)?args", name):
        return None
    nodes = scene.reads(name)
    around = [scene.parents[node] for node in [n for n in nodes if scene.is_in_block(n)] or nodes]
    if all(isinstance(up, ast.keyword) and up.arg is None for up in around):
        return "{}", "no further arguments"
    if all(isinstance(up, ast.Starred) and isinstance(scene.parents[up], ast.Call) for up in around):
        return "()", "no further arguments"
    return None


def _hyper_parameter(name: str, scene: Scene, imports: Imports) -> tuple[str, str]:
    if not all(_is_value(scene.parents[node], node) for node in scene.reads(name)):
        return "", ""
    if name.lower() == "device" and scene.framework == "torch":
        return _device(imports), "the device that is here"
    return size_of_data(name, scene) or (_value(name), "a usual value")


def _value(name: str) -> str:
    return next((value for pattern, value in VALUES.items() if re.fullmatch(pattern, name.lower())), "")


def _device(imports: Imports) -> str:
    torch = imports.module("torch")
    return f'{torch}.device("cuda" if {torch}.cuda.is_available() else "cpu")'


def _is_value(parent: ast.AST, node: ast.Name) -> bool:
    """What is called, indexed, looped over or asked for an attribute is something else than a number."""
    match parent:
        case ast.Call(func=function):
            return function is not node
        case ast.Subscript(value=value):
            return value is not node
        case ast.Attribute() | ast.For() | ast.comprehension():
            return False
    return True

"""`nn.Linear(4, 64, activation="relu")`: in torch an activation is a layer of its own, behind the other one.

The functions that Keras's names stand for: https://keras.io/api/layers/activations/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.invented.calling import called, failed_call
from dlexamples.repair.invented.keywords import Change, Keywords, changed, keywords_of, left_out, removed
from dlexamples.repair.invented.spelling import normal
from dlexamples.repair.names import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

SETTINGS = {"Softmax": "dim={}", "LogSoftmax": "dim={}", "LeakyReLU": "negative_slope=0.2"}
"""What Keras's function does where torch's class does something else, or must be told; {} is where features lie."""
FEATURES = {"linear": -1, "conv": 1, "batchnorm": 1, "instancenorm": 1}
"""The modules of `torch.nn.modules` whose layers give one tensor, and the dimension in which it has the features."""
OTHER_NAMES = {"swish": "SiLU", "hard_silu": "Hardswish", "soft_shrink": "Softshrink", "hard_shrink": "Hardshrink"}
UNLIKE = frozenset({"hard_sigmoid", "hard_tanh"})
"""Functions of Keras whose namesakes in torch compute something else, or may."""


@rule
def torch_layer_activation(stop: Stop) -> Iterator[Proposal]:
    torch = live.torch_module()
    if torch is None or not isinstance(stop.error, TypeError) or "unexpected keyword" not in str(stop.error):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    call = failed_call(stop, tree) if tree else None
    if tree is None or call is None or _features(called(stop, tree, call)) is None:
        return
    found = keywords_of(tree, call, called(stop, tree, call), str(stop.error), "torch")
    if found is None or not all(_is_understood(stop, tree, call, one.keyword) for one in found.refused):
        return
    made = _mended(stop, tree, call, found) if found.refused else None
    if made:
        yield made


def _features(function: Any) -> int | None:
    """Where the output of a class of torch's layers has its features; None for all that no activation can follow."""
    if not isinstance(function, type) or not issubclass(function, live.torch_module().nn.Module):
        return None
    package, _, module = function.__module__.rpartition(".")
    return FEATURES.get(module) if package == "torch.nn.modules" else None


def _is_understood(stop: Stop, tree: edit.Tree, call: cst.Call, keyword: str) -> bool:
    """An activation, or a shape that only repeats the layer's own size of its inputs."""
    if keyword != "input_shape":
        return keyword == "activation"
    shape = live.value_of(stop, tree.text(_argument(call, keyword).value))
    if not isinstance(shape, tuple) or not shape:
        return False
    positional = [argument for argument in call.args if argument.keyword is None]
    named = [a for a in call.args if a.keyword and a.keyword.value in ("in_features", "in_channels", "input_size")]
    first = (named or positional)[:1]
    return bool(first) and live.value_of(stop, tree.text(first[0].value)) in (shape[0], shape[-1])


def _argument(call: cst.Call, keyword: str) -> cst.Arg:
    return next(argument for argument in call.args if argument.keyword and argument.keyword.value == keyword)


def _mended(stop: Stop, tree: edit.Tree, call: cst.Call, found: Keywords) -> Proposal | None:
    refused = [one.keyword for one in found.refused]
    dropped = [_argument(call, keyword) for keyword in refused]
    first = call.args[0] if call.args else None
    if len(dropped) > 1 and any(argument is first for argument in dropped):
        return None
    changes = [*(removed(tree, argument) for argument in dropped), *found.changes]
    said = []
    imports: list[str] = []
    if "activation" in refused:
        features = _features(called(stop, tree, call))
        activation = _module(stop, tree.text(_argument(call, "activation").value), features)
        if activation is None or _is_looked_into(stop, tree, call):
            return None
        (code, sequential), imports = spelled(stop, [activation, "⟦torch.nn.Sequential⟧"])
        if activation:
            changes += _behind(stop, tree, call, code, sequential)
        said.append(f"`{code}` follows the layer" if activation else "a layer of torch is linear by itself")
    if "input_shape" in refused:
        said.append("the layer is told the size of its inputs already")
    blocks = list(stop.sources)
    blocks[stop.at.block] = edit.add_imports(tree, changed(tree.source, changes), imports, call)
    return Proposal(
        rule="torch_layer_activation",
        code="DL203",
        message=f"`{tree.text(call.func)}` takes no {' and no '.join(f'`{keyword}`' for keyword in refused)}",
        applicability=Applicability.UNSAFE,
        description="; ".join([*said, *(f"rename {one.told}" for one in found.renamed), *left_out(found)]),
        sources=tuple(blocks),
        label="an activation is a layer of its own in torch" if "activation" in refused else "no such parameter",
    )


def _module(stop: Stop, code: str, features: int | None) -> str | None:
    """A template of the module that does what the argument says; '' for none, None where that is not known."""
    nn = live.torch_module().nn
    value = live.value_of(stop, code)
    if value is None or value == "linear":
        return ""
    if isinstance(value, nn.Module):
        return code
    if isinstance(value, type) and issubclass(value, nn.Module):
        return f"{code}()"
    name = value if isinstance(value, str) else getattr(value, "__name__", "") if callable(value) else ""
    if not name or name.lower() in UNLIKE:
        return None
    wanted = normal(OTHER_NAMES.get(name.lower(), name))
    classes = [each for each in dir(nn.modules.activation) if isinstance(getattr(nn, each, None), type)]
    found = [each for each in classes if normal(each) == wanted]
    if len(found) != 1:
        return None
    settings = SETTINGS.get(found[0], "") if isinstance(value, str) or found[0] != "LeakyReLU" else ""
    return f"⟦torch.nn.{found[0]}⟧({settings.format(features)})"


def _is_looked_into(stop: Stop, tree: edit.Tree, call: cst.Call) -> bool:
    """Whether the post reads attributes of the layer: those of a `Sequential` are others."""
    above = tree.parents[call]
    if not isinstance(above, cst.Assign):
        return False
    target = re.escape(tree.text(above.targets[0].target))
    return any(re.search(rf"(?<![\w.]){target}\.\w", source) for source in stop.sources)


def _behind(stop: Stop, tree: edit.Tree, call: cst.Call, code: str, sequential: str) -> list[Change]:
    """The module behind the layer: as the next one of the `Sequential` that it is in, else of a new one."""
    argument = tree.parents[call]
    around = tree.parents[argument] if isinstance(argument, cst.Arg) else None
    plain = isinstance(argument, cst.Arg) and not argument.keyword and not argument.star
    if not plain or not isinstance(around, cst.Call) or not _is_sequential(stop, tree, around):
        start, end = tree.start(call), tree.end(call)
        return [(start, start, f"{sequential}("), (end, end, f", {code})")]
    end = tree.end(argument)
    line_end = tree.source.find("\n", end)
    rest = tree.source[end:line_end].partition("#")[0]
    first = tree.source.rfind("\n", 0, tree.start(argument)) + 1
    indent = tree.source[first : tree.start(argument)]
    if indent.strip() or rest.strip() not in ("", ",") or line_end < 0:
        return [(end, end, f", {code}")]
    if "," in rest:
        return [(line_end, line_end, f"\n{indent}{code},")]
    return [(end, line_end, f",{tree.source[end:line_end]}\n{indent}{code}")]


def _is_sequential(stop: Stop, tree: edit.Tree, call: cst.Call) -> bool:
    return live.value_of(stop, tree.module.code_for_node(call.func)) is live.torch_module().nn.Sequential

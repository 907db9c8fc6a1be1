"""An optimizer's arguments as Keras 2 had them: `lr`, and a `decay` of the learning rate at every step."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from dlexamples.repair import edit, live
from dlexamples.repair.renamed.spelling import spelled

if TYPE_CHECKING:
    import libcst as cst

    from dlexamples.repair.renamed.failing import Called

RATES = ("lr", "learning_rate")
DECAY = "decay"
SCHEDULE = "keras.optimizers.schedules.InverseTimeDecay"


def argument(call: Called, *names: str) -> cst.Arg | None:
    return next((one for one in call.node.args if one.keyword and one.keyword.value in names), None)


def decays(call: Called) -> bool:
    """Whether the call asks for a decay that changes anything."""
    given = argument(call, DECAY)
    return given is not None and live.value_of(call.stop, call.tree.text(given.value)) not in (0, None)


def with_schedule(call: Called, cls: Any, function: str) -> tuple[str, list[str]] | None:
    """The call of `function` with a schedule that gives the same learning rate at each step as `decay` did:
    `rate / (1 + decay * step)`. With the imports that it takes; None where an argument is not written out."""
    if any(one.star for one in call.node.args):
        return None
    decay = argument(call, DECAY)
    assert decay is not None
    positional = [one for one in call.node.args if one.keyword is None]
    rate = argument(call, *RATES) or next(iter(positional), None)
    text = call.tree.text
    schedule, imports = spelled(call.stop, SCHEDULE, text(call.node.func))
    first = text(rate.value) if rate else repr(inspect.signature(cls).parameters[RATES[1]].default)
    made = f"{schedule}({first}, decay_steps=1, decay_rate={text(decay.value)})"
    arguments = [] if rate else [f"{RATES[1]}={made}"]
    for one in call.node.args:
        if one is rate:
            arguments.append(f"{RATES[1]}={made}" if one.keyword else made)
        elif one is not decay:
            arguments.append(text(one))
    return f"{function}({', '.join(arguments)})", imports


def in_place(call: Called, text: str, imports: list[str]) -> str:
    return edit.add_imports(call.tree, edit.replace_node(call.tree, call.node, text), imports, call.node)

"""TensorFlow's own tables, read from the installed wheel: `tensorflow.tools.compatibility.tf_upgrade_v2`."""

from __future__ import annotations

import inspect
import sys
from functools import cache
from typing import Any

from dlexamples.repair import live
from dlexamples.repair.live import undisturbed
from dlexamples.repair.renamed.resolve import importable, member

COMPAT = "compat.v1."
LEGACY = "keras.optimizers.legacy"


def in_v1(name: str) -> Any:
    """What TensorFlow 1 called `tf.<name>`, or MISSING."""
    return member(sys.modules["tensorflow"], COMPAT + name)


def in_v2(name: str) -> Any:
    return member(sys.modules["tensorflow"], name)


def replacement(name: str) -> str:
    """The name of TensorFlow 2 for `tf.<name>` in the upgrade script, where the installed TensorFlow has it; ''."""
    target = str(_tables().symbol_renames.get(f"tf.{name}", "")).removeprefix("tf.")
    if not target or target.startswith(COMPAT) or LEGACY in target:
        return ""
    return target if in_v2(target) is not live.MISSING else ""


def needs_thought(name: str) -> bool:
    """Whether the upgrade script warns of the function, or rewrites its calls."""
    tables = _tables()
    return any(f"tf.{name}" in table for table in (tables.function_warnings, tables.function_transformers))


def keywords(name: str) -> dict[str, str]:
    """Old names of the function's parameters, with the new ones; those that are gone are left out."""
    named = {**_tables().function_keyword_renames.get("*.__unknown__", {})}
    named |= _tables().function_keyword_renames.get(f"tf.{name}", {})
    return {old: new for old, new in named.items() if new}


def same_places(old: Any, new: Any, name: str, count: int) -> bool:
    """Whether the first `count` positional arguments mean the same to both functions."""
    try:
        before, after = (list(inspect.signature(one).parameters) for one in (old, new))
    except (TypeError, ValueError):
        return False
    renamed = keywords(name)
    given = [renamed.get(parameter, parameter) for parameter in before[:count]]
    return count <= len(after) and given == after[:count]


@cache
def _tables() -> Any:
    with undisturbed():
        script = importable("tensorflow.tools.compatibility.tf_upgrade_v2")
        return script.TFAPIChangeSpec()

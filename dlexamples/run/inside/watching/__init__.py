"""Training is watched from outside the block's code: losses, optimizers, models, as plain facts.

One part of a library a file, found by walking this folder. A function under `@watches("package.module")` gets that
module once it is imported, by whomever, and a `Watch`, which it tells whose calls it wants to hear of. It keeps what it
sees as numbers, names and lines: no tensor, no graph; it draws from no generator and calls nothing of the block's. What
the facts mean is judged in `dlexamples.training`, by the parent.

Nothing here imports more than the standard library at its top.
"""

from __future__ import annotations

import importlib
import pkgutil
import traceback
import weakref
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from ..after_import import after_import
from .calls import Calls
from .seen import Coincidence, Fit, Kept, Loss, Model, Objective, Optimizer
from .written import Written

Watcher = Callable[[ModuleType, "Watch"], None]

End = Callable[[dict[str, Any], Written], None]

WATCHERS: dict[str, list[Watcher]] = {}
"""By the module's name."""


class Watch:
    """What has been seen of a session's training."""

    def __init__(self, filename: str, fault: Callable[[str], None]) -> None:
        """`filename`: of the post, as its code objects have it."""
        self.filename = filename
        self.calls = Calls(fault)
        self.losses: dict[tuple[int, str, bool], Loss] = {}
        """By line, function, and whether gradients are wanted."""
        self.objectives: dict[int, Objective] = {}
        """By line."""
        self.optimizers: dict[int, Optimizer] = {}
        """By the object's id."""
        self.models: dict[int, Model] = {}
        self.fits: list[Fit] = []
        self.called: dict[int, Model] = {}
        """The models that have been called, with gradients, since the last update."""
        self.backwards = 0
        self.backpropagated: dict[int, weakref.ref[Any]] = {}
        """By id: what `backward` was called on, while it lives."""
        self.kept: dict[str, Kept] = {}
        """By name: what keeps the graphs of past steps."""
        self.coincidences: dict[tuple[str, str], Coincidence] = {}
        """By the names of a training and a test set: rows that both hold."""
        self.ends: list[End] = []
        """What looks at the namespace once a block has ended."""
        self.fault = fault
        self.fitting: dict[int, Fit] = {}
        """By the id of a Keras model: its `fit` that runs."""
        self.closing: list[Callable[[], None]] = []
        """What is called before the facts are told."""

    def start(self) -> None:
        """Modules that are imported, and those that will be, are watched."""
        after_import(
            {name: [partial(_watched_by, watcher, self) for watcher in those] for name, those in WATCHERS.items()}
        )

    def ended(self, namespace: dict[str, Any], sources: list[tuple[str, int]]) -> None:
        """A block has ended, and left this. `sources`: of the blocks that have run, each with the document's line of
        its first one."""
        if not (self.optimizers or self.fits or self.losses):
            return
        named, written = {name: value for name, value in namespace.items() if isinstance(name, str)}, Written(sources)
        try:
            for look in self.ends:
                look(named, written)
        except Exception:
            self.ends.clear()
            self.fault(traceback.format_exc())

    def updated(self, optimizer: Optimizer | None) -> None:
        """It, or one that is not known, has made an update with the gradients of what was computed since the last."""
        for loss in self.losses.values():
            if loss.pending:
                loss.updates += 1
                loss.pending = False
                if optimizer:
                    optimizer.losses.add(loss.line)

    def facts(self) -> dict[str, Any]:
        """All of it, for JSON."""
        for close in self.closing:
            self.calls.tell(close)
        return {
            "losses": [loss.facts() for loss in self.losses.values()],
            "objectives": [objective.facts() for objective in self.objectives.values()],
            "optimizers": [optimizer.facts() for optimizer in self.optimizers.values()],
            "models": [model.facts() for model in self.models.values()],
            "fits": [fit.facts() for fit in self.fits],
            "backwards": self.backwards,
            "kept": [each.facts() for each in self.kept.values()],
            "coincidences": [each.facts() for each in self.coincidences.values()],
        }


def watches(*modules: str) -> Callable[[Watcher], Watcher]:
    """Registers a function for each of these modules."""

    def register(watcher: Watcher) -> Watcher:
        for module in modules:
            WATCHERS.setdefault(module, []).append(watcher)
        return watcher

    return register


def load() -> None:
    """Imports every file of this folder; nothing is watched yet."""
    for module in pkgutil.iter_modules(__path__, __name__ + "."):
        importlib.import_module(module.name)


def _watched_by(watcher: Watcher, watch: Watch, module: ModuleType) -> None:
    watcher(module, watch)

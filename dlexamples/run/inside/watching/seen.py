"""What is noted of a loss, an optimizer, a model, a call of `fit`: numbers, names and lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from .curves import Thinned
from .revealing import Revealing

MOST_CLASSES = 1000
MOST_COLUMNS = 4096
BATCH = 8
"""Class indices in a call, at least, of which it is no chance that all are the same."""
LOOKED_AT_FIRST, LOOKED_AT_EACH = 8, 16


@dataclass
class Values:
    """What is known of many numbers: of those that were looked at, which need not be all."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    low: float = float("inf")
    high: float = float("-inf")
    whole: bool = True
    """All are whole numbers."""
    classes: Counter[int] = field(default_factory=Counter)
    """How often each, while they are whole and few."""

    def add(self, numbers: list[float]) -> None:
        if not numbers:
            return
        self.count += len(numbers)
        self.total += sum(numbers)
        self.squares += sum(number * number for number in numbers)
        self.low, self.high = min(self.low, *numbers), max(self.high, *numbers)
        self.whole = self.whole and all(number == number // 1 for number in numbers)
        if not self.whole or len(self.classes) > MOST_CLASSES:
            self.classes.clear()
            return
        self.classes.update(map(int, numbers))

    def facts(self) -> dict[str, Any]:
        return {**asdict(self), "classes": sorted(self.classes.items())} if self.count else {}


@dataclass
class Loss:
    """The calls of one loss function on one line, with gradients or without."""

    framework: str
    function: str
    line: int
    gradients: bool
    takes: str
    """Of its predictions: `logits`, `probabilities`, `log-probabilities`, `values`."""
    direct: bool
    """The post itself computes it, and no other library."""
    comparable: bool = True
    """It is the plain mean over the batch: without weights, without label smoothing."""
    calls: int = 0
    updates: int = 0
    pending: bool = False
    """It was computed, and no update has followed yet."""
    largest: int = 0
    """Numbers of the predictions in the call of `output` and `target`."""
    output: tuple[int | None, ...] = ()
    target: tuple[int | None, ...] = ()
    target_type: str = ""
    operation: str = ""
    """The last operation that made the predictions, those that only change the form left out: `softmax`, `linear`;
    empty where it is not known."""
    output_low: float = float("inf")
    output_high: float = float("-inf")
    sums_to_one: int = 0
    """In how many of the looked-at calls each row of the predictions summed to one; negative where one did not."""
    alike: bool = False
    """In the last call that was looked at, every row of the predictions was the same, and the targets were not."""
    silent: tuple[int, int] = (0, 0)
    """Columns of the predictions that were zero in every row, and all of them, in the last call that was looked at."""
    batches: int = 0
    """Looked-at calls with as many class indices as make a batch."""
    of_one_class: int = 0
    """Of those, the ones that hold one class alone."""
    beyond: float = 0.0
    """The part of the probability on classes above every target, in the last call that was looked at."""
    targets: Values = field(default_factory=Values)
    not_finite: int = 0
    """The first call whose value was no finite number, from 1; 0 where none was."""
    curve: Thinned = field(default_factory=Thinned)
    revealing: Revealing = field(default_factory=Revealing)

    def facts(self) -> dict[str, Any]:
        kept = asdict(self)
        del kept["pending"], kept["largest"], kept["revealing"]
        kept["revealed"] = self.revealing.columns()
        return kept | {"targets": self.targets.facts(), "curve": self.curve.values, "every": self.curve.stride}


@dataclass
class Objective:
    """What gradients are asked of on one line: a loss, a sum of several, whatever the post has written out."""

    line: int
    curve: Thinned = field(default_factory=Thinned)

    def facts(self) -> dict[str, Any]:
        return {"line": self.line, "curve": self.curve.values, "every": self.curve.stride}


def is_looked_into(loss: Loss) -> bool:
    """Whether the numbers of the call that runs are looked at: of the first ones, then of every so many."""
    return loss.calls <= LOOKED_AT_FIRST or not loss.calls % (LOOKED_AT_EACH * loss.curve.stride)


@dataclass
class Optimizer:
    """One optimizer and its updates."""

    name: str
    line: int
    """Where it was made."""
    framework: str = "torch"
    step_line: int = 0
    backward_line: int = 0
    """The last `backward` before an update."""
    steps: int = 0
    backwards: int = 0
    """Those of the whole session, at its last update."""
    zeroed: bool = False
    """Once at least, its gradients were zero, or none, between an update and the gradients for the next."""
    kept: int = 0
    """Updates with the gradients of the ones before still in them."""
    had_gradients: bool = False
    nonzero: bool = False
    """Some gradient was not zero, in some update."""
    rates: Thinned = field(default_factory=Thinned)
    """The learning rate of the first group."""
    rate: float = -1.0
    """The last one; negative where it is not known."""
    ratios: list[float] = field(default_factory=list)
    """How far an update moved the weights, as a part of what they were, of the updates that were looked at."""
    net: float = -1.0
    """The same of the average update, there and back left out, where single ones cannot be looked at; else negative."""
    losses: set[int] = field(default_factory=set)
    """The lines of those that its updates followed."""
    variables: int = 0
    """Keras: how many it was given at its last update."""
    without: list[str] = field(default_factory=list)
    """Keras: the names of those that got no gradient then."""

    def facts(self) -> dict[str, Any]:
        ratios = [*self.ratios, *([self.net] if self.net >= 0 else [])]
        kept = {"rates": self.rates.values, "every": self.rates.stride, "ratios": ratios, "losses": sorted(self.losses)}
        return asdict(self) | kept


def is_looked_at(step: int) -> bool:
    """Whether an update's effect is measured: of the first, second, fourth, eighth … one."""
    return step & (step - 1) == 0


@dataclass
class Model:
    """A module that the post calls itself."""

    name: str
    line: int
    """Where it was made, or first called."""
    random: tuple[str, ...] = ()
    """Names of its layers that do something else in training than in evaluation."""
    supervised: int = 0
    """Losses that were computed of its output alone."""
    steps: int = 0
    """Updates of its parameters."""
    eval_steps: int = 0
    """Of those, the ones after a call in evaluation mode."""
    eval_line: int = 0
    evaluated_line: int = 0
    """The first call without gradients, in training mode, after an update, where it was not put into that mode on
    purpose; 0 where there is none."""
    layers: tuple[str, ...] = ()
    """The classes of all its modules."""
    inputs: Values = field(default_factory=Values)
    """Of the first batch that its first layer with weights got."""
    input_shape: tuple[int, ...] = ()
    batch: list[list[float]] = field(default_factory=list)
    """Of the input of the last call with gradients, while it is looked at: rows of numbers."""
    looked_at: int = 0
    """Calls whose inputs were."""
    parameters: frozenset[int] = frozenset()
    """Their ids."""
    training: bool = True
    """The mode of its last call with gradients."""
    put_into_training: bool = False
    """`train()` was called since its last update."""

    def facts(self) -> dict[str, Any]:
        kept = asdict(self) | {"inputs": self.inputs.facts()}
        for name in ("parameters", "training", "put_into_training", "batch", "looked_at"):
            del kept[name]
        return kept


@dataclass
class Kept:
    """What keeps the graphs of past steps: a list of losses, a sum of them."""

    name: str
    line: int
    """Where it is added to; 0 where that is not found."""
    form: str
    """`list` or `sum`."""
    count: int
    """Losses with their graphs, of those that were looked at."""

    def facts(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Coincidence:
    """Rows of a test set that are rows of the training set."""

    training: str
    test: str
    """The names."""
    line: int
    """Where the test set gets its name, or of a `fit` its own; 0 where that is not found."""
    rows: int
    """Those of the test set that were looked at."""
    count: int
    """Of these, those that the training set holds, too."""

    def facts(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Fit:
    """One call of Keras's `fit`."""

    model: str
    line: int
    compile_line: int = 0
    layers: tuple[str, ...] = ()
    """The classes of the model's layers."""
    plain: bool = True
    """Its loss is one function of targets and predictions: without weights, without penalties."""
    updates: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)
    targets: Values = field(default_factory=Values)
    inputs: Values = field(default_factory=Values)
    input_shape: tuple[int | None, ...] = ()
    revealed: list[int] = field(default_factory=list)
    """Columns of the input, from 0, that tell the target."""
    first_loss: float = -1.0
    """Of the first batch, before any update; negative where it is not known."""
    trainable: int = 0
    """Variables that are trained."""
    batches: int = 0
    """Batches with as many class indices as make one, where they come in the order of the data; else 0."""
    of_one_class: int = 0
    """Of those, the ones that hold one class alone."""
    alike: bool = False
    """Afterwards the post has asked for predictions, and they were the same for every row, whose inputs differ."""

    def facts(self) -> dict[str, Any]:
        return asdict(self) | {"targets": self.targets.facts(), "inputs": self.inputs.facts()}

"""What was watched of a session's training, as a check reads it; `dlexamples.run.inside.watching.seen` says the same of
what it notes. Lines are those of the document that ran, from 1; 0 is unknown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dlexamples.model import Result

T = TypeVar("T")
Shape = tuple[int | None, ...]
"""None is a size that the graph leaves open: the batch."""


@dataclass(frozen=True, slots=True)
class Values:
    """What is known of many numbers: of those that were looked at, which need not be all."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    whole: bool = False
    classes: tuple[tuple[int, int], ...] = ()
    """(number, how often), while all are whole and few."""

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan

    @property
    def variance(self) -> float:
        return max(0.0, self.squares / self.count - self.mean**2) if self.count else math.nan

    @property
    def vary(self) -> bool:
        return self.count > 0 and self.low < self.high


@dataclass(frozen=True, slots=True)
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
    comparable: bool
    """It is the plain mean over the batch: without weights, without label smoothing."""
    calls: int
    updates: int
    output: Shape
    target: Shape
    target_type: str
    operation: str
    """The last operation that made the predictions: `softmax`, `linear`; empty where it is not known."""
    output_low: float
    output_high: float
    sums_to_one: int
    """In how many of the looked-at calls each row of the predictions summed to one; negative where one did not."""
    alike: bool
    """In the last call that was looked at, every row of the predictions was the same, and the targets were not."""
    silent: tuple[int, int]
    """Columns of the predictions that were zero in every row, and all of them, in the last call that was looked at."""
    batches: int
    """Looked-at calls with as many class indices as make a batch."""
    of_one_class: int
    """Of those, the ones that hold one class alone."""
    beyond: float
    """The part of the probability on classes above every target, in that call."""
    targets: Values
    not_finite: int
    curve: tuple[float, ...]
    every: int
    """Calls from one value of the curve to the next."""
    revealed: tuple[int, ...]
    """Columns of the model's input, from 0, that tell the target."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What gradients are asked of on one line: a loss, a sum of several, whatever the post has written out."""

    line: int
    curve: tuple[float, ...]
    every: int


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimizer and its updates."""

    name: str
    line: int
    step_line: int
    backward_line: int
    steps: int
    backwards: int
    zeroed: bool
    kept: int
    had_gradients: bool
    nonzero: bool
    rates: tuple[float, ...]
    framework: str
    rate: float
    """The last learning rate; negative where it is not known."""
    ratios: tuple[float, ...]
    """How far an update moved the weights, as a part of what they were, of the updates that were looked at."""
    losses: tuple[int, ...]
    """The lines of those that its updates followed."""
    variables: int
    """Keras: how many it was given at its last update."""
    without: tuple[str, ...]
    """Keras: the names of those that got no gradient then."""
    every: int = 1
    """Updates from one of the rates to the next."""


@dataclass(frozen=True, slots=True)
class Model:
    """A torch module that the post calls itself."""

    name: str
    line: int
    random: tuple[str, ...]
    """Names of its layers that do something else in training than in evaluation."""
    supervised: int
    steps: int
    eval_steps: int
    eval_line: int
    evaluated_line: int
    layers: tuple[str, ...]
    """The classes of all its modules."""
    inputs: Values
    input_shape: Shape


@dataclass(frozen=True, slots=True)
class Fit:
    """One call of Keras's `fit`."""

    model: str
    line: int
    compile_line: int
    layers: tuple[str, ...]
    plain: bool
    """Its loss is one function of targets and predictions: without weights, without penalties."""
    updates: int
    history: Mapping[str, tuple[float, ...]]
    targets: Values
    inputs: Values
    input_shape: Shape
    revealed: tuple[int, ...]
    """Columns of the input, from 0, that tell the target."""
    first_loss: float
    """Of the first batch, before any update; negative where it is not known."""
    trainable: int
    """Variables that are trained."""
    batches: int
    """Batches with as many class indices as make one, where they come in the order of the data; else 0."""
    of_one_class: int
    """Of those, the ones that hold one class alone."""
    alike: bool
    """Afterwards the post has asked for predictions, and they were the same for every row, whose inputs differ."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeps the graphs of past steps at the end of a block."""

    name: str
    line: int
    form: str
    """`list` or `sum`."""
    count: int


@dataclass(frozen=True, slots=True)
class Coincidence:
    """Rows of a test set that are rows of the training set."""

    training: str
    test: str
    """What the two are called."""
    line: int
    rows: int
    """Those of the test set that were looked at."""
    count: int
    """Of these, those that the training set holds, too."""


@dataclass(frozen=True, slots=True)
class Training:
    """A session's training, and what is known of its data."""

    losses: tuple[Loss, ...] = ()
    optimizers: tuple[Optimizer, ...] = ()
    models: tuple[Model, ...] = ()
    fits: tuple[Fit, ...] = ()
    backwards: int = 0
    kept: tuple[Kept, ...] = ()
    coincidences: tuple[Coincidence, ...] = ()
    objectives: tuple[Objective, ...] = ()
    shortened: bool = False
    """It is shorter than the post has it."""
    invented: bool = False
    """Data were supplied that are not what the author has: a stand-in, a synthetic set."""
    served: bool = False
    """The same of what a loader got in place of a download: its form is the original's."""
    random: bool = False
    """The post draws data itself, of which nobody can tell whether they can be learned."""
    stopped: bool = False
    """A block of it did not come to its end; then it is `shortened`, too."""
    mended: bool = False
    """The text that ran is not what the post has, but for data and imports."""
    sampled: bool = False
    """Some of its data are a part of the rows that the original has."""
    results: tuple[Result, ...] = ()
    """What the post says that it gives."""
    printed: Mapping[str, str] = field(default_factory=dict)
    """What its blocks write to standard output, by id."""

    @property
    def learnable(self) -> bool:
        """Whether what comes out says something of the code, and not of the data alone."""
        return not (self.shortened or self.invented or self.served or self.random)

    @property
    def updates(self) -> int:
        return max([each.steps for each in self.optimizers] + [fit.updates for fit in self.fits], default=0)

    @property
    def trains(self) -> bool:
        """Whether anything is; the updates of a Keras loop that the post writes itself are not counted."""
        return bool(self.updates) or any(loss.framework == "keras" for loss in self.losses)

    @property
    def computed(self) -> tuple[Loss, ...]:
        """The losses that the post trains on itself."""
        return tuple(loss for loss in self.losses if loss.gradients and loss.direct)

    def fit_of(self, loss: Loss) -> Fit | None:
        """The last `fit` on the line of a Keras loss."""
        found = [fit for fit in self.fits if fit.line == loss.line and loss.framework == "keras"]
        return found[-1] if found else None


def training(facts: Mapping[str, Any], **known: object) -> Training:
    """From the facts as the process of the blocks sends them. `known`: the fields of `Training` beside those."""
    seen = Training(
        tuple(_made(Loss, each) for each in facts.get("losses", ())),
        tuple(_made(Optimizer, each) for each in facts.get("optimizers", ())),
        tuple(_made(Model, each) for each in facts.get("models", ())),
        tuple(_made(Fit, each) for each in facts.get("fits", ())),
        facts.get("backwards", 0),
        tuple(_made(Kept, each) for each in facts.get("kept", ())),
        tuple(_made(Coincidence, each) for each in facts.get("coincidences", ())),
        tuple(_made(Objective, each) for each in facts.get("objectives", ())),
    )
    return replace(seen, **known)  # type: ignore[arg-type]


def _made(kind: type[T], facts: Mapping[str, Any]) -> T:
    return kind(**{each.name: _value(each.name, facts[each.name]) for each in fields(kind)})  # type: ignore[arg-type]


def _value(name: str, value: Any) -> Any:
    if name in {"targets", "inputs"}:
        return Values(**{key: _tuple(each) for key, each in value.items()})
    if name == "history":
        return {key: tuple(values) for key, values in value.items()}
    return _tuple(value)


def _tuple(value: Any) -> Any:
    return tuple(_tuple(each) for each in value) if isinstance(value, list) else value

"""Made-up inputs and targets for a model of images, sequences or several things: targets follow from the first input.

Inputs are numbers from 0 to 1, or tokens. Where a target has the places of an input, the pixels of an image or the
tokens of a sequence, it follows from the input at that place; else from the whole sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from dlexamples.data.goals import Goal, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.imports import Imports
    from dlexamples.data.trials import Input


ROWS, ARRAYS, LARGE = 200, 64, 16
"""How many samples: of rows, of arrays, and of arrays of more than `MANY` numbers."""
MANY = 20_000


@dataclass(frozen=True, slots=True)
class Named:
    """An input, and what it is called."""

    name: str
    input: Input


def how_many(inputs: tuple[Input, ...]) -> int:
    """Samples, fewer where they are large."""
    if max(prod(each.shape) for each in inputs) > MANY:
        return LARGE
    return ROWS if all(len(each.shape) < 2 for each in inputs) else ARRAYS


def learnable(inputs: list[Named], target: str, goal: Goal | None, count: int, imports: Imports) -> list[str]:
    """Lines that bind arrays under the names of the inputs, and under `target` where there is a goal."""
    numpy = imports.module("numpy", "np")
    first, *others = inputs
    generator = f"{numpy}.random.default_rng(0)"
    lines = list(_first(first, target, goal, count, numpy, generator))
    lines += [_alone(each, count, f"{numpy}.random.default_rng({seed})") for seed, each in enumerate(others, start=1)]
    lengths = next((each for each in inputs if each.input.lengths), None)
    if lengths is not None and first.input.shape:
        lines.append(f"{first.name}[{numpy}.arange({first.input.shape[0]}) >= {lengths.name}[:, None]] = 0")
    return lines


def _alone(each: Named, count: int, generator: str) -> str:
    """An input from which nothing follows."""
    size = _size(count, each.input.shape)
    if each.input.lengths:
        return f"{each.name} = {generator}.integers(1, {(each.input.tokens or 0) + 1}, size={size})"
    if each.input.mask:
        return f"{each.name} = {generator.partition('.')[0]}.ones({size}, dtype=int)"
    if each.input.tokens is not None:
        return f"{each.name} = {generator}.integers({each.input.tokens}, size={size})"
    return f"{each.name} = {generator}.random({size})"


def _first(each: Named, y: str, goal: Goal | None, count: int, numpy: str, generator: str) -> Iterator[str]:
    """The first input and the target."""
    if goal is None:
        yield _alone(each, count, generator)
        return
    if each.input.tokens is not None:
        yield from _of_tokens(each, y, goal, count, numpy, generator)
    elif goal.kind is Kind.NUMBERS:
        yield from _numbers(each, y, goal, count, numpy, generator)
    else:
        yield from _classes(each, y, goal, count, numpy, generator)
    if goal.kind is Kind.ONE_HOT:
        yield f'{y} = {numpy}.eye({goal.classes}, dtype="float32")[{y}]'


def _of_tokens(each: Named, y: str, goal: Goal, count: int, numpy: str, generator: str) -> Iterator[str]:
    """The class of a token is the range that it lies in; where every token is a class, the next one is to be told."""
    x, tokens, shape = each.name, each.input.tokens, each.input.shape
    places = _places(goal)
    if places == shape and goal.classes == tokens and shape:
        yield f"{x} = ({generator}.integers({tokens}, size=({count}, 1)) + {numpy}.arange({shape[0]})) % {tokens}"
        yield f"{y} = ({x} + 1) % {tokens}"
        return
    yield _alone(each, count, generator)
    made = f"* {goal.classes} // {tokens}" if goal.classes else f"/ {tokens}"
    if places == shape:
        yield f"{y} = {x} {made}"
        return
    first = f"{x}[:, 0]" if len(shape) == 1 else x
    yield f"{y} = {_spread(f'{first} {made}', places, numpy)}"


def _classes(each: Named, y: str, goal: Goal, count: int, numpy: str, generator: str) -> Iterator[str]:
    """Noise on a level that follows the class."""
    noise = f"{generator}.random({_size(count, each.input.shape)})"
    places = _places(goal)
    axis = _channels(each.input.shape, places)
    if axis is not None or _at_places(each.input.shape, places):
        yield f"{y} = {generator}.integers({goal.classes}, size={_size(count, places)})"
        at = y if axis is None else f"{numpy}.expand_dims({y}, {axis})"
        yield f"{each.name} = ({noise} + {at}) / {goal.classes}"
        return
    axes = ", ".join([":", *["None"] * len(each.input.shape)])
    level = f"{numpy}.arange({count}) % {goal.classes}"
    yield f"{y} = {level}"
    yield f"{each.name} = ({noise} + {y}[{axes}]) / {goal.classes}"
    if places:
        yield f"{y} = {_spread(y, places, numpy)}"


def _numbers(each: Named, y: str, goal: Goal, count: int, numpy: str, generator: str) -> Iterator[str]:
    """What the inputs are without their noise, or their mean."""
    size = _size(count, each.input.shape)
    if goal.shape == each.input.shape:
        yield f"{y} = {generator}.random({size})"
        yield f"{each.name} = {y} + {numpy}.random.default_rng(1).normal(scale=0.1, size={size})"
        return
    yield f"{each.name} = {generator}.random({size})"
    axis = _channels(each.input.shape, goal.shape)
    if axis is not None:
        yield f"{y} = {each.name}.mean({axis})"
        return
    yield f"{y} = {_spread(f'{each.name}.reshape({count}, -1).mean(1)', goal.shape, numpy)}"


def _places(goal: Goal) -> tuple[int, ...]:
    """The shape of a target, its one-hot dimension apart."""
    return goal.shape[:-1] if goal.kind is Kind.ONE_HOT else goal.shape


def _channels(shape: tuple[int, ...], places: tuple[int, ...]) -> int | None:
    """The axis of the channels, the batch counted, where the places of an input are those of a target."""
    if len(shape) < 2:
        return None
    if shape[1:] == places:
        return 1
    return len(shape) if shape[:-1] == places else None


def _at_places(shape: tuple[int, ...], places: tuple[int, ...]) -> bool:
    """Whether there is a target at every place, the channels being kept as one or as many."""
    kept = len(shape) == len(places) and all(place in {size, 1} for size, place in zip(shape, places, strict=True))
    return kept and prod(places) > 1


def _spread(value: str, shape: tuple[int, ...], numpy: str) -> str:
    """One number a sample, at every place of the target."""
    if not shape:
        return value
    axes = ", ".join([":", *["None"] * len(shape)])
    value = value if value.isidentifier() else f"({value})"
    return f"{value}[{axes}]" + ("" if shape == (1,) else f" * {numpy}.ones({_shown(shape)}, dtype=int)")


def _size(count: int, shape: tuple[int, ...]) -> str:
    return _shown((count, *shape)) if shape else str(count)


def _shown(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def converted(each: Named, values: str, imports: Imports) -> list[str]:
    """Floats as float32, in a tensor for torch; tokens as they are."""
    if values == "torch":
        dtype = "" if each.input.tokens is not None else f", dtype={imports.module('torch')}.float32"
        return [f"{each.name} = {imports.module('torch')}.tensor({each.name}{dtype})"]
    if each.input.tokens is not None or values == "raw":
        return []
    return [f'{each.name} = {each.name}.astype("float32")']


def converted_target(y: str, goal: Goal, values: str, imports: Imports) -> list[str]:
    """Classes as int64, all else as float32; a tensor for torch."""
    if values == "torch":
        torch = imports.module("torch")
        dtype = "" if goal.kind is Kind.CLASSES else f", dtype={torch}.float32"
        return [f"{y} = {torch}.tensor({y}{dtype})"]
    return [] if goal.kind in {Kind.CLASSES, Kind.ONE_HOT} or values == "raw" else [f'{y} = {y}.astype("float32")']


def things(each: Input) -> str:
    """`images of 3x32x32`, `rows of 16 tokens`."""
    shape = "x".join(map(str, each.shape))
    if each.lengths or each.mask:
        return "lengths" if each.lengths else "masks"
    if each.tokens is not None:
        return f"rows of {shape} tokens" if shape else f"ids below {each.tokens:,}"
    named = {0: "numbers", 1: f"rows of {shape} numbers", 2: f"sequences of {shape}", 3: f"images of {shape}"}
    return named.get(len(each.shape), f"arrays of {shape}")


def told(goal: Goal) -> str:
    """`with one of 3 classes at 32x32 places`."""
    what = {
        Kind.CLASSES: f"one of {goal.classes} classes",
        Kind.ONE_HOT: f"one of {goal.classes} classes",
        Kind.YES_NO: "yes or no",
        Kind.NUMBERS: "a number",
    }[goal.kind]
    places = _places(goal)
    return f"with {what} at {'x'.join(map(str, places))} places" if prod(places) > 1 else f"with {what} each"

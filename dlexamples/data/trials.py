"""What a live torch model takes, found by trial: a copy of it is called, without gradients."""

from __future__ import annotations

import contextlib
import copy
import io
import re
import sys
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (28, 32, 64, 96, 128, 224, 8, 16)
"""Heights and widths of images that are tried, as MNIST, CIFAR and ImageNet have them first."""
LENGTHS = (16, 8, 32, 64, 128, 4)
"""Time steps and tokens that are tried."""
MOST_TRIALS = 600
RECURRENT = ("LSTM", "GRU", "RNN")
_LENGTHS = re.compile(r"(\w+_)?(lengths?|lens?)")
_SEQUENCES = (*RECURRENT, "Conv1d", "MultiheadAttention", "EmbeddingBag")


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a model, without the batch."""

    shape: tuple[int, ...]
    tokens: int | None = None
    """They are whole numbers below this."""
    lengths: bool = False
    """They say how many time steps of another input count: whole numbers from 1 to `tokens`."""
    mask: bool = False
    """A one for each time step of another input that counts: all of them do."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Inputs that a model takes, and what it gives for two samples of them."""

    inputs: tuple[Input, ...]
    given: Any
    """As it comes: a tensor, or a tuple or dict of some."""
    output: Any
    """The tensor in it that comes first."""
    free: bool
    """Another size of the same kind would do as well."""


def tried(model: Any, names: tuple[str, ...] = ("",)) -> Trial | None:
    """The first inputs that the model takes, as many at a time as there are `names` of them."""
    found = _taken(model, names)
    first = next(found, None)
    if first is None:
        return None
    inputs, given, output = first
    kinds = [(len(each.shape), each.tokens) for each in inputs]
    others = ([(len(each.shape), each.tokens) for each in other] for other, _, _ in islice(found, 1))
    has_size = any(len(each.shape) + (each.tokens is not None) > 1 for each in inputs)
    return Trial(inputs, given, output, free=has_size and kinds in others)


def takes(model: Any, one: Input) -> bool:
    """Whether the model takes that input, and gives something for each sample."""
    output = first_tensor(_called(model, (one,)))
    return output is not None and bool(output.ndim) and int(output.shape[0]) == 2


def _taken(model: Any, names: tuple[str, ...]) -> Iterator[tuple[tuple[Input, ...], Any, Any]]:
    layers = list(model.modules())
    candidates = list(_candidates(layers, several=len(names) > 1))
    combined = product(*(_told(name) or candidates for name in names))
    # A layer that learns its width from the first call must not keep what a trial taught it.
    for inputs in islice(combined, MOST_TRIALS):
        given = _called(model, inputs)
        output = first_tensor(given)
        if output is not None and output.ndim and output.shape[0] == 2 and _are_tokens(model, inputs):
            yield inputs, given, output


def _are_tokens(model: Any, inputs: tuple[Input, ...]) -> bool:
    """Whether the model takes no higher tokens: what it takes however high goes into no embedding."""
    for index, each in enumerate(inputs):
        if each.tokens is not None and not (each.lengths or each.mask):
            higher = replace(each, tokens=each.tokens + 1)
            if _called(model, (*inputs[:index], higher, *inputs[index + 1 :])) is not None:
                return False
    return True


def _told(name: str) -> list[Input]:
    """What the name of an input alone says; nothing for most."""
    if _LENGTHS.fullmatch(name):
        return [Input((), length, lengths=True) for length in LENGTHS[:2]]
    return [Input((length,), 2, mask=True) for length in LENGTHS[:2]] if name == "attention_mask" else []


def _called(model: Any, inputs: tuple[Input, ...]) -> Any:
    """What a copy of the model gives for two samples; None when it does not take them."""
    torch = sys.modules["torch"]
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
            return copy.deepcopy(model).eval()(*(_two(each, model) for each in inputs))
    except Exception:
        return None


def _two(each: Input, model: Any) -> Any:
    """Two samples: the highest tokens, as a smaller embedding does not take them, or numbers from 0 to 1."""
    torch = sys.modules["torch"]
    first = next(iter(model.parameters()), None)
    options: dict[str, Any] = {} if first is None else {"device": first.device}
    if each.lengths:
        return torch.full((2,), each.tokens, dtype=torch.int64)
    if each.mask:
        return torch.ones(2, *each.shape, dtype=torch.int64, **options)
    if each.tokens is not None:
        return torch.full((2, *each.shape), each.tokens - 1, dtype=torch.int64, **options)
    dtype = first.dtype if first is not None and first.is_floating_point() else torch.float32
    return torch.rand(2, *each.shape, dtype=dtype, **options)


def first_tensor(given: Any) -> Any:
    """The tensor of a model's output: its logits, or the first of several things."""
    torch = sys.modules["torch"]
    if hasattr(given, "logits"):
        given = given.logits
    if isinstance(given, dict):
        given = given.get("logits", next(iter(given.values()), None))
    while isinstance(given, tuple | list) and given:
        given = given[0]
    return given if isinstance(given, torch.Tensor) else None


def _candidates(layers: list[Any], *, several: bool) -> Iterator[Input]:
    """What layers of a kind take, images before sequences before rows.

    Layers are not registered in the order in which they run. Several embeddings without a layer for sequences take one
    number each.
    """
    sizes, lengths = (SIZES[:3], LENGTHS[:2]) if several else (SIZES, LENGTHS)
    channels = sorted(_all(layers, "in_channels", "Conv2d"))
    if any(type(layer).__name__ == "LazyConv2d" for layer in layers):
        channels = channels or [3]
    yield from (Input((number, size, size)) for number in channels for size in sizes)
    for name, attribute in (("Conv1d", "in_channels"),):
        yield from (Input((number, length)) for number in sorted(_all(layers, attribute, name)) for length in lengths)
    yield from _of_tokens(layers, lengths, several=several)
    recurrent = [width for name in RECURRENT for width in _all(layers, "input_size", name)]
    wide = [*recurrent, *_all(layers, "embed_dim", "MultiheadAttention")]
    yield from (Input((length, width)) for width in wide for length in lengths)
    widths = _all(layers, "in_features", "Linear", "Bilinear")
    yield from (Input((width,)) for width in widths)
    if not (several or channels or wide):
        yield from (Input((number, size, size)) for number in (3, 1) for size in (224, 32, 28))
        yield from (Input((LENGTHS[0], width)) for width in widths)


def _of_tokens(layers: list[Any], lengths: tuple[int, ...], *, several: bool) -> Iterator[Input]:
    vocabularies = sorted(_all(layers, "num_embeddings", "Embedding", "EmbeddingBag"), reverse=True)
    has_sequences = any(type(layer).__name__ in _SEQUENCES for layer in layers)
    rows = [Input((length,), tokens) for tokens in vocabularies for length in lengths]
    single = [Input((), tokens) for tokens in vocabularies]
    yield from [*single, *rows] if several and not has_sequences else [*rows, *single]


def _all(layers: list[Any], attribute: str, *kinds: str) -> list[int]:
    """The attribute of every layer of these kinds, once each, in the order of registration."""
    found = [int(getattr(layer, attribute, 0)) for layer in layers if type(layer).__name__ in kinds]
    return [number for number in dict.fromkeys(found) if number]

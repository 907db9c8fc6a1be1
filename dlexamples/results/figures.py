"""The numbers of output that have the name of a metric: `Epoch 3, loss: 0.21`, `Test accuracy: 97.2 %`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.printed.tokens import shown_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ACCURACY = r"acc(?:uracy)?"
_LOSS = r"loss(?:es)?|mse|rmse|mae|mean squared error|mean absolute error|perplexity|ppl"
_PAIR = re.compile(
    rf"""
    (?<![A-Za-z]) (?: (?P<accuracy>{_ACCURACY}) | (?P<loss>{_LOSS}) ) (?![A-Za-z]) ['"]? \s*
    (?: (?:[:=]|->|→|≈|\bis\b|\bof\b)? \s* (?:\w[\w.]*\( | \[)? \s*               # `loss: tensor(0.2)`, `acc = [0.9]`
      | (?:\w|,|\s|[(){{}}'"/-]){{1,60}}? [:=] \s* )                             # `Accuracy on the 10000 images: 97 %`
    (?P<number>{NUMBER}) (?![\w]) (?:\s*/\s*(?P<all>\d+))? (?:\s*\(?(?P<share>{NUMBER})\s*%\)?)? \s*(?P<percent>%)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_KERAS = re.compile(r"\d\s?[mnuµμ]?s(?:/(?:step|sample|epoch))?\b.* - |\bms/step\b|[━=]{5}")
"""A row of Keras's progress, whose form is another one in each version."""
_EPOCH = re.compile(r"Epoch (\d+)(?:/(\d+))?\s*")
_WHOLE = re.compile(r"(?<![\w.])\d+(?![\w.]*\d|\.\d|\w)")
_METRIC_OF_KERAS = re.compile(r"[A-Za-z_]*\Z")


class Figure(NamedTuple):
    """One number."""

    metric: str
    """`accuracy`, as a part of 1 or in percent as it is printed, or `loss`, of which less is better."""
    value: float
    name: str
    """What is printed in front of it, without numbers and signs: what one statement prints is the same each time."""
    step: tuple[int, ...]
    """The whole numbers in front of it: the epoch, the batch."""
    row: int
    """From 1."""
    column: int
    end: int
    """Characters from 0, from the metric's name to the number's end."""


def figures(text: str) -> list[Figure]:
    """In the order in which they are printed, as a terminal shows them in the end."""
    found: list[Figure] = []
    epoch: tuple[int, ...] = ()
    for number, row in enumerate(shown_rows(text), 1):
        if heading := _EPOCH.fullmatch(row.strip()):
            epoch = (int(heading[1]),)
        else:
            found += _of_row(row, number, epoch)
    return found


def _of_row(row: str, number: int, epoch: tuple[int, ...]) -> Iterator[Figure]:
    of_keras = bool(_KERAS.search(row))
    rest = row
    for found in _PAIR.finditer(row):
        metric = "accuracy" if found["accuracy"] else "loss"
        value = _value(found)
        # `epoch_loss = 0.0` is code, in which a sum begins.
        if value is None or (value == 0 and re.search(r"\w = ", found[0])):
            continue
        start = found.start(metric)
        before = rest[:start]
        if of_keras:
            own = _METRIC_OF_KERAS.search(row[:start])
            name = f"{own[0] if own else ''}{found[metric]}".lower()
        else:
            name = " ".join(re.findall(r"[^\W\d_]+", before + found[metric])).lower()
        step = epoch if of_keras else tuple(map(int, _WHOLE.findall(before)))
        yield Figure(metric, value, name, step, number, start, found.end())
        # What one number says is no step of the next.
        rest = rest[:start] + re.sub(r"[^A-Za-z]", " ", rest[start : found.end()]) + rest[found.end() :]


def _value(found: re.Match[str]) -> float | None:
    """Of `9843/10000 (98%)` the share. None for a number that is another one's part."""
    if found["share"]:
        return float(found["share"])
    value = float(found["number"].replace("_", ""))
    if found["all"]:
        return value / int(found["all"]) if found["accuracy"] and int(found["all"]) else None
    return value

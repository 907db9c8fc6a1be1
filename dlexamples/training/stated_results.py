"""DL431: the post says a result that its code does not give."""

from __future__ import annotations

import re
from math import log
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.results.figures import Figure, figures
from dlexamples.training import Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Result
    from dlexamples.training.evidence import Training

POINTS = 0.10
"""How far an accuracy may fall short of what is said. Two honest runs of a small network are apart by a few percentage
points, and of 30 test rows each one is 3 points."""
POINTS_OF_SAMPLE = 0.25
"""The same for a network that saw a part of the rows: it knows less of those that it is tested on."""
FEWEST_OF_SAMPLE = 2000
"""Updates. With a tenth of the rows an epoch has a tenth of them, and a network that learns slowly looks like one that
learns nothing."""
POINTS_BETTER = 0.25
"""How much better than the output that is shown: a reader gets something else than the text speaks of."""
TIMES = 3
"""How much larger a loss may be than what is said: that of a single batch is as uneven."""
TIMES_ALONE = 10
"""The same where nothing tells where the loss began."""
HALF = 0.5
"""The part of the way from the first loss to the one that is said, in orders of magnitude, that has to be made."""
_OF_TEST = re.compile(r"test|val", re.IGNORECASE)


class Series(NamedTuple):
    """What one statement prints again and again, or one metric of a `fit`."""

    name: str
    metric: str
    values: tuple[tuple[tuple[int, ...], float], ...]
    """(the whole numbers printed in front of it, the value)."""

    @property
    def first(self) -> float:
        return self.values[0][1]

    @property
    def last(self) -> float:
        return self.values[-1][1]


@check("DL431")
def stated_results(training: Training) -> Iterator[Finding]:
    if training.stopped or not training.trains:
        return
    told: set[object] = set()
    # Of a row that shows several numbers the accuracy is what readers know.
    for result in sorted(training.results, key=lambda result: (result.metric, result.span)):
        reason = _not_judged(training, result)
        if reason and result.block not in told:
            told.add(result.block)
            yield _finding(result, f"{_told(result)}; not judged, for {reason}", "note")
        elif not reason and result.span.line not in told and (found := _unlike(training, result)):
            told.add(result.span.line)
            yield _finding(result, f"{_told(result)}, and {found}", "warning")


def _finding(result: Result, message: str, level: str) -> Finding:
    suggestion = "write what this code gives, or look for what it lacks: a step, a setting, more training"
    return Finding(0, message, suggestion if level == "warning" else "", "said here", level=level, said=result)


def _told(result: Result) -> str:
    return f"the post {'shows' if result.name else 'says'} `{result.text}`"


def _not_judged(training: Training, result: Result) -> str:
    """Why what comes out says nothing of what the post says; empty where it does."""
    if training.shortened:
        return "training was shortened"
    if training.mended:
        return "the text that ran is a mended one"
    if training.invented or training.served:
        return "what was supplied in place of its data, or its weights, is made up"
    if training.random:
        return "its data, or what it starts from, are drawn at random"
    if not result.name and not _meant(training, result):
        return f"the run tells no {'accuracy' if result.metric == 'accuracy' else 'loss'}"
    if not training.sampled:
        return ""
    if result.metric == "loss":
        return "a part of its data was supplied, with which a loss comes to something else"
    few = training.updates < FEWEST_OF_SAMPLE
    return f"a part of its data was supplied, which makes for {training.updates} updates" if few else ""


def _unlike(training: Training, result: Result) -> str:
    """What the run gives in place of what is said; empty where it gives that, or nothing that could be meant."""
    if result.name:
        return _unlike_output(training, result)
    # Any of them may be meant: one that is as it is said will do.
    series = _meant(training, result)
    if result.metric == "epochs":
        found = [_unconverged(each, int(result.value)) for each in series]
        return found[0] if all(found) else ""
    if result.metric == "loss":
        far = all(_is_far(each.first, result, each.last) for each in series)
        return f"this run ends at {min(each.last for each in series):.3g}" if far else ""
    best = max(share for each in series for share in _shares([value for _, value in each.values]))
    margin = POINTS_OF_SAMPLE if training.sampled else POINTS
    return f"this run comes to {best:.1%} at most" if best < _share(result) - margin else ""


def _meant(training: Training, result: Result) -> list[Series]:
    """What of the run a sentence may speak of."""
    metric = "accuracy" if result.metric == "accuracy" else "loss"
    series = [each for each in _all(training) if each.metric == metric]
    of_test = [each for each in series if _OF_TEST.search(each.name)] if _OF_TEST.search(result.text) else []
    return of_test or series


def _unlike_output(training: Training, result: Result) -> str:
    """The statement prints the same words with another number, in the same step."""
    same = [each for each in figures(training.printed.get(result.block, "")) if each.name == result.name]
    at = next((index for index, each in enumerate(same) if each.step == result.step), None)
    if at is None:
        return ""
    # What comes a step earlier, or later, may as well have come here.
    here, near = same[at].value, [each.value for each in same[max(0, at - 1) :]]
    if result.metric == "loss":
        first = same[0].value if len(same) > 1 else None
        return f"this run prints {here:.3g}" if _is_far(first, result, min(near)) else ""
    *shares, here, said = _shares([*near, here, result.value])
    margin = POINTS_OF_SAMPLE if training.sampled else POINTS
    worse = max(shares) < said - margin
    better = not training.sampled and at == len(same) - 1 and min(shares) > said + POINTS_BETTER
    return f"this run prints {here:.1%}" if worse or better else ""


def _is_far(first: float | None, result: Result, last: float) -> bool:
    """Whether a loss is so much above what is said that the training can't be the same. `first`: where it began."""
    least = max(result.value, _rounded_by(result))
    if last <= TIMES * least:
        return False
    if first is None:
        return last > TIMES_ALONE * least
    if first <= least:
        return last > TIMES_ALONE * first
    return last >= first or log(first / last) < HALF * log(first / least)


def _rounded_by(result: Result) -> float:
    """Half of the last decimal that is written: a loss of 0.00 is one of up to 0.005."""
    written = re.findall(r"\d+\.?(\d*)(?:e([-+]?\d+))?", result.text, re.IGNORECASE)
    decimals, exponent = written[-1] if written else ("", "")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(decimals))


def _unconverged(series: Series, epochs: int) -> str:
    """What the run does instead of converging after so many epochs; empty where it does, or that cannot be told."""
    at = next((value for step, value in series.values if epochs in step[:1]), None)
    if at is None or series.first <= 0:
        return ""
    fallen = series.first - series.last
    if series.last > 0.9 * series.first:
        return f"in this run the loss does not fall: {series.first:.3g} at first, {series.last:.3g} at the end"
    if series.first - at < HALF * fallen:
        return f"in this run the loss is {at:.3g} by then, {series.first:.3g} at first and {series.last:.3g} at the end"
    return ""


def _all(training: Training) -> list[Series]:
    """All that the run tells of its metrics."""
    printed: dict[tuple[str, str], list[Figure]] = {}
    for block, text in training.printed.items():
        for figure in figures(text):
            printed.setdefault((block, figure.name), []).append(figure)
    found = [
        Series(name, each[0].metric, tuple((figure.step, figure.value) for figure in each))
        for (_, name), each in printed.items()
    ]
    for fit in training.fits:
        for name, values in fit.history.items():
            metric = "accuracy" if "acc" in name else "loss" if name.endswith("loss") else ""
            if values and metric:
                found.append(Series(name, metric, tuple(((epoch,), value) for epoch, value in enumerate(values, 1))))
    return found


def _share(result: Result) -> float:
    return result.value / 100 if "%" in result.text or "cent" in result.text or result.value > 1 else result.value


def _shares(values: Sequence[float]) -> list[float]:
    """Accuracies as parts of 1; those that are printed in percent go beyond that."""
    return [value / 100 for value in values] if max(values) > 1 else list(values)

"""Our markers: what each takes, and what it asks for.

A function gets the words and the options behind the marker's name and raises MarkerError when they do not fit.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from dlexamples.explain import codes
from dlexamples.formats.markers.asks import MarkerError, ReasonlessError
from dlexamples.model import Marks

Words = Sequence[str]
Options = Mapping[str, str]

UNTIL = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
CLASS = re.compile(r"[A-Za-z_][\w.]*")


def skip(words: Words, options: Options) -> Marks:
    if words:
        reason = " ".join(words).strip("\"'")
        raise MarkerError(f'`{words[0]}` is not understood behind `skip`; a reason is written reason="{reason}"')
    reason = options.get("reason", "").strip()
    if not reason:
        raise ReasonlessError('a skip needs a reason, so the block is run; write `skip reason="needs 8 GPUs"`')
    until = options.get("until")
    return Marks(skip=f"{reason} (until {until})" if until else reason)


def last_day(options: Options) -> date | None:
    """The day that `until=2027-03-15` names, or the last one of `until=2027-03`."""
    until = options.get("until")
    if until is None:
        return None
    found = UNTIL.fullmatch(until)
    try:
        if found:
            year, month = int(found[1]), int(found[2])
            return date(year, month, int(found[3] or monthrange(year, month)[1]))
    except ValueError:
        pass  # No such month or day.
    raise MarkerError(f"`until={until}` is no date; write a month or a day: until=2027-03 or until=2027-03-15")


def ignore(words: Words, options: Options) -> Marks:
    asked = [code.upper() for code in _split([word.strip("[]") for word in words])]
    if not asked:
        raise MarkerError("`ignore` needs the codes of diagnostics: ignore[DL201]")
    unknown = next((code for code in asked if code not in codes()), None)
    if unknown:
        near = get_close_matches(unknown, codes(), n=1, cutoff=0.75)
        guess = f"did you mean {near[0]}?" if near else "write one that `dlexamples explain` knows, as in ignore[DL201]"
        raise MarkerError(f"there is no code {unknown}; {guess}")
    return Marks(ignore=frozenset(asked))


def session(words: Words, options: Options) -> Marks:
    return Marks(session=_one("session", words, "a name: session gan"))


def no_run(words: Words, options: Options) -> Marks:
    _nothing("no-run", words)
    return Marks(no_run=True)


def raises(words: Words, options: Options) -> Marks:
    kinds = _split(words)
    wrong = next((kind for kind in kinds if not CLASS.fullmatch(kind)), "")
    if wrong or not kinds:
        found = f", and found `{wrong}`" if wrong else ""
        raise MarkerError(f"`raises` needs the exception's class{found}: raises ValueError")
    return Marks(raises=", ".join(kinds))


def timeout(words: Words, options: Options) -> Marks:
    word = _one("timeout", words, "seconds: timeout 120")
    if not re.fullmatch(r"\d+(\.\d+)?", word) or not float(word):
        raise MarkerError(f"`timeout` needs a number of seconds, and found `{word}`: timeout 120")
    return Marks(timeout=float(word))


def epochs(words: Words, options: Options) -> Marks:
    word = _one("epochs", words, "a number: epochs 2")
    if not re.fullmatch(r"[1-9]\d*", word):
        raise MarkerError(f"`epochs` needs a number of 1 or more, and found `{word}`: epochs 2")
    return Marks(epochs=int(word))


def device(words: Words, options: Options) -> Marks:
    word = _one("device", words, "cpu or cuda: device cuda")
    if word not in {"cpu", "cuda"}:
        raise MarkerError(f"`device` is cpu or cuda, and found `{word}`: device cuda")
    return Marks(device=word)


def setup(words: Words, options: Options) -> Marks:
    _nothing("setup", words)
    return Marks()


def output(words: Words, options: Options) -> Marks:
    _nothing("output", words)
    return Marks()


def _split(words: Words) -> list[str]:
    return [word for word in re.split(r"[\s,]+", " ".join(words)) if word]


def _one(name: str, words: Words, what: str) -> str:
    if len(words) == 1:
        return words[0].strip("\"'")
    found = f", and found `{' '.join(words)}`" if words else ""
    raise MarkerError(f"`{name}` needs {what}{found}")


def _nothing(name: str, words: Words) -> None:
    if words:
        raise MarkerError(f"`{name}` takes nothing more, and found `{words[0]}`; several markers are separated by `;`")


VOCABULARY: Mapping[str, Callable[[Words, Options], Marks]] = {
    "skip": skip,
    "ignore": ignore,
    "session": session,
    "no-run": no_run,
    "raises": raises,
    "timeout": timeout,
    "epochs": epochs,
    "device": device,
    "setup": setup,
    "output": output,
}
OPTIONS = {"skip": ("reason", "until")}
"""What is written `name=value` behind a marker."""
ONE_BLOCK = {"setup", "output"}
"""Markers that make no sense for a range."""

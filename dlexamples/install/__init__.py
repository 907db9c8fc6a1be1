"""`--install`: packages of a post's own, beside those that are installed here and never in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from dlexamples.install.environments import environment
from dlexamples.install.wanted import IMPORTED, SAID, Remark, wanted
from dlexamples.model import Diagnostic, Environment, Flaw, Package, Span
from dlexamples.verdicts.packages import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dlexamples.install.installers import Pin
    from dlexamples.model import Document

NEEDED = "needed by another one"


def equipped(document: Document, tell: Callable[[Document, Sequence[str]], None]) -> Document:
    """`document` with an environment that holds what it wants and lacks here. `tell` hears of the requirements for
    which an installer is started."""
    want = wanted(document)
    if not (want.requirements or want.refused or want.not_done):
        return document
    built = environment(want.requirements, lambda requirements: tell(document, requirements))
    failed = {_name(each): want.requirements[each]._replace(text=why) for each, why in built.refused.items()}
    refused = want.refused | failed
    told = _left_out({name: each for name, each in refused.items() if name not in want.imports})
    older = _older(built.pins, want.requirements)
    flaws = [Flaw(each) for each in _diagnostics(document, [*told, *older], "warning")]
    flaws += [Flaw(each) for each in _diagnostics(document, want.not_done, "note")]
    return replace(
        document,
        environment=Environment(
            built.folder,
            tuple(_packages(built.pins, want.requirements)),
            {name: each.text for name, each in refused.items()},
        ),
        flaws=(*document.flaws, *sorted(flaws, key=lambda flaw: flaw.diagnostic.span)),
    )


def _packages(pins: Sequence[Pin], requirements: Mapping[str, Remark]) -> list[Package]:
    """By the reason, those that nobody asked for last, and by name."""
    asked = {_name(each): remark.text for each, remark in requirements.items()}
    found = [Package(pin.name, pin.version, asked.get(plain(pin.name), NEEDED)) for pin in pins]
    return sorted(found, key=lambda each: ((SAID, IMPORTED, NEEDED).index(each.why), plain(each.name)))


def _left_out(refused: Mapping[str, Remark]) -> Iterator[Remark]:
    """Once for a command and a reason."""
    for remark in dict.fromkeys(refused.values()):
        listed = ", ".join(f"`{name}`" for name, each in refused.items() if each == remark)
        yield Remark(f"`--install` leaves {listed} out: {remark.text}", remark.line)


def _older(pins: Sequence[Pin], requirements: Mapping[str, Remark]) -> Iterator[Remark]:
    """Releases that readers do not get."""
    lines = {_name(each): remark.line for each, remark in requirements.items()}
    for pin in pins:
        if pin.newest:
            text = (
                f"{pin.name} {pin.version} was installed, and a reader gets {pin.newest}, which has no wheel "
                "or does not suit what is installed here"
            )
            yield Remark(text, lines[plain(pin.name)])


def _diagnostics(document: Document, remarks: Sequence[Remark], level: str) -> Iterator[Diagnostic]:
    lines = (document.view or document.text).split("\n")
    for remark in remarks:
        row = lines[remark.line - 1].rstrip()
        start = len(row) - len(row.lstrip()) + 1
        span = Span(remark.line, start, remark.line, max(len(row), start) + 1)
        yield Diagnostic("DL502", level, remark.text, span, (), None, "")


def _name(requirement: str) -> str:
    return plain(Requirement(requirement).name)

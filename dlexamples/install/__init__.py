"""Packages of a post's own, beside those that are installed here and never in their place: those of the environment
that it states, and with `--install` those that it tells its reader to install, or imports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from dlexamples.install.environments import environment
from dlexamples.install.installers import is_framework, uv
from dlexamples.install.telling import flaw_at
from dlexamples.install.wanted import IMPORTED, SAID, STATED, Remark, here, same_modules, wanted, what_is_stated
from dlexamples.model import Environment, Package
from dlexamples.stated import stated
from dlexamples.stated.compared import met_by_python
from dlexamples.verdicts.packages import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dlexamples.install.installers import Pin
    from dlexamples.model import Document
    from dlexamples.stated import Stated

NEEDED = "needed by another one"


def equipped(
    document: Document, tell: Callable[[Document, Sequence[str]], None], *, only_stated: bool = False
) -> Document:
    """`document` with an environment that holds what it wants and lacks here. `tell` hears of the requirements for
    which an installer is started. What the post states comes first: where releases are here that it does not suit, it
    gets an environment of its own, and where that cannot be had, none. `only_stated`: nothing else is installed, and
    by uv alone, whose users expect that it is."""
    declared = stated(document)
    if only_stated and not (declared.needs and uv()):
        return document
    if any(_is_of_its_own(need.requirement) for need in declared.needs):
        return _alone(document, declared, tell)
    want = what_is_stated(declared) if only_stated else wanted(document, declared)
    if not (want.requirements or want.refused or want.not_done):
        return document
    built = environment(want.requirements, lambda requirements: tell(document, requirements))
    failed = {_name(each): want.requirements[each]._replace(text=why) for each, why in built.refused.items()}
    refused = want.refused | failed
    # Of what is stated, the comparison with it tells.
    apart = want.imports | {plain(need.requirement.name) for need in declared.needs}
    told = _left_out({name: each for name, each in refused.items() if name not in apart})
    older = _older(built.pins, want.requirements)
    flaws = [flaw_at(document, each.line, "DL502", "warning", each.text) for each in (*told, *older)]
    flaws += [flaw_at(document, each.line, "DL502", "note", each.text) for each in want.not_done]
    return replace(
        document,
        environment=Environment(
            built.folder,
            tuple(_packages(built.pins, want.requirements)),
            refused={name: each.text for name, each in refused.items()},
        ),
        flaws=(*document.flaws, *sorted(flaws, key=lambda flaw: flaw.diagnostic.span)),
    )


def _alone(document: Document, declared: Stated, tell: Callable[[Document, Sequence[str]], None]) -> Document:
    """`document` with an environment that holds what it states, and nothing of what is installed here."""
    if not met_by_python(declared):
        return document
    want = {str(need.requirement): Remark(STATED, need.line) for need in declared.needs if not need.requirement.url}
    built = environment(want, lambda requirements: tell(document, requirements), alone=True)
    refused = {_name(each): why for each, why in built.refused.items()}
    if refused:
        return replace(document, environment=Environment(refused=refused))
    return replace(document, environment=Environment(built.folder, tuple(_packages(built.pins, want)), alone=True))


def _is_of_its_own(requirement: Requirement) -> bool:
    """Not to be had beside what is installed: that has it, perhaps as another distribution of the same modules, in a
    release that does not suit, or it is a framework, which brings half of what is here along."""
    names = (plain(requirement.name), *same_modules(requirement.name))
    version = next((here()[name] for name in names if name in here()), "")
    if not version:
        return is_framework(requirement.name) and not requirement.url
    return not requirement.specifier.contains(version, prereleases=True)


def _packages(pins: Sequence[Pin], requirements: Mapping[str, Remark]) -> list[Package]:
    """By the reason, those that nobody asked for last, and by name."""
    asked = {_name(each): remark.text for each, remark in requirements.items()}
    found = [Package(pin.name, pin.version, asked.get(plain(pin.name), NEEDED)) for pin in pins]
    return sorted(found, key=lambda each: ((STATED, SAID, IMPORTED, NEEDED).index(each.why), plain(each.name)))


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


def _name(requirement: str) -> str:
    return plain(Requirement(requirement).name)

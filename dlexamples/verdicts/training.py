"""What a session's training says: diagnostics and curves, on the blocks whose lines they are of."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dlexamples.alignment import as_published, whole_line
from dlexamples.epochs import shortened
from dlexamples.model import Applicability, Claim, Curve, Diagnostic, Fix, Related, Span, Verdict
from dlexamples.training import findings
from dlexamples.training.evidence import training
from dlexamples.verdicts.curves import curves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dlexamples.model import Outcome, Result, Session
    from dlexamples.run.conditions import Conditions
    from dlexamples.run.record import Run
    from dlexamples.run.search import Mended
    from dlexamples.training import Finding
    from dlexamples.training.evidence import Training

RAN = {Verdict.PASSED, Verdict.FILLED, Verdict.REPAIRED}
_INVENTED = {Claim.STAND_IN, Claim.SYNTHETIC}
_DRAWN = re.compile(
    r"\b(rand|randn|randint|rand_like|randn_like|randint_like|normal|uniform|standard_normal|random_sample|gauss"
    r"|make_\w+|choice|choices|integers|random)\s*\(|\benv\w*\.(step|reset)\("
)
"""Calls that draw data, or play a game: what a loss comes to is chance's, too."""
_SAID_BY_LIBRARIES = {
    "DL401": ("Using a target size",),
    "DL413": ("Gradients do not exist for variables", "The model does not have any trainable weights"),
}
"""By the code: how torch's and Keras's own warnings of the same begin."""


@dataclass
class Trained:
    """Of one block."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)

    def told(self, outcome: Outcome) -> Outcome:
        """`outcome` with what its training says, which is nothing where it does not run to its end."""
        if outcome.verdict not in RAN:
            return outcome
        said = [(each.span.line, text) for each in self.diagnostics for text in _SAID_BY_LIBRARIES.get(each.code, ())]
        kept = [
            each
            for each in outcome.diagnostics
            if each.code != "DL206" or not any(each.span.line == line and text in each.message for line, text in said)
        ]
        return replace(outcome, diagnostics=(*kept, *self.diagnostics), curves=tuple(self.curves))


def trained(
    session: Session, mended: Mended, run: Run, conditions: Conditions, other: Run | None = None
) -> Mapping[int, Trained]:
    """By the block's index in the session. `other`: a run with another seed, if there was one; what the post says of
    its results is wrong only where it is wrong of both."""
    found: dict[int, Trained] = defaultdict(Trained)
    here = _Lines(session, mended, run)
    seen = _seen(session, mended, run, conditions)
    if other:
        by_chance = _untrue(seen) - _untrue(_seen(session, mended, other, conditions))
        seen = replace(seen, results=tuple(result for result in seen.results if result not in by_chance))
    for code, finding in findings(seen):
        if place := here.told(finding):
            found[place[0]].diagnostics.append(_diagnostic(code, finding, place[1], here))
    for line, curve in curves(seen):
        if place := here.of(line):
            found[place[0]].curves.append(replace(curve, line=place[1].line))
    return found


def falls_short(session: Session, mended: Mended, run: Run, conditions: Conditions) -> bool:
    """Whether the run does not give what the post says, so that another seed has to tell whether that is chance."""
    return bool(session.results) and bool(_untrue(_seen(session, mended, run, conditions)))


def _untrue(seen: Training) -> set[Result]:
    """What the post says of its results and is not so."""
    return {finding.said for _, finding in findings(seen) if finding.said and finding.level == "warning"}


def _seen(session: Session, mended: Mended, run: Run, conditions: Conditions) -> Training:
    fills = [fill for mend in mended.mends for fill in mend.proposal.fills]
    served = [fill for block in run.blocks for fill in block.served]
    stopped = any(not ran.ok for ran in run.blocks)
    return training(
        run.trained,
        shortened=stopped or _is_shortened(session, mended, conditions),
        invented=any(fill.claim in _INVENTED for fill in fills),
        served=any(fill.claim in _INVENTED for fill in served),
        random=any(_DRAWN.search(source) for source in mended.sources),
        stopped=stopped,
        mended=any(not mend.proposal.fills for mend in mended.mends),
        sampled=any(fill.claim is Claim.BUNDLED_SAMPLE for fill in (*fills, *served)),
        results=session.results,
        printed={block.id: ran.stdout for block, ran in zip(session.blocks, run.blocks, strict=True)},
    )


@dataclass(frozen=True, slots=True)
class Curable:
    """A finding with an edit whose meaning is certain."""

    code: str
    block: int
    """Its index in the session."""
    span: Span
    """Of its diagnostic."""
    edit: str
    """Its name in `dlexamples.repair.corrections`."""
    place: tuple[int, int]
    """The block, and the line of its text that ran, from which the edit starts."""
    about: str


def curable(session: Session, mended: Mended, run: Run, conditions: Conditions) -> Iterator[Curable]:
    """What is said of the training and has such an edit."""
    here = _Lines(session, mended, run)
    for code, finding in findings(_seen(session, mended, run, conditions)):
        if finding.remedy is None:
            continue
        place, start = here.of(finding.line), run.text.place(finding.remedy.line)
        if place and start:
            yield Curable(code, *place, finding.remedy.edit, start, finding.remedy.about)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines that ran, in the published document."""

    session: Session
    mended: Mended
    run: Run

    def told(self, finding: Finding) -> tuple[int, Span] | None:
        """The block's index and the place of what is told."""
        if finding.said is None:
            return self.of(finding.line)
        ids = [block.id for block in self.session.blocks]
        return ids.index(finding.said.block), finding.said.span

    def of(self, line: int) -> tuple[int, Span] | None:
        """The block's index in the session and the place; None for a line of no block."""
        found = self.run.text.place(line)
        if found is None:
            return None
        index, number = found
        block, source = self.session.blocks[index], self.mended.sources[index]
        return index, block.span(as_published(whole_line(source, index, number), source, block.source))


def _is_shortened(session: Session, mended: Mended, conditions: Conditions) -> bool:
    each = zip(session.blocks, mended.sources, strict=True)
    return any(shortened(source, block.marks.epochs or conditions.epochs)[1] for block, source in each)


def _diagnostic(code: str, finding: Finding, span: Span, here: _Lines) -> Diagnostic:
    related = [(label, place[1]) for line, label in finding.related if line and (place := here.of(line))]
    return Diagnostic(
        code,
        finding.level,
        finding.message,
        span,
        tuple(Related(label, at) for label, at in related if at.line != span.line),
        Fix(Applicability.DISPLAY, finding.suggestion) if finding.suggestion else None,
        finding.label,
    )

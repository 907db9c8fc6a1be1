"""From runs to verdicts: one outcome a block, with its diagnostics, fills and edits in the document's lines."""

from __future__ import annotations

import ast
import contextlib
import re
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.alignment import as_published, edits, whole_line
from dlexamples.epochs import shortened
from dlexamples.formats.language import classify
from dlexamples.model import (
    Block,
    Diagnostic,
    Fill,
    Fix,
    Outcome,
    Place,
    Related,
    Session,
    Span,
    Verdict,
)
from dlexamples.names import names
from dlexamples.run.columns import characters, rows
from dlexamples.sessions import installed_in
from dlexamples.verdicts import packages
from dlexamples.verdicts.budget import may_follow, not_compared, ran_shorter, with_budget
from dlexamples.verdicts.diagnose import diagnose, diagnose_end, first_line, without_addresses
from dlexamples.verdicts.expectations import unmet
from dlexamples.verdicts.finding import Finding
from dlexamples.verdicts.flaws import told
from dlexamples.verdicts.left_out import left_out
from dlexamples.verdicts.remedies import GETS_PAST, with_remedies
from dlexamples.verdicts.training import trained

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.run.conditions import Conditions
    from dlexamples.run.record import BlockRun, Halt, Run
    from dlexamples.run.search import Mend, Mended

MAY_BE_OURS = {"DL202", "DL203", "DL204", "DL301", "DL302", "DL303"}
"""What stops a mended text with one of these may be the mend's own doing: it is told as a note, not as an error."""

REFUSED = "no fix is offered: "

MOST_TRIED = 3


def judge(
    session: Session, mended: Mended, run: Run, conditions: Conditions, other: Run | None = None
) -> Iterator[Outcome]:
    """The outcomes of the blocks that `session` judges, in order. `run` is the run of `mended.sources`, and `other`
    one with another seed, where the output of the first is not the post's."""
    seen = trained(session, mended, run, conditions, other)
    for index, block in enumerate(session.blocks):
        if block.id in session.judged:
            not_run = left_out(block, session.name, run.blocks[index], static=conditions.static)
            case = _Case(session, mended, run, conditions, index, other)
            outcome = not_run or with_remedies(case.with_unreached(case.outcome()))
            yield told(seen[index].told(outcome) if index in seen else outcome)


class _Case:
    """Everything that is known of one block."""

    def __init__(
        self, session: Session, mended: Mended, run: Run, conditions: Conditions, index: int, other: Run | None
    ) -> None:
        self.session = session
        self.mended = mended
        self.index = index
        self.block = session.blocks[index]
        self.timeout = self.block.marks.timeout or conditions.timeout
        self.epochs = conditions.epochs
        self.source = mended.sources[index]
        self.all = run.blocks
        self.run: BlockRun = run.blocks[index]
        self.other = other.blocks[index] if other else None
        self.text = run.text
        self.mends = [m for m in mended.mends if m.changes(index)]

    def outcome(self) -> Outcome:
        outcome = Outcome(
            block=self.block,
            verdict=Verdict.PASSED,
            session=self.session.name,
            runnable_source=self.source,
            stdout=self.run.stdout,
            stderr=self._with_published_lines(self.run.stderr),
            lines=len(self.run.lines),
            lines_run=len(self.run.lines_run),
            device=self.run.device,
            seconds=round(self.run.seconds, 3),
            figures=self.run.figures,
            fills=tuple(self.run.served),
        )
        if self.run.blocked_by:
            return self._blocked(outcome, *self.run.blocked_by)
        if not self.run.ok or self._is_flaky():
            return self._failed(outcome)
        return self._as_promised(self._ran(outcome))

    def _as_promised(self, outcome: Outcome) -> Outcome:
        """`outcome`, or a failure where the block does not end, or print, as the post says."""
        broken = unmet(self.block, self.source, self.run, self.other)
        if self._follows_shorter_training():
            broken = map(not_compared, broken)
        found = (*broken, *ran_shorter(self.block, self.source, self.epochs))
        outcome = replace(outcome, diagnostics=found + outcome.diagnostics)
        worst = next((diagnostic for diagnostic in found if diagnostic.level == "error"), None)
        if worst is None:
            return outcome
        return replace(
            outcome, verdict=Verdict.FAILED, reason=first_line(worst.message), fills=tuple(self.run.served), edits=()
        )

    def _follows_shorter_training(self) -> bool:
        """What it prints may be the number of epochs."""
        each = zip(self.session.blocks[: self.index + 1], self.mended.sources, strict=False)
        return any(shortened(source, block.marks.epochs or self.epochs)[1] for block, source in each)

    def _is_flaky(self) -> bool:
        """It stopped for good in one run, and not in the next of the same text."""
        published = tuple(block.source for block in self.session.blocks[: self.index + 1])
        return self.index in self.mended.given_up and self.mended.sources[: self.index + 1] == published

    def _ran(self, outcome: Outcome) -> Outcome:
        only_defines = names(self.block.source).only_defines and not self.run.entered
        outcome = replace(outcome, only_defines=only_defines, diagnostics=tuple(self._warnings()))
        if not self.mends:
            return self._leaning(outcome)
        fills = tuple(self._as_served(fill) for mend in self.mends for fill in mend.proposal.fills)
        repaired = any(not mend.proposal.fills for mend in self.mends)
        verdict = Verdict.REPAIRED if repaired else Verdict.FILLED
        verified = f"{_device_name(self.run.device)} in {self.run.seconds:.1f} s"
        reason = "; ".join(dict.fromkeys(mend.proposal.message for mend in self.mends))
        return replace(
            outcome,
            verdict=verdict,
            reason=reason,
            fills=(*fills, *outcome.fills),
            edits=tuple(edits(self.block, self.index, self.source, self.mends)),
            diagnostics=tuple(self._diagnostics_of(self.mends, verified_on=verified)) + outcome.diagnostics,
        )

    def _as_served(self, fill: Fill) -> Fill:
        """What a supplied call downloads for a reader is what the block got instead here."""
        served = next((served for served in self.run.served if served.dataset == fill.dataset), None)
        return replace(fill, claim=served.claim) if served else fill

    def _leaning(self, outcome: Outcome) -> Outcome:
        """As printed it runs, but only on names or files that mends of other blocks have brought."""
        found = names(self.block.source)
        read = found.needs | found.needs_later
        for index, block in enumerate(self.session.blocks[: self.index]):
            brought = read & (names(self.mended.sources[index]).binds - names(block.source).binds)
            mends = [mend for mend in self.mended.mends if mend.changes(index)]
            brought |= found.opens & {fill.name for mend in mends for fill in mend.proposal.fills}
            if not brought:
                continue
            fills = tuple(fill for mend in mends for fill in mend.proposal.fills if fill.name in brought)
            listed = ", ".join(f"`{name}`" for name in sorted(brought))
            verdict = Verdict.FILLED if {fill.name for fill in fills} >= brought else Verdict.REPAIRED
            return replace(
                outcome,
                verdict=verdict,
                reason=f"{listed}: from what block {block.id} lacks",
                fills=(*fills, *outcome.fills),
            )
        return outcome

    def _failed(self, outcome: Outcome) -> Outcome:
        dropped = [mend for mend in self.mended.dropped if mend.concerns(self.index)]
        last = self._last_word(dropped)
        same = (last.code, last.level, last.span)
        causes = [
            cause
            for cause in self._diagnostics_of(dropped, verified_on="")
            if (cause.code, cause.level, cause.span) != same
        ]
        return replace(
            outcome,
            verdict=Verdict.SKIPPED if last.code == "DL501" else Verdict.FAILED,
            reason=first_line(last.message),
            runnable_source=self.block.source,
            diagnostics=self._with_later((*causes, last, *self._tried(last), *self._also_missing(last)))
            + tuple(ran_shorter(self.block, self.source, self.epochs)),
        )

    def _tried(self, last: Diagnostic) -> Iterator[Diagnostic]:
        """What was run to mend the last stop, and did not get past it."""
        tried = list(dict.fromkeys(self.mended.tried.get(self.index, ())))
        if tried and self.index in self.mended.given_up:
            listed = "; ".join(tried[:MOST_TRIED]) + "; …" * (len(tried) > MOST_TRIED)
            yield Diagnostic(last.code, "note", f"tried, and did not help: {listed}", last.span)

    def _with_later(self, told: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """`told`, and the block's other failures, of statements that need nothing of those that failed before."""
        halts, sources = self.mended.later.get(self.index, (self.run.later, self.mended.sources))
        mended = any(not mend.proposal.fills for mend in self.mended.dropped if mend.concerns(self.index))
        for halt in halts:
            finding = diagnose(halt, sources, self.session.installs, self.session.environment)
            span = self._span(halt.at, sources)
            same = any((d.code, d.message) == (finding.code, finding.message) or d.span == span for d in told)
            line = rows(sources[halt.at.block])[halt.at.line - 1]
            # A line that a mend brought is no line of the author's.
            if same or line not in rows(self.session.blocks[halt.at.block].source):
                continue
            if finding.code in MAY_BE_OURS and mended:
                finding = replace(finding, message=f"with that mended, this fails, too: {finding.message}")
            level = "note" if finding.code == "DL501" or finding.message.startswith("with that mended") else "error"
            related = self._comes_from(halt, sources)
            told = (*told, Diagnostic(finding.code, level, finding.message, span, related, None, finding.label))
        return told

    def _also_missing(self, last: Diagnostic) -> Iterator[Diagnostic]:
        """The other packages that are not installed: each is told once, not one a check."""
        halt = self.run.halt
        if last.code != "DL502" or halt is None or halt.block != self.index:
            return
        first = (halt.name or "").partition(".")[0]
        environment = self.session.environment
        here = installed_in(environment)
        for package, place in packages.also_missing(self.source, self.index, first, halt.statement.line, here):
            message = packages.told(package, self.session.installs, environment)
            yield Diagnostic(
                "DL502", "error", message, self._span(place, self.mended.sources), (), None, "not installed"
            )

    def _last_word(self, dropped: Sequence[Mend]) -> Diagnostic:
        """Why the block does not run, or why what was mended on the way is not offered."""
        if self.index in self.mended.doubts:
            last = dropped[-1]
            message = f"{REFUSED}{self.mended.doubts[self.index]}"
            return Diagnostic(last.proposal.code, "note", message, self._span(last.halt.at, last.before))
        finding, span, related = self._finding()
        finding = self._beside_the_expected(self._with_doubt_about_the_label(finding))
        if self._follows_shorter_training():
            finding = may_follow(finding)
        if self.run.ok or self.index in self.mended.chancy:
            finding = replace(finding, message=f"stops in one run and not in the next: {finding.message}")
        if finding.code in MAY_BE_OURS and any(not mend.proposal.fills for mend in dropped):
            why = finding.message.replace(f"; {REFUSED}", "; ")
            message = f"{REFUSED}with that mended, the block stops here: {why}"
            return Diagnostic(finding.code, "note", message, span, related, None, finding.label)
        level = "note" if finding.code == "DL501" else "error"
        return Diagnostic(finding.code, level, finding.message, span, related, None, finding.label)

    def _with_published_lines(self, stderr: str) -> str:
        """Tracebacks tell the lines of the mended document; the author has the published one."""
        if not self.mended.mends:
            return stderr

        def published(found: re.Match[str]) -> str:
            place = self.text.place(int(found[2]))
            if place is None:
                return found[0]
            index, line = place
            block = self.session.blocks[index]
            there = as_published(Place(index, line, 0, line, 0), self.text.sources[index], block.source)
            return f"{found[1]}{block.document_line(there.line)}"

        return re.sub(rf'(File "{re.escape(self.text.filename)}", line )(\d+)', published, stderr)

    def _blocked(self, outcome: Outcome, name: str, by: int) -> Outcome:
        earlier = self.session.blocks[by]
        message = f"needs `{name}` from block {earlier.id}, which {_why_not(earlier, self.all[by])}"
        span, label = self._use_of(name), f"`{name}` should come from block {earlier.id}"
        diagnostic = Diagnostic("DL104", "error", message, span, self._origin(name), None, label)
        return replace(
            outcome,
            verdict=Verdict.BLOCKED,
            reason=message,
            runnable_source=self.block.source,
            diagnostics=self._with_later((diagnostic,)),
        )

    def _beside_the_expected(self, finding: Finding) -> Finding:
        expected = self.block.marks.raises
        if not expected or self.run.ok:
            return finding
        return replace(finding, code="DL208", message=f"`{expected}` is expected, and this comes: {finding.message}")

    def _with_doubt_about_the_label(self, finding: Finding) -> Finding:
        """Output and shell commands are often labelled `python`, for the sake of colours."""
        if finding.code not in {"DL001", "DL101"} or not self.block.info:
            return finding
        language = classify("", self.block.source, self.block.heading).name
        if language == "python":
            return finding
        return replace(finding, message=f"{finding.message}; label the fence `{language}` if it is no Python")

    def _finding(self) -> tuple[Finding, Span, tuple[Related, ...]]:
        """What stopped the block for good."""
        known = self.mended.halts.get(self.index)
        halt, sources = known or (self.run.halt, self.mended.sources)
        if halt is None:
            finding = diagnose_end(self.run, self.timeout)
            if self.run.timed_out:
                finding = with_budget(finding, self.block, self.source, self.epochs)
            return finding, self.block.span(whole_line(self.block.source, self.index, self.run.line)), ()
        return (
            self._explained(diagnose(halt, sources, self.session.installs, self.session.environment)),
            self._span(halt.at, sources),
            self._comes_from(halt, sources),
        )

    def _explained(self, finding: Finding) -> Finding:
        """With what the live process could tell: why nothing is supplied, what an assertion compared."""
        refusal = self.mended.refusals.get(self.index)
        if refusal:
            return Finding(refusal.code, refusal.message, refusal.label or finding.label)
        unasked = self.mended.unasked.get(self.index)
        if unasked:
            return replace(finding, message=f"{finding.message}; no mend could be looked for ({unasked})")
        explanation = self.mended.explanations.get(self.index)
        if explanation and finding.code == "DL205":
            return replace(finding, message=f"the post's own check fails: {without_addresses(explanation)}")
        return finding

    def _diagnostics_of(self, mends: Sequence[Mend], *, verified_on: str) -> Iterator[Diagnostic]:
        """One a cause, in the order in which the block stopped; with its fix where that was verified."""
        for mend in mends:
            proposal = mend.proposal
            related = tuple(
                Related(label, self.session.blocks[place.block].span(place)) for label, place in proposal.related
            )
            yield Diagnostic(
                proposal.code,
                "warning" if proposal.fills and verified_on else "error",
                proposal.message if verified_on else f"{proposal.message}\n{GETS_PAST}{proposal.description}",
                self._span(mend.halt.at, mend.before),
                related or self._comes_from(mend.halt, mend.before),
                Fix(proposal.applicability, proposal.description, verified_on) if verified_on else None,
                proposal.label,
            )

    def with_unreached(self, outcome: Outcome) -> Outcome:
        """Calls that no run reached and that the installed library would refuse: told, and never changed."""
        told = {d.span.line for d in outcome.diagnostics}
        lines, published = rows(self.source), rows(self.block.source)
        found = []
        for each in self.run.unreached:
            place = Place(self.index, each["line"], each["column"], each["end_line"], each["end_column"])
            span = self._span(place, self.mended.sources)
            # A line that a mend brought is no line of the author's.
            if lines[place.line - 1] in published and span.line not in told:
                found.append(Diagnostic(each["code"], "warning", f"{each['message']} (no run reaches this)", span))
        return replace(outcome, diagnostics=(*outcome.diagnostics, *found))

    def _warnings(self) -> Iterator[Diagnostic]:
        seen: set[str] = set()
        supplied = {fill.name for mend in self.mends for fill in mend.proposal.fills}
        for category, message, line in self.run.warned:
            text = f"{category}: {first_line(message)}"
            about_ours = line and supplied & _words(rows(self.source)[line - 1])
            if line and text not in seen and not about_ours:
                seen.add(text)
                place = whole_line(self.source, self.index, line)
                yield Diagnostic("DL206", "warning", text, self._span(place, self.mended.sources), (), None, "")

    def _span(self, place: Place, sources: Sequence[str]) -> Span:
        """`place` of a text that ran, in the published document."""
        block = self.session.blocks[place.block]
        return block.span(as_published(place, sources[place.block], block.source))

    def _comes_from(self, halt: Halt, sources: Sequence[str]) -> tuple[Related, ...]:
        """Where the object at the failing place was made: what a traceback lacks."""
        line = rows(sources[halt.at.block])[halt.at.line - 1 : halt.at.line]
        text = line[0][halt.at.column :] if line else ""
        root = text.split(".")[0].split("(")[0].strip()
        kind = halt.types.get(root, "")
        if not root.isidentifier() or kind.startswith("builtins.") or len(halt.frames) > 1:
            return ()  # Inside a function the name may be the function's own.
        return self._origin(root, f"`{root}` is a `{kind}`" if kind else "")

    def _origin(self, name: str, label: str = "") -> tuple[Related, ...]:
        """The last statement before this block's end that binds `name`, in the published text."""
        for index in range(self.index, -1, -1):
            block = self.session.blocks[index]
            for statement in reversed(names(block.source).statements):
                if name in statement.binds:
                    span = block.span(whole_line(block.source, index, statement.line))
                    return (Related(label or f"`{name}` is defined here", span),)
        return ()

    def _use_of(self, name: str) -> Span:
        """Where the block first reads the name."""
        with contextlib.suppress(SyntaxError, ValueError, RecursionError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [n for n in ast.walk(ast.parse(self.block.source)) if isinstance(n, ast.Name) and n.id == name]
            first = min(found, key=lambda node: (node.lineno, node.col_offset))
            column = characters(rows(self.block.source)[first.lineno - 1], first.col_offset)
            return self.block.span(Place(self.index, first.lineno, column, first.lineno, column + len(name)))
        return self.block.span(whole_line(self.block.source, self.index, 1))


def _why_not(block: Block, run: BlockRun) -> str:
    return "is not run" if left_out(block, "", run) else "did not run to its end"


def _words(line: str) -> set[str]:
    return set(re.findall(r"\w+", line))


def _device_name(device: str) -> str:
    return device.upper() if device == "cpu" else device

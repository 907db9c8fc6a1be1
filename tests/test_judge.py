"""Verdicts on mends: what is taken back, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dlexamples.alignment import as_published, edits
from dlexamples.formats import parse
from dlexamples.model import Applicability, Place, Proposal, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.job import Text
from dlexamples.run.record import BlockRun, Halt, Run
from dlexamples.run.rivals import Attempt
from dlexamples.run.search import Mend, Mended, what_came_of
from dlexamples.sessions import sessions
from dlexamples.verdicts.doubts import doubtful
from dlexamples.verdicts.judge import judge

PUBLISHED = "a = 1\nb = fit(a)\nc = 3\n"
AFTER = "import x\na = 1\nfor i in a:\n    b = fit(a)\nc = 3\n"
DOCUMENT = parse(Path("post.md"), f"```python\n{PUBLISHED}```\n")
(SESSION,) = sessions(DOCUMENT)
PLACE = Place(0, 2, 4, 2, 10)
HALT = Halt(0, PLACE, PLACE, (PLACE,), "TypeError", ("TypeError",), (), {}, "no", None, False, ())
PROPOSAL = Proposal("loop", "DL201", "no such call", Applicability.UNSAFE, "write a loop", (AFTER,))
MEND = Mend(HALT, (PUBLISHED,), PROPOSAL)


def run(source: str, **block: object) -> Run:
    return Run(Text((source,), (2,)), [replace(BlockRun(started=True, done=True), **block)])  # type: ignore[arg-type]


def test_a_mend_that_makes_its_own_lines_warn_is_doubted() -> None:
    mended = Mended((AFTER,), [MEND])
    warned = (("UserWarning", "broadcast", 4),)
    assert "broadcast" in doubtful(SESSION, mended, run(AFTER, warned=warned), 0)
    on_an_author_line = (("UserWarning", "broadcast", 5),)
    assert doubtful(SESSION, mended, run(AFTER, warned=on_an_author_line), 0) == ""
    of_another_kind = (("DeprecationWarning", "old", 4),)
    assert doubtful(SESSION, mended, run(AFTER, warned=of_another_kind), 0) == ""


def test_a_doubted_mend_is_taken_back_with_its_reason() -> None:
    mended = Mended((AFTER,), [MEND], halts={0: (HALT, (PUBLISHED,))}).without([0], [PUBLISHED], {0: "it warns"})
    assert (mended.sources, mended.mends) == ((PUBLISHED,), [])
    (outcome,) = judge(SESSION, mended, run(PUBLISHED, halt=HALT), Conditions())
    assert outcome.verdict is Verdict.FAILED
    assert [(d.code, d.level, d.fix) for d in outcome.diagnostics] == [
        ("DL201", "error", None),
        ("DL201", "note", None),
    ]
    assert outcome.reason == "no fix is offered: it warns"


def test_a_mend_of_two_blocks_is_taken_back_whole() -> None:
    proposal = replace(PROPOSAL, sources=("x", "y", "c"))
    mended = Mended(("x", "y", "z"), [Mend(HALT, ("a", "b", "c"), proposal)])
    assert mended.without([1], ["a", "b", "c"], {}).sources == ("a", "b", "z")


def test_a_mend_for_a_block_that_fails_all_the_same_is_taken_back_where_it_is() -> None:
    proposal = replace(PROPOSAL, sources=("x", "b"))
    mend = Mend(replace(HALT, block=1), ("a", "b"), proposal)
    mended = Mended(("x", "b"), [mend]).without([1], ["a", "b"], {})
    assert (mended.sources, mended.dropped) == (("a", "b"), [mend])


def test_edits_are_the_hunks_in_the_document() -> None:
    first, second = edits(DOCUMENT.blocks[0], 0, AFTER, [MEND])
    assert (first.line, first.end_line, first.before, first.after) == (2, 1, "", "import x\n")
    assert (second.line, second.end_line, second.before) == (3, 3, "b = fit(a)\n")
    assert second.after == "for i in a:\n    b = fit(a)\n"
    assert second.rule == "loop"


def test_places_of_a_mended_text_are_told_in_the_published_one() -> None:
    assert as_published(Place(0, 5, 0, 5, 5), AFTER, PUBLISHED) == Place(0, 3, 0, 3, 5)
    assert as_published(Place(0, 4, 8, 4, 14), AFTER, PUBLISHED) == Place(0, 2, 4, 2, 10)
    assert as_published(Place(0, 3, 0, 3, 11), AFTER, PUBLISHED) == Place(0, 2, 0, 2, 10)


def test_what_was_tried_for_the_last_stop_is_told_in_a_note() -> None:
    tried = [f"write {name}" for name in "abbcd"]
    mended = Mended((PUBLISHED,), halts={0: (HALT, (PUBLISHED,))}, given_up={0}, tried={0: tried})
    (outcome,) = judge(SESSION, mended, run(PUBLISHED, halt=HALT), Conditions())
    error, note = outcome.diagnostics
    assert (error.level, note.level, note.span) == ("error", "note", error.span)
    assert note.message == "tried, and did not help: write a; write b; write c; …"
    assert outcome.reason == "TypeError: no"


def test_what_came_of_a_candidate_is_its_own_error() -> None:
    attempt = run(AFTER)
    assert what_came_of(Attempt(PROPOSAL, attempt, helps=False), HALT) == "write a loop"
    attempt.stopped = replace(HALT, error="ValueError", message="too " + "many " * 40)
    told = what_came_of(Attempt(PROPOSAL, attempt, helps=False), HALT)
    assert told.startswith("write a loop (then ValueError: too many many")
    assert told.endswith(" …)")
    attempt.stopped = HALT
    assert what_came_of(Attempt(PROPOSAL, attempt, helps=False), HALT) == "write a loop"


def test_later_failures_stand_beside_the_verdicts_reason_once_each() -> None:
    place = Place(0, 3, 0, 3, 1)
    later = replace(HALT, statement=place, at=place, frames=(place,), message="another", own=True)
    ran = run(PUBLISHED, halt=HALT, later=[replace(HALT), later, later])
    (outcome,) = judge(SESSION, Mended((PUBLISHED,), given_up={0}), ran, Conditions())
    assert [d.message for d in outcome.diagnostics] == ["TypeError: no", "TypeError: another"]
    assert outcome.reason == "TypeError: no"


def test_what_fails_after_a_mend_of_structure_may_be_its_doing() -> None:
    place = Place(0, 5, 0, 5, 1)
    later = replace(HALT, statement=place, at=place, frames=(place,), error="AttributeError", kinds=("AttributeError",))
    of_ours = replace(later, at=Place(0, 3, 0, 3, 5))
    mended = Mended((PUBLISHED,), dropped=[MEND], given_up={0}, later={0: ([of_ours, later], (AFTER,))})
    (outcome,) = judge(SESSION, mended, run(PUBLISHED, halt=HALT), Conditions())
    assert [(d.level, d.message) for d in outcome.diagnostics][2:] == [
        ("note", "with that mended, this fails, too: AttributeError: no")
    ]


def test_calls_that_no_run_reached_are_warnings_beside_the_verdict() -> None:
    found = {"code": "DL203", "message": "`fit` has no parameter `x`", "line": 2, "column": 4, "end_line": 2}
    unreached = ({**found, "end_column": 7}, {**found, "line": 3, "end_line": 3, "column": 0, "end_column": 1})
    (outcome,) = judge(SESSION, Mended((PUBLISHED,)), run(PUBLISHED, unreached=unreached), Conditions())
    assert outcome.verdict is Verdict.PASSED
    assert [(d.level, d.span.line, d.span.column) for d in outcome.diagnostics] == [
        ("warning", 3, 5),
        ("warning", 4, 1),
    ]
    (outcome,) = judge(
        SESSION, Mended((PUBLISHED,), given_up={0}), run(PUBLISHED, halt=HALT, unreached=unreached), Conditions()
    )
    assert [(d.level, d.span.line) for d in outcome.diagnostics] == [("error", 3), ("warning", 4)]

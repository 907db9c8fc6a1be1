"""Verdicts on mends: what is taken back, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dlexamples.alignment import as_published, edits
from dlexamples.formats import parse
from dlexamples.model import Applicability, Place, Proposal, Verdict
from dlexamples.run.job import Text
from dlexamples.run.record import BlockRun, Halt, Run
from dlexamples.run.search import Mend, Mended
from dlexamples.sessions import sessions
from dlexamples.verdicts.judge import doubtful, judge

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
    (outcome,) = judge(SESSION, mended, run(PUBLISHED, halt=HALT), 60.0)
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

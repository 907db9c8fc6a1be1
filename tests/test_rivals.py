"""Of several guesses the one that gets furthest wins, of those the cheapest; a tie is told."""

from __future__ import annotations

from dlexamples.model import Applicability, Place, Proposal
from dlexamples.run.job import Text
from dlexamples.run.record import Halt, Run
from dlexamples.run.rivals import Attempt, choice, undecided


def guess(source: str, *, cost: int = 1) -> Proposal:
    return Proposal(
        "rule", "DL202", "what is wrong", Applicability.UNSAFE, source, (source,), cost=cost, rivals="names"
    )


def attempt(proposal: Proposal, stops_at: int | None = None) -> Attempt:
    run = Run(Text(proposal.sources, (1,)), [])
    if stops_at is not None:
        place = Place(0, stops_at, 0, stops_at, 1)
        run.stopped = Halt(0, place, place, (place,), "NameError", ("NameError",), (), {}, "", None, True, ())
    return Attempt(proposal, run, helps=True)


def test_the_furthest_wins_whatever_it_costs() -> None:
    early, late = attempt(guess("a\nb\nc\n"), 1), attempt(guess("A\nB\nC\n", cost=3), 2)
    assert choice([early, late]) is late
    assert choice([early, attempt(guess("x\n", cost=9))]) is not early


def test_of_those_that_get_as_far_the_cheapest_wins() -> None:
    dear, cheap = attempt(guess("a()\n", cost=2)), attempt(guess("b()\n"))
    assert choice([dear, cheap]) is cheap


def test_lines_above_the_stop_do_not_count() -> None:
    """A guess that adds lines is no further for it."""
    plain, longer = attempt(guess("a\nb\n"), 1), attempt(guess("x\na\nb\n"), 2)
    assert choice([plain, longer]) is None


def test_layout_is_no_difference() -> None:
    assert choice([attempt(guess("f(1, 2)\n")), attempt(guess("f(\n    1, 2)\n"))]) is not None


def test_a_tie_is_told_and_not_taken() -> None:
    tied = [attempt(guess("argmin()\n")), attempt(guess("argmax()\n"))]
    assert choice(tied) is None
    told = undecided([each.proposal for each in tied])
    assert told
    assert told.final
    assert told.message.endswith("more than one would run: argmin()\n; or argmax()\n")
    assert choice([]) is None
    assert undecided([]) is None

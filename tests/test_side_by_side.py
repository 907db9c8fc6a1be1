"""Sessions run side by side, and nothing of one is another's."""

from __future__ import annotations

import io
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Kind, Pool, forks
from dlexamples.run.runner import DeviceNotHereError, Runner
from dlexamples.run.side_by_side import THREADS, Lanes, cores, thread_limits
from dlexamples.running import running
from dlexamples.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Outcome

MEET = """```python
import os, time
from pathlib import Path
Path({folder!r}, "{own}").touch()
while not Path({folder!r}, "{other}").exists():
    time.sleep(0.01)
```

"""
"""Two of them end only together; they meet in a folder that is neither's own."""


def outcomes(text: str, lanes: int, timeout: float = 60.0, sandbox: str = "auto") -> list[Outcome]:
    document = parse(Path("post.md"), text)
    with Lanes(lanes) as side_by_side, Pool(lanes=lanes) as pool:
        runner = Runner(pool, document, Conditions(device="cpu", timeout=timeout, sandbox=sandbox), lanes=side_by_side)
        return in_order(document, check(document, runner, "block"))


def test_sessions_run_at_the_same_time(tmp_path: Path) -> None:
    folder = str(tmp_path)
    both = MEET.format(folder=folder, own="a", other="b") + MEET.format(folder=folder, own="b", other="a")
    assert [outcome.verdict.value for outcome in outcomes(both, 2, sandbox="off")] == ["passed", "passed"]


def test_with_one_lane_they_run_one_after_the_other(tmp_path: Path) -> None:
    folder = str(tmp_path)
    both = MEET.format(folder=folder, own="a", other="b") + MEET.format(folder=folder, own="b", other="a")
    assert [outcome.verdict.value for outcome in outcomes(both, 1, timeout=2, sandbox="off")] == ["failed", "passed"]


def test_the_outcomes_are_the_same_whatever_ends_first() -> None:
    text = "".join(f"```python\nimport time\ntime.sleep({1 / n})\nprint({n})\nmissing\n```\n\n" for n in range(1, 7))
    one, several = (
        [(o.block.id, o.verdict, o.reason, o.stdout, o.diagnostics) for o in outcomes(text, lanes)] for lanes in (1, 4)
    )
    assert one == several


def test_what_raises_in_a_lane_is_raised() -> None:
    def work(item: int) -> int:
        if item == 2:
            raise DeviceNotHereError("no GPU")
        time.sleep(0.05)
        done.append(item)
        return item

    done: list[int] = []
    with Lanes(2) as lanes, pytest.raises(DeviceNotHereError):
        list(lanes.each(work, range(1, 50)))
    assert len(done) < 10


def test_in_order_an_item_is_asked_for_when_it_begins() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for n in range(20):
            begun.append(n)
            yield n

    def work(item: int) -> int:
        ahead.append(len(begun) - item)
        time.sleep(0.01 if item % 3 else 0.04)
        return item

    for number in (1, 2, 4):
        begun.clear()
        ahead: list[int] = []
        with Lanes(number) as lanes:
            assert lanes.in_order(work, items()) == list(range(20))
        # A lane that is slow lets the others go ahead.
        assert max(ahead) < 20


@pytest.mark.parametrize("number", [1, 2])
def test_in_order_what_raises_is_raised_and_the_rest_given_up(number: int) -> None:
    def work(item: int) -> int:
        if item == 2:
            raise DeviceNotHereError("no GPU")
        time.sleep(0.05)
        done.append(item)
        return item

    done: list[int] = []
    with Lanes(number) as lanes, pytest.raises(DeviceNotHereError):
        lanes.in_order(work, range(1, 50))
    assert len(done) < 10


def test_a_pool_that_is_closed_ends_what_runs() -> None:
    """As a Ctrl-C does while others wait."""
    document = parse(Path("post.md"), "```python\nimport time\ntime.sleep(60)\n```\n")
    raised: list[BaseException] = []

    def run() -> None:
        try:
            list(check(document, runner))
        except RuntimeError as error:
            raised.append(error)

    with Pool() as pool:
        started = threading.Event()
        runner = Runner(pool, document, Conditions(device="cpu"), running=lambda block, line: started.set())
        thread = threading.Thread(target=run)
        thread.start()
        assert started.wait(60)
    thread.join(20)
    assert not thread.is_alive()
    with pytest.raises(RuntimeError, match="nothing is run any more"):
        pool.warm(Kind())


def test_each_computes_with_its_share_of_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    assert thread_limits(1) == {}
    assert set(thread_limits(2).values()) == {str(max(1, cores() // 2))}
    assert set(thread_limits(1000).values()) == {"1"}
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert "OMP_NUM_THREADS" not in thread_limits(2)
    (outcome,) = outcomes("```python\nimport os\nprint(os.environ['MKL_NUM_THREADS'])\n```\n", cores())
    assert outcome.stdout == ("1\n" if cores() > 1 else "")


@pytest.mark.skipif(not forks(), reason="there are no servers")
def test_servers_that_are_idle_make_room() -> None:
    sets = ["", "import numpy", "import torch", "import pandas", "import sklearn", "import pandas, sklearn"]
    with Pool(fork=True) as pool:
        for imports in sets:
            document = parse(Path("post.md"), f"```python\n{imports}\n```\n")
            (outcome,) = check(document, Runner(pool, document, Conditions(device="cpu")))
            assert outcome.verdict.value == "passed"
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        servers = [pid for pid in children if str(pool.folder) in Path(f"/proc/{pid}/cmdline").read_text()]
        assert len(servers) == pool.most_servers


def test_nothing_is_started_by_a_thread_that_asks_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a command whose posts were all in the cache so far."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with running(Settings(folder=tmp_path), stream=io.StringIO()) as at_hand:
        assert not list(tmp_path.glob("dlexamples-*")), "nothing is started before it is asked for"
    with pytest.raises(RuntimeError, match="nothing is run any more"):
        at_hand.runner_for(parse(Path("post.md"), "```python\nx = 1\n```\n"))
    assert not list(tmp_path.glob("dlexamples-*"))

"""Imports with which sessions begin are made once for many runs, and no run can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.model import Environment
from dlexamples.run import machine
from dlexamples.run.ahead import SLOW, Import, Learned, leading
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool, forks
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG, SHORT = 10 * SLOW, SLOW / 10
WHERE = "torch"
PIPELINE = Import("from transformers import pipeline", ("transformers",))
MODEL = Import("from transformers import AutoModel", ("transformers",))
NEURAL = Import("import torch.nn as nn", ("torch.nn",))


def opening(*blocks: str, without: tuple[int, ...] = ()) -> dict[tuple[int, int], str]:
    document = parse(Path("post.md"), "\n\n".join(f"```python\n{block}\n```" for block in blocks))
    found = leading(document.blocks, [block.source for block in document.blocks], without)
    return {place: each.text for place, each in found.items()}


def test_a_session_begins_with_the_imports_before_all_else() -> None:
    assert opening("import a\nfrom b.c import d as e\nx = 1\nimport f") == {
        (0, 0): "import a",
        (0, 1): "from b.c import d as e",
    }


def test_it_begins_with_those_of_the_next_block_where_the_first_has_nothing_else() -> None:
    assert opening("import a", "import b\nb.c()", "import d") == {(0, 0): "import a", (1, 0): "import b"}


@pytest.mark.parametrize(
    "first", ["x = 1", "from . import a", "x = = 1", "try:\n    import a\nexcept ImportError: ..."]
)
def test_what_comes_first_may_be_no_import(first: str) -> None:
    assert opening(first, "import b") == {}


def test_a_block_that_may_not_be_run_ends_them() -> None:
    first = "import a\n```\n\n<!-- dlexamples: device cuda -->\n```python\nimport b"
    assert opening(first, "import c") == {(0, 0): "import a"}


def test_a_block_that_is_not_run_is_passed_over() -> None:
    assert opening("x = 1", "import a", without=(0,)) == {(1, 0): "import a"}
    assert opening('# +\n"""Text."""', "import a") == {}


def learned(*told: tuple[Import, float, bool]) -> Learned:
    found = Learned()
    for made, seconds, alone in told:
        found.note(found.opening(WHERE, {(0, 0): made}), (0, 0), seconds, alone=alone)
    return found


def ahead(known: Learned, *imports: Import, where: str = WHERE) -> tuple[str, ...]:
    return known.opening(where, {(0, number): each for number, each in enumerate(imports)}).ahead


def test_what_was_never_seen_is_not_made_ahead() -> None:
    assert ahead(learned(), PIPELINE) == ()


def test_a_module_that_took_long_is() -> None:
    known = learned((PIPELINE, LONG, True))
    assert ahead(known, PIPELINE) == ("import transformers",)
    assert ahead(known, MODEL) == ("import transformers",)
    assert ahead(known, PIPELINE, where="jax") == ()


def test_what_a_statement_takes_beyond_its_module_is_learned_after_it() -> None:
    known = learned((PIPELINE, 2 * LONG, True), (PIPELINE, LONG, True))
    assert ahead(known, PIPELINE) == ("import transformers", "from transformers import pipeline")
    assert ahead(known, MODEL) == ("import transformers",)
    assert ahead(learned((PIPELINE, LONG, True), (PIPELINE, SHORT, True)), PIPELINE) == ("import transformers",)


def test_a_package_may_take_nothing_of_what_was_put_down_to_it() -> None:
    known = learned((PIPELINE, LONG, True), (PIPELINE, LONG, True))
    assert ahead(known, PIPELINE) == ("from transformers import pipeline",)
    assert ahead(known, MODEL) == ()


def test_what_a_module_takes_that_was_not_made_ahead_is_not_put_down_to_the_statement() -> None:
    known = learned((PIPELINE, LONG, True))
    imports = {(0, 0): NEURAL, (0, 1): PIPELINE}  # Nothing is made ahead of what nobody has seen.
    known.note(known.opening(WHERE, imports), (0, 1), LONG, alone=True)
    assert ahead(known, MODEL) == ("import transformers",)


def test_a_statement_may_be_all_that_its_module_takes() -> None:
    plain = Import("import transformers", ("transformers",))
    assert ahead(learned((plain, LONG, True)), plain) == ("import transformers",)
    assert ahead(learned((plain, LONG, True), (plain, SHORT, True)), plain) == ("import transformers",)


def test_a_package_is_made_ahead_for_another_module_of_it() -> None:
    known = learned((PIPELINE, LONG, True))
    inside = Import("from transformers.models import bert", ("transformers.models",))
    assert ahead(known, inside) == ("import transformers",)


def test_what_takes_no_time_has_no_lane_of_its_own() -> None:
    known = learned((NEURAL, SHORT, True), (NEURAL, SHORT, True), (PIPELINE, LONG, True))
    assert ahead(known, NEURAL) == ()
    assert ahead(known, NEURAL, PIPELINE) == ("import transformers",)


def test_nothing_is_made_ahead_of_what_nobody_has_seen_or_what_does_more() -> None:
    known = learned((PIPELINE, LONG, True))
    assert ahead(known, NEURAL, PIPELINE) == ()
    assert ahead(learned((NEURAL, LONG, False), (PIPELINE, LONG, True)), NEURAL, PIPELINE) == ()
    assert ahead(learned((PIPELINE, LONG, True), (PIPELINE, LONG, False)), PIPELINE) == ()


def test_what_is_known_need_not_be_told_again() -> None:
    known = learned((PIPELINE, LONG, True))
    assert known.opening(WHERE, {(0, 0): PIPELINE}).unknown == ((0, 0),)
    known.note(known.opening(WHERE, {(0, 0): PIPELINE}), (0, 0), SHORT, alone=True)
    assert known.opening(WHERE, {(0, 0): PIPELINE}).unknown == ()


needs_namespaces = pytest.mark.skipif(
    not forks() or not machine.machine().namespaces, reason="without namespaces a lane ends with its only run"
)


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool() as pool:
        yield pool


def printed(pool: Pool, block: str, beside: Path | None = None) -> str:
    document = parse(Path("post.md"), f"```python\n{block}\n```\n")
    document = replace(document, environment=Environment(str(beside or "")))
    (outcome,) = check(document, Runner(pool, document, Conditions(device="cpu")))
    assert outcome.verdict.value == "passed", outcome
    return outcome.stdout


def made_ahead(pool: Pool) -> set[tuple[str, ...]]:
    return {lane.use.ahead for server in pool._servers.values() for lane in server._waiting}


@needs_namespaces
def test_a_lane_imports_once_what_the_first_run_has_shown_to_take_long(pool: Pool) -> None:
    for _ in range(3):
        assert printed(pool, "import sklearn.datasets\nprint(sklearn.datasets.__name__)") == "sklearn.datasets\n"
    assert made_ahead(pool) == {(), ("import sklearn.datasets",)}


@needs_namespaces
def test_a_session_that_does_not_begin_so_sees_nothing_of_it(pool: Pool) -> None:
    for _ in range(2):
        printed(pool, "import sklearn.datasets")
    assert made_ahead(pool) == {(), ("import sklearn.datasets",)}
    other = "import sys, sklearn\nprint('sklearn.datasets' in sys.modules)\nimport sklearn.datasets"
    assert printed(pool, other) == "False\n"


@needs_namespaces
def test_a_run_finds_the_random_numbers_and_the_files_that_it_finds_without(pool: Pool) -> None:
    block = (
        "import matplotlib.font_manager, sklearn.datasets\n"
        "import random, pathlib, numpy as np\n"
        "print(random.random(), np.random.rand(), sorted(path.name for path in pathlib.Path.home().rglob('*.json')))"
    )
    first, *others = [printed(pool, block) for _ in range(3)]
    assert ("import matplotlib.font_manager", "import sklearn.datasets") in made_ahead(pool)
    assert "fontlist" in first
    assert others == [first, first]


@needs_namespaces
def test_a_file_of_an_import_that_a_run_has_changed_is_not_there_for_the_next(pool: Pool) -> None:
    block = (
        "import matplotlib.font_manager\nimport pathlib\n(fonts,) = pathlib.Path.home().glob('fontlist*')\n"
        "print(fonts.read_text()[0])\nfonts.write_text('changed')"
    )
    assert [printed(pool, block) for _ in range(4)] == ["{\n"] * 4


@needs_namespaces
def test_an_import_that_a_lane_does_not_survive_is_left_to_the_runs(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(f"import os, time\ntime.sleep({2 * SLOW})\nif os.getpid() == 1: os._exit(3)\n")
    for _ in range(3):
        assert printed(pool, "import slow\nprint(slow.__name__)", beside=tmp_path) == "slow\n"
    assert made_ahead(pool) == {()}


@needs_namespaces
def test_a_lane_believes_no_run_that_an_import_does_nothing_else(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow.py").write_text(f"import time\ntime.sleep({2 * SLOW})\nprint('shown')")
    note = pool.learned.note
    monkeypatch.setattr(pool.learned, "note", lambda *told, alone: note(*told, alone=True))
    assert [printed(pool, "import slow", beside=tmp_path) for _ in range(3)] == ["shown\n"] * 3
    assert made_ahead(pool) == {()}


EFFECTS = {
    "output": "print('shown')",
    "a warning": "import warnings\nwarnings.warn('old')",
    "a thread": "import threading\nthreading.Thread(target=time.sleep, args=[9], daemon=True).start()",
    "a process": "import subprocess\nprocess = subprocess.Popen(['sleep', '9'])",
    "a signal": "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "an open file": "file = open(__file__)",
}


@needs_namespaces
@pytest.mark.parametrize("effect", ["", *EFFECTS])
def test_an_import_that_does_more_is_made_by_every_run(pool: Pool, tmp_path: Path, effect: str) -> None:
    (tmp_path / "slow.py").write_text(f"import time\ntime.sleep({2 * SLOW})\n{EFFECTS.get(effect, '')}\n")
    found = {printed(pool, "import slow\nprint(slow.__name__)", beside=tmp_path) for _ in range(3)}
    assert len(found) == 1
    assert made_ahead(pool) == ({()} if effect else {(), ("import slow",)})

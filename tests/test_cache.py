"""What is kept of a session, when it is given again, and when it must not be."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract import in_order
from test_cli import run

from dlexamples.cache import Cache, Judged
from dlexamples.cache.entry import Entry, decoded, encoded
from dlexamples.cache.files import contents
from dlexamples.cache.ground import Ground, ground, still_holds
from dlexamples.cache.installed import Installed, everything, look
from dlexamples.cache.machine import variables
from dlexamples.cache.moved import shifted
from dlexamples.cache.store import DAY, Disk, Memory, clear, tidy
from dlexamples.check import check
from dlexamples.formats import parse, read
from dlexamples.model import Curve, Outcome, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.record import Imported
from dlexamples.run.runner import Runner
from dlexamples.sessions import sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dlexamples.model import Document

ROOT = Path(__file__).parent.parent
PLAIN = Conditions(timeout=20.0, device="cpu")
HAS_TORCH = importlib.util.find_spec("torch") is not None
HAS_MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None
LONG = "0" * 64


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool() as pool:
        yield pool


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "outcomes")


def post(*blocks: str, above: str = "", between: str = "", name: str = "post.md") -> Document:
    fences = [f"# b{n}\n\n```python\n{block}\n```\n\n" for n, block in enumerate(blocks)]
    return parse(Path(name), above + between.join(fences))


def checked(
    pool: Pool, document: Document, *stores: Disk | Memory | None, conditions: Conditions = PLAIN, faults: Any = None
) -> tuple[list[Outcome], int]:
    """The outcomes, and how many sessions were not run."""
    cache = Cache(*stores)
    found = in_order(document, check(document, Runner(pool, document, conditions, cache=cache, faults=faults)))
    return found, cache.counted()[0]


def answered(pool: Pool, document: Document, *stores: Disk | Memory | None, **rest: Any) -> int:
    return checked(pool, document, *stores, **rest)[1]


def test_an_unchanged_post_is_told_again_and_no_process_is_started(
    pool: Pool, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = post("import time\nprint(time.time_ns())", "x = 1\nprint(missing)", "import math", "y = math.pi")
    first, none = checked(pool, document, disk)
    assert none == 0

    def start(*_: object) -> None:
        raise AssertionError("a process was started")

    for name in ("start", "warm", "_server"):
        monkeypatch.setattr(Pool, name, start)
    assert checked(pool, document, disk) == (first, 3)


REAL = {
    "the README, mended": (read(ROOT / "README.md"), HAS_TORCH),
    "a figure": (post("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('é\\x00')"), HAS_MATPLOTLIB),
    "a failure, and what needs it": (
        post("class A:\n    def f(self):\n        return nothing\na = A().f()", "a + 1"),
        True,
    ),
    "data that were supplied": (post("import numpy\nprint(np.zeros(2), iris.data.shape)"), True),
    "a marker that asks for nothing": (
        parse(
            Path("post.md"), "<!-- dlexamples: ignore[DL201] -->\n```python\nimport warnings\nwarnings.warn('x')\n```\n"
        ),
        True,
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_every_outcome_comes_back_as_it_was(pool: Pool, name: str) -> None:
    document, is_here = REAL[name]
    if not is_here:
        pytest.skip("its library is not installed")
    outcomes = tuple(check(document, Runner(pool, document, PLAIN)))
    assert name != "a figure" or outcomes[0].figures
    entry = Entry(LONG, 3, Ground({"numpy": "1"}, ("a",), {"/b": "2"}, "3", "4"), outcomes)
    data = encoded(entry)
    assert data
    assert decoded(LONG, data) == entry
    assert shifted(shifted(outcomes, -7), 7) == outcomes


def test_what_json_cannot_hold_is_not_kept(pool: Pool, disk: Disk) -> None:
    (outcome,) = check(document := post("x = 1"), Runner(pool, document, PLAIN))
    assert encoded(Entry(LONG, None, Ground(), (replace(outcome, stdout="\ud800"),))) is None


CHANGED: dict[str, tuple[Document, Conditions]] = {
    "its text": (post("x = 2", "print(x)"), PLAIN),
    "a block that is added": (post("x = 1", "print(x)", "print(x)"), PLAIN),
    "the time-out": (post("x = 1", "print(x)"), Conditions(timeout=21.0, device="cpu")),
    "the post's name": (post("x = 1", "print(x)", name="other.md"), PLAIN),
    "prose between its blocks": (post("x = 1", "print(x)", between="Prose.\n\n"), PLAIN),
    "the output that is shown": (
        parse(Path("post.md"), post("x = 1", "print(x)").text + "<!-- dlexamples: output -->\n```\n1\n```\n"),
        PLAIN,
    ),
    "a marker": (
        parse(Path("post.md"), post("x = 1", "print(x)").text.replace("# b1", "<!-- dlexamples: timeout 9 -->", 1)),
        PLAIN,
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_is_changed_is_run(pool: Pool, disk: Disk, name: str) -> None:
    document = post("x = 1", "print(x)")
    checked(pool, document, disk)
    changed, conditions = CHANGED[name]
    assert changed != document or conditions != PLAIN
    assert answered(pool, changed, disk, conditions=conditions) == 0
    assert answered(pool, document, disk) == 1


def test_only_the_session_that_an_edit_touches_is_run(pool: Pool, disk: Disk) -> None:
    checked(pool, post("x = 1", "y = 1", "print(x)", "print(y)"), disk)
    assert answered(pool, post("x = 2", "y = 1", "print(x)", "print(y)"), disk) == 1


def test_prose_that_is_added_above_moves_what_is_told(pool: Pool, disk: Disk) -> None:
    blocks = ("x = 1", "import warnings\nwarnings.warn('old')\nprint(1, 10, 20)", "print(x)\nfrom math import pi")
    checked(pool, post(*blocks), disk)
    moved = post(*blocks, above="# More\n\nof it.\n\n")
    found, number = checked(pool, moved, disk)
    # The warning's line stands in what the block printed: that session is run.
    assert number == 1
    plain, _ = checked(pool, moved)
    assert [replace(o, seconds=0) for o in found] == [replace(o, seconds=0) for o in plain]
    assert found[1].diagnostics[0].span.line == moved.blocks[1].first_line + 1


def test_spans_and_edits_move_and_the_lines_of_a_source_do_not() -> None:
    document = parse(
        Path("post.md"),
        '```python\n>>> 1\n1\n```\n\n<!-- dlexamples: skip reason="x" -->\n```python\nx = 1\n',
    )
    moved = shifted(document.blocks, 5)
    again = parse(Path("post.md"), "\n" * 5 + document.text).blocks
    assert document.blocks[0].printed
    assert document.blocks[1].flaws[0].edits
    told = re.compile(r"\bline \d+")  # A text that tells a line keeps it: such a session is run again.
    assert told.sub("", repr(moved)) == told.sub("", repr(again))


def test_curves_move_that_know_their_lines() -> None:
    assert shifted((Curve("loss", (1.0,), 8), Curve("loss", (1.0,))), 5) == (
        Curve("loss", (1.0,), 13),
        Curve("loss", (1.0,)),
    )


@pytest.mark.parametrize("source", ["print(missing)", "print(np.zeros(2))"], ids=["failed", "filled"])
def test_where_mends_were_looked_for_the_whole_post_counts(pool: Pool, disk: Disk, source: str) -> None:
    checked(pool, post(source), disk)
    assert answered(pool, post(source), disk) == 1
    below = parse(Path("post.md"), post(source).text + "More of it.\n")
    assert answered(pool, below, disk) == 0


NEVER = {
    "a time-out": ("import time\ntime.sleep(9)", Conditions(timeout=0.3, device="cpu")),
    "a process that ended": ("import os\nos._exit(0)", PLAIN),
    "memory that others may have taken": ("raise MemoryError('out of memory')", PLAIN),
    "the network": ("x = 1", Conditions(timeout=20.0, device="cpu", network=True)),
    "a folder of this machine": (f"import os\nprint(len(os.listdir({str(ROOT)!r})))", PLAIN),
}


@pytest.mark.parametrize("name", NEVER)
def test_what_may_be_otherwise_another_day_is_not_kept(pool: Pool, disk: Disk, name: str) -> None:
    source, conditions = NEVER[name]
    for _ in range(2):
        assert answered(pool, post(source), disk, conditions=conditions) == 0
    # The command that watches keeps it for as long as it lasts, but for what it cannot follow.
    memory = Memory()
    checked(pool, post(source), disk, memory, conditions=conditions)
    kept = 0 if "folder" in name else 1
    assert answered(pool, post(source), disk, memory, conditions=conditions) == kept


def test_a_search_that_ran_out_of_time_is_not_kept(pool: Pool, disk: Disk) -> None:
    short = replace(PLAIN, limits=replace(PLAIN.limits, seconds=0.0))
    for _ in range(2):
        assert answered(pool, post("print(missing)"), disk, conditions=short) == 0
    few = replace(PLAIN, limits=replace(PLAIN.limits, tries=0))
    assert [answered(pool, post("print(np.ones(1))"), disk, conditions=few) for _ in range(2)] == [0, 0]


def test_a_run_in_which_something_of_ours_failed_is_not_kept(pool: Pool, disk: Disk) -> None:
    checked(pool, post("x = 1"), disk, faults=["Traceback"])
    assert answered(pool, post("x = 1"), disk) == 0


def test_a_file_that_a_block_names_counts(pool: Pool, disk: Disk, tmp_path: Path) -> None:
    """It can be read where blocks are not shut in."""
    file = tmp_path / "data.txt"
    document = post(f"print(open('{file}').read())")
    file.write_text("one")
    is_open = Conditions(device="cpu", sandbox="off")
    checked(pool, document, disk, conditions=is_open)
    assert answered(pool, document, disk, conditions=is_open) == 1
    file.write_text("other")
    found, number = checked(pool, document, disk, conditions=is_open)
    assert (found[0].stdout, number) == ("other\n", 0)


def test_a_module_of_the_authors_own_counts(disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "path" / "ours"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from ours.part import ANSWER\n")
    (package / "part.py").write_text("ANSWER = 1\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    document = post("import ours\nprint(ours.ANSWER)")

    def given() -> tuple[str, int]:
        time.sleep(0.1)  # What was written while a session ran may not be what it imported: that is not kept.
        with Pool() as own:
            (outcome,), number = checked(own, document, disk)
        return outcome.stdout, number

    assert [given(), given()] == [("1\n", 0), ("1\n", 1)]
    (package / "part.py").write_text("ANSWER = 22\n")
    assert [given(), given()] == [("22\n", 0), ("22\n", 1)]
    (tmp_path / "path" / "another.py").write_text("")  # It may go before an installed one of that name.
    assert given() == ("22\n", 0)


def test_variables_that_blocks_get_count_but_for_those_of_terminals() -> None:
    environment = {"KERAS_BACKEND": "torch", "TERM": "xterm", "GITHUB_RUN_ID": "7", "PYTEST_XDIST_WORKER": "gw0"}
    assert variables(["x = 1"], environment) == {"KERAS_BACKEND": "torch"}
    assert variables(["import os\nprint(os.environ)"], environment).keys() == {"KERAS_BACKEND", "TERM"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages: `tiny`, which looks for `extra` where that is installed, and a module of nobody's."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    install(folder, "tiny", "1.0", "Requires-Dist: extra>=1; extra == 'all'\n")
    (folder / "loose.py").write_text("x = 1\n")
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def install(folder: Path, name: str, version: str, requires: str = "", digest: str = "abc") -> None:
    for old in folder.glob(f"{name}-*.dist-info"):
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n{requires}\n")
    (metadata / "RECORD").write_text(f"{name}/__init__.py,sha256={digest},1\n")


def ground_of(verdict: Verdict, *modules: str, stopped: bool = False, source: str = "import tiny") -> Ground:
    document = post(source)
    (session,) = sessions(document, "document")
    outcome = Outcome(document.blocks[0], verdict)
    found = ground(
        Judged((outcome,), Imported(("os", *modules), ()), stopped), session, document, look(), began=time.time() + 60
    )
    assert found
    return found


def stands(ground: Ground) -> bool:
    return still_holds(ground, post("import tiny"), look())


CHANGES: dict[str, tuple[Callable[[Path], object], bool, bool]] = {
    "another version": (lambda site: install(site, "tiny", "1.1"), False, False),
    "another build of it": (lambda site: install(site, "tiny", "1.0", digest="abd"), False, False),
    "one that it looks for": (lambda site: install(site, "extra", "2.0"), False, False),
    "one that has nothing to do with it": (lambda site: install(site, "other", "1.0"), True, False),
    "a module of nobody's": (lambda site: (site / "loose.py").write_text("x = 2\n"), False, False),
    "a file that puts folders on the path": (lambda site: (site / "a.pth").write_text("/x\n"), True, False),
    "nothing": (lambda site: None, True, True),
}


@pytest.mark.parametrize("name", CHANGES)
def test_packages_that_a_run_stood_on(site: Path, name: str) -> None:
    change, passed_stands, failed_stands = CHANGES[name]
    passed = ground_of(Verdict.PASSED, "tiny", "loose")
    failed = ground_of(Verdict.FAILED, "tiny", "loose")
    assert passed.installed.keys() == {"tiny", "extra"}
    assert (stands(passed), stands(failed)) == (True, True)
    change(site)
    assert (stands(passed), stands(failed)) == (passed_stands, failed_stands)


def test_a_module_that_was_not_to_be_found_and_is_now(site: Path) -> None:
    source = "try:\n    import later\nexcept ImportError:\n    pass"
    known = ground_of(Verdict.PASSED, source=source)
    assert known.absent == ("later",)
    assert stands(known)
    (site / "later.py").write_text("")
    importlib.invalidate_caches()
    assert not stands(known)


def test_what_was_changed_while_it_ran_cannot_be_told(site: Path) -> None:
    document = post("import loose")
    (session,) = sessions(document, "document")
    judged = Judged((), Imported(("loose",), ()), stopped=False)
    assert ground(judged, session, document, look(), began=time.time() - 60) is None


def test_packages_that_came_while_the_command_ran(pool: Pool, disk: Disk, site: Path) -> None:
    cache = Cache(disk)
    document = post("x = 1")
    install(site, "new", "1.0")
    assert cache.is_outdated
    list(check(document, Runner(pool, document, PLAIN, cache=cache)))
    assert not list(disk.folder.glob("*.json"))


def test_what_is_installed_is_looked_at_once_for_all_sessions(
    pool: Pool, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = post(*(f"x = {n}" for n in range(20)))
    assert answered(pool, document, disk) == 0
    asked: list[str] = []

    def count(beside: str = "") -> Installed:
        asked.append(beside)
        return look(beside)

    monkeypatch.setattr("dlexamples.cache.look", count)
    assert answered(pool, document, disk) == 20
    assert len(asked) <= 3


def test_what_an_installer_runs_as_python_starts_is_not_what_a_session_stands_on(pool: Pool, disk: Disk) -> None:
    """`distutils-precedence.pth`, say, imports one of setuptools, which names all that tests it as a requirement."""
    answered(pool, post("x = 1"), disk)
    (path,) = disk.folder.glob("*.json")
    entry = decoded(path.stem, path.read_bytes())
    assert entry
    assert entry.ground == Ground()


def test_what_changed_between_two_commands_is_seen_however_soon(
    pool: Pool, disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    module = tmp_path / "path" / "beside_the_post.py"
    module.write_text("x = 1\n")
    os.utime(module, (1, 1))
    document = post("import beside_the_post\nprint(beside_the_post.x)")
    cache = Cache(disk)

    def outcome() -> tuple[str, int]:
        cache.look_anew()
        (found,) = check(document, Runner(pool, document, PLAIN, cache=cache))
        return found.stdout, cache.counted()[0]

    with Pool() as pool:
        assert outcome() == ("1\n", 0)
        assert outcome() == ("1\n", 1)
        module.write_text("x = 2\n")
        assert outcome() == ("2\n", 0)


def test_everything_that_is_installed_here_has_one_digest() -> None:
    assert everything(look()) == everything(look())


def test_contents_are_those_of_every_file_but_compiled_ones(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    before = contents(str(tmp_path))
    (tmp_path / "__pycache__" / "a.pyc").write_text("1")
    assert contents(str(tmp_path)) == before
    (tmp_path / "b.json").write_text("1")
    after = contents(str(tmp_path))
    assert before
    assert after
    assert before.digest != after.digest
    assert contents(str(tmp_path / "gone")) == ("", 0.0)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut short": lambda data: data[: len(data) // 2],
    "a byte": lambda data: data.replace(b"a-pass", b"b-pass", 1).replace(b"passed", b"passEd", 1),
    "another's": lambda data: b'{"verdict": "passed"}',
    "binary": lambda data: bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_entry_is_none_and_is_replaced(pool: Pool, disk: Disk, name: str) -> None:
    document = post("x = 1")
    first, _ = checked(pool, document, disk)
    (entry,) = disk.folder.glob("*.json")
    whole = entry.read_bytes()
    damaged = DAMAGE[name](whole)
    assert damaged != whole
    entry.write_bytes(damaged)
    assert answered(pool, document, disk) == 0
    again, number = checked(pool, document, disk)
    assert number == 1
    assert [replace(o, seconds=0) for o in again] == [replace(o, seconds=0) for o in first]


def test_an_entry_under_another_key_is_none(pool: Pool, disk: Disk) -> None:
    checked(pool, post("x = 1"), disk)
    (entry,) = disk.folder.glob("*.json")
    assert decoded(LONG, entry.read_bytes()) is None


def test_a_folder_that_cannot_be_made_is_no_cache(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    disk = Disk(tmp_path / "file" / "outcomes")
    assert [answered(pool, post("x = 1"), disk) for _ in range(2)] == [0, 0]


def test_the_oldest_used_go_first(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    now = time.time()
    for number in range(4):
        disk.write(f"{number:064x}", b"x" * 100)
        os.utime(tmp_path / f"{number:064x}.json", (now - 100 + number,) * 2)
    disk.read(f"{0:064x}")
    tidy(tmp_path, most=250)
    assert sorted(int(path.stem, 16) for path in tmp_path.glob("*.json")) == [0, 3]


def test_what_ended_runs_left_goes_after_a_day(tmp_path: Path) -> None:
    names = [f"{LONG}.json", f"{LONG}.lock", f"run1-{LONG}.json", f".{'0' * 16}.tmp", "notes.json"]
    for name in names:
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (time.time() - DAY - 60,) * 2)
    tidy(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{LONG}.json", "notes.json"]


def test_what_holds_for_one_run_is_no_other_runs(tmp_path: Path) -> None:
    Disk(tmp_path, "run1").write(LONG, b"1")
    found = [Disk(tmp_path, "run1").read(LONG), Disk(tmp_path, "run2").read(LONG), Disk(tmp_path).read(LONG)]
    assert found == [b"1", None, None]


def test_clear_leaves_what_is_not_ours(tmp_path: Path) -> None:
    folder = tmp_path / "outcomes"
    disk = Disk(folder)
    disk.write(LONG, b"12345")
    with disk.locked(LONG):
        pass
    (folder / "mine.json").write_text("")
    assert clear(folder) == (1, 5)
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "mine.json"]
    (folder / "mine.json").unlink()
    assert clear(folder) == (0, 0)
    assert not folder.exists()


HOLDS = """
import sys, time
from pathlib import Path
from dlexamples.cache.store import Disk
with Disk(Path(sys.argv[1])).locked(sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are POSIX's")
def test_a_process_that_is_killed_holds_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path), LONG], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        other.kill()
        other.wait()
    began = time.monotonic()
    with Disk(tmp_path).locked(LONG):
        pass
    assert time.monotonic() - began < 5


def environment(tmp_path: Path) -> dict[str, str]:
    return {"DLEXAMPLES_CACHE": "true", "DLEXAMPLES_CACHE_DIR": str(tmp_path / "kept"), "DLEXAMPLES_DEVICE": "cpu"}


def test_two_processes_that_ask_at_once_run_it_once(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(post("import time\ntime.sleep(3)\nprint(time.time_ns())").text)
    command = [sys.executable, "-m", "dlexamples", "check", "--output-format", "json", "post.md"]
    with contextlib.ExitStack() as stack:
        both = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    cwd=tmp_path,
                    stdout=subprocess.PIPE,
                    text=True,
                    env={**os.environ, **environment(tmp_path)},
                )
            )
            for _ in range(2)
        ]
        reports = [process.communicate(timeout=120)[0] for process in both]
    assert reports[0] == reports[1]
    assert json.loads(reports[0])["documents"][0]["blocks"][0]["stdout"].strip().isdigit()


@pytest.mark.parametrize("name", ["json", "text"])
def test_the_report_is_the_same(tmp_path: Path, name: str) -> None:
    document = post("import time\nprint(time.time_ns())", "print(missing)", "print(np.zeros(1))")
    (tmp_path / "post.md").write_text(document.text)
    first, second = (
        run("check", "--output-format", name, "post.md", folder=tmp_path, **environment(tmp_path)) for _ in range(2)
    )
    assert (first.returncode, first.stdout) == (second.returncode, second.stdout)
    assert "3 of 3 sessions from the cache" in second.stderr
    without = run("check", "--no-cache", "post.md", folder=tmp_path, **environment(tmp_path))
    assert "from the cache" not in without.stderr


def test_fix_takes_what_check_has_kept(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(post("print(np.zeros(2))").text)
    run("check", "post.md", folder=tmp_path, **environment(tmp_path))
    done = run("fix", "post.md", folder=tmp_path, **environment(tmp_path))
    assert "1 of 1 session from the cache" in done.stderr
    assert "import numpy as np" in (tmp_path / "post.md").read_text()


def test_settings_and_clean(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(post("x = 1").text)
    (tmp_path / "pyproject.toml").write_text('[tool.dlexamples]\ncache-dir = ".kept"\ndevice = "cpu"\n')
    on = {"DLEXAMPLES_CACHE": "true"}
    run("check", "post.md", folder=tmp_path, **on)
    assert len(list((tmp_path / ".kept" / "outcomes").glob("*.json"))) == 1
    assert "from the cache" in run("check", "post.md", folder=tmp_path, **on).stderr
    assert "from the cache" not in run("check", "post.md", folder=tmp_path, DLEXAMPLES_CACHE="false").stderr
    done = run("clean", folder=tmp_path)
    assert (done.returncode, "1 session removed" in done.stdout) == (0, True)
    assert not (tmp_path / ".kept" / "outcomes").exists()
    assert "from the cache" not in run("check", "post.md", folder=tmp_path, **on).stderr
    wrong = run("check", "post.md", folder=tmp_path, DLEXAMPLES_CACHE="maybe")
    assert (wrong.returncode, "$DLEXAMPLES_CACHE" in wrong.stderr) == (2, True)


IMPORTS = """
import sys
from dlexamples.cli import main
sys.argv = ["dlexamples", "check", "post.md"]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_what_is_kept_is_told_without_heavy_imports(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(post("import numpy\nx = numpy.ones(1)").text)
    where = {**os.environ, **environment(tmp_path)}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", IMPORTS], cwd=tmp_path, env=where, capture_output=True, text=True)
    assert "1 of 1 session from the cache" in done.stderr
    heavy = {"torch", "tensorflow", "jax", "keras", "numpy", "sklearn", "pandas", "libcst", "nbformat", "filelock"}
    assert not heavy & set(done.stderr.split())


def pytest_with_two_workers(tmp_path: Path, *blocks: str, **environment: str) -> str:
    (tmp_path / "post.md").write_text(post(*blocks).text)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "load", "-rA", "-p", "no:cacheprovider", "post.md"]
    return subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **environment}, capture_output=True, text=True
    ).stdout


def test_workers_of_pytest_share_the_sessions(tmp_path: Path) -> None:
    """Blocks of one session are spread over two workers, and it is run once: all print the same moment."""
    blocks = ["import time\nmoment = time.time_ns()", *(f"print('moment', moment)  # {n}" for n in range(5))]
    said = pytest_with_two_workers(tmp_path, *blocks, **environment(tmp_path))
    moments = re.findall(r"^moment (\d+)$", said, re.MULTILINE)
    assert len(moments) == 5, said
    assert len(set(moments)) == 1
    assert {"gw0", "gw1"} <= set(re.findall(r"gw\d", said))


def test_workers_of_pytest_keep_nothing_where_nothing_is_to_be_kept(tmp_path: Path) -> None:
    off = environment(tmp_path) | {"DLEXAMPLES_CACHE": "false"}
    assert "2 passed" in pytest_with_two_workers(tmp_path, "x = 1", "y = 1", **off)
    assert not (tmp_path / "kept").exists()

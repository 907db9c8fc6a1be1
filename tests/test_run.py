"""Running sessions: what a block sees of its surroundings, and how it can end."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

import dlexamples.run.pool
from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.model import Outcome, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.job import ON_FIRST_USE
from dlexamples.run.pool import Pool, can_fork, forks
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

START = ["fork", "new process"] if forks() else ["new process"]


@pytest.fixture(scope="module", params=START)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    with Pool(fork=request.param == "fork") as pool:
        yield pool


def outcomes(pool: Pool, *blocks: str, timeout: float = 20.0, sandbox: str = "auto") -> list[Outcome]:
    text = "".join(f"# b{n}\n\n```python\n{block}\n```\n\n" for n, block in enumerate(blocks))
    document = parse(Path("post.md"), text)
    runner = Runner(pool, document, Conditions(timeout=timeout, device="cpu", sandbox=sandbox))
    return in_order(document, check(document, runner))


def verdicts(pool: Pool, *blocks: str, timeout: float = 20.0, sandbox: str = "auto") -> list[str]:
    return [outcome.verdict.value for outcome in outcomes(pool, *blocks, timeout=timeout, sandbox=sandbox)]


def stdout(pool: Pool, block: str) -> str:
    (outcome,) = outcomes(pool, block)
    assert outcome.verdict is Verdict.PASSED, outcome
    return outcome.stdout


def test_the_folders_of_a_run_are_told_as_a_readers(pool: Pool) -> None:
    shows = "import os, sys\nprint(os.getcwd(), os.path.expanduser('~'))\nprint(__file__, file=sys.stderr)"
    fails = "import os\nraise ValueError(f'nothing in {os.getcwd()}')"
    shown, failed = outcomes(pool, shows, fails)
    assert shown.stdout == "/home/reader/project/docs/posts /home/reader\n"
    assert shown.stderr == "/home/reader/project/docs/posts/post.py\n"
    assert failed.diagnostics[0].message.endswith("ValueError: nothing in /home/reader/project/docs/posts")


RUNS_AS_IN_A_SCRIPT = {
    "pickle finds __main__": "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))).__module__)",
    "main guard": "if __name__ == '__main__':\n    print('__main__')",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 3\nprint(A().__module__)",
    "future annotations": "from __future__ import annotations\ndef f(x: missing): ...\nprint('__main__')",
    "spawned processes": (
        "import multiprocessing\n"
        "def double(x):\n    return 2 * x\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print('__main__' if pool.map(double, [2]) == [4] else 'wrong')"
    ),
    "forked processes": (
        "import multiprocessing, os\n"
        "def f(queue):\n    queue.put('__main__')\n"
        "context = multiprocessing.get_context('fork' if hasattr(os, 'fork') else None)\n"
        "queue = context.Queue()\n"
        "child = context.Process(target=f, args=(queue,))\n"
        "child.start()\nprint(queue.get())\nchild.join()"
    ),
    "arguments": "import argparse\nargparse.ArgumentParser().parse_args()\nprint(__name__)",
    "no input": "try:\n    input()\nexcept EOFError:\n    print('__main__')",
}


@pytest.mark.parametrize("name", RUNS_AS_IN_A_SCRIPT)
def test_a_block_runs_as_in_a_script(pool: Pool, name: str) -> None:
    assert stdout(pool, RUNS_AS_IN_A_SCRIPT[name]) == "__main__\n"


def test_source_and_tracebacks_are_the_posts(pool: Pool) -> None:
    block = (
        "import inspect\nclass A:\n    x = 1\ndef f():\n    return A\nprint(*map(inspect.getsource, [A, f]), sep='')"
    )
    assert stdout(pool, block) == "class A:\n    x = 1\ndef f():\n    return A\n\n"
    (outcome,) = outcomes(pool, "def f():\n    return 1 / 0\n\nf()")
    assert 'File "post.md", line 7, in <module>\n    f()\n' in outcome.stderr
    assert 'File "post.md", line 5, in f\n    return 1 / 0\n' in outcome.stderr
    assert "worker.py" not in outcome.stderr


def test_the_process_holds_nothing_of_ours(pool: Pool) -> None:
    block = (
        "import sys\n"
        "ours = {'dlexamples', 'worker', 'lines', 'server', 'pytest', 'libcst'}\n"
        "print(sorted(ours & {m.split('.')[0] for m in sys.modules}), [p for p in sys.path if p.endswith('run')])"
    )
    assert stdout(pool, block) == "[] []\n"


def test_the_working_folder_is_scratch(pool: Pool) -> None:
    block = (
        "import os, tempfile\nfrom pathlib import Path\n"
        "Path('x.py').write_text('y = 3')\nimport x\n"
        "here = os.path.realpath('.')\n"
        "print(x.y, os.listdir('.').count('x.py'), here.startswith(str(Path.home().resolve())), "
        "here.startswith(os.path.realpath(tempfile.gettempdir())))"
    )
    assert stdout(pool, block) == "3 1 True True\n"
    assert not Path("x.py").exists()


def test_a_variable_that_a_framework_reads_on_import_is_set_before(pool: Pool) -> None:
    block = "import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras\nprint(keras.backend.backend())"
    assert stdout(pool, block) == "torch\n"


def test_what_a_server_imports_on_first_use_its_package_gives_to_everybody() -> None:
    for package, _, module in ON_FIRST_USE:
        code = f"import {package}; assert '{module}' not in __import__('sys').modules; {module}"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_submodule_that_was_not_imported_is_missing_as_for_a_reader(pool: Pool) -> None:
    assert verdicts(pool, "import matplotlib.pyplot as plt\nplt.plot([1])") == ["passed"]
    assert verdicts(pool, "import matplotlib\nmatplotlib.get_backend()\nmatplotlib.pyplot.plot([1])") != ["passed"]


def test_the_same_numbers_every_time(pool: Pool) -> None:
    block = "import random\nimport numpy as np\nprint(random.random(), np.random.rand(), hash('a'))"
    assert stdout(pool, block) == stdout(pool, block)


def test_output_belongs_to_its_block(pool: Pool) -> None:
    first, second = outcomes(
        pool, "x = 1\nprint('one')", "import os, sys\nos.system('echo two')\nprint(x, file=sys.stderr)"
    )
    assert (first.stdout, first.stderr) == ("one\n", "")
    assert (second.stdout, second.stderr) == ("two\n", "1\n")


def test_a_failure_blocks_what_needs_it_and_nothing_else(pool: Pool) -> None:
    assert verdicts(
        pool, "import math\nx = math.missing\ny = 2", "print(math.pi)", "print(y)", "print(x)\nz = 1", "z"
    ) == [
        "failed",
        "passed",
        "passed",
        "blocked",
        "passed",
    ]


def test_a_block_that_does_not_parse_is_its_own_failure(pool: Pool) -> None:
    failed, broken, blocked = outcomes(pool, "x = missing", "print(x", "y = x\nz = 1")
    assert [d.code for d in broken.diagnostics] == ["DL001"]
    assert (failed.verdict, blocked.verdict) == (Verdict.FAILED, Verdict.BLOCKED)
    assert blocked.reason == "needs `x` from block b0-1, which did not run to its end"


def test_a_name_that_is_bound_again_blocks_no_more(pool: Pool) -> None:
    blocks = ["a = 1\nx = missing", "x = a + 2", "print(x)"]
    assert verdicts(pool, *blocks) == ["failed", "passed", "passed"]


def test_an_object_that_a_failed_block_should_have_changed_is_not_used(pool: Pool) -> None:
    blocks = ["layers = []", "layers.append(missing)", "print(layers)"]
    assert verdicts(pool, *blocks) == ["passed", "failed", "blocked"]


ENDS = {
    "sys.exit": ("import sys\nsys.exit(0)", "DL902"),
    "os._exit": ("import os\nos._exit(0)", "DL902"),
    "quit": ("raise SystemExit", "DL902"),
    "killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "DL903"),
    "crash": ("import faulthandler\nfaulthandler._sigsegv()", "DL903"),
    "hang": ("while True:\n    pass", "DL901"),
    "sleep": ("import time\ntime.sleep(60)", "DL901"),
    "recursion": ("def f():\n    return f()\nf()", "DL204"),
    "interrupt": ("raise KeyboardInterrupt", "DL205"),
    "group": ("import os, signal\nos.killpg(os.getpgrp(), signal.SIGKILL)", "DL903"),
}


@pytest.mark.skipif(not can_fork(), reason="signals and process groups are POSIX's")
@pytest.mark.parametrize("name", ENDS)
def test_however_a_block_ends_it_is_its_own_failure(pool: Pool, name: str) -> None:
    block, code = ENDS[name]
    before, ended, after = outcomes(pool, "x = 1", f"x\n{block}", "print(x)", timeout=3)
    assert (before.verdict.value, ended.verdict.value, after.verdict.value) == ("passed", "failed", "passed")
    assert [diagnostic.code for diagnostic in ended.diagnostics] == [code]
    assert after.stdout == "1\n"


def test_a_block_that_runs_only_sometimes_is_no_pass(pool: Pool, tmp_path: Path) -> None:
    count = tmp_path / "count"
    written = f"with open({str(count)!r}, 'a+') as file:\n    file.write('x')\n"
    block = f"{written}assert len(open({str(count)!r}).read()) % 2 == 0"
    (outcome,) = outcomes(pool, block, sandbox="off")
    assert outcome.verdict is Verdict.FAILED
    assert "in one run and not in the next" in outcome.reason


def test_assertions_count_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    with Pool() as own:
        assert verdicts(own, "assert 0") == ["failed"]


@pytest.mark.skipif(not can_fork(), reason="there is no fork")
def test_a_forked_child_does_not_answer_for_its_parent(pool: Pool) -> None:
    parent_fails = "import os, time\nif os.fork():\n    time.sleep(1)\n    os._exit(3)\nprint('ok')"
    child_exits = "import os, sys\nif os.fork() == 0:\n    sys.exit(0)\nos.wait()"
    assert verdicts(pool, parent_fails) == ["failed"]
    assert verdicts(pool, child_exits) == ["passed"]


def test_a_block_cannot_change_how_it_is_run(pool: Pool) -> None:
    for patch in ("exec = lambda *a: None", "compile = lambda *a: None"):
        assert verdicts(pool, f"import builtins\nbuiltins.{patch}\nassert False") == ["failed"]
    assert verdicts(pool, "import os\nos._exit = lambda *a: None\nassert False", "x = 1") == ["failed", "passed"]


@pytest.mark.skipif(not can_fork(), reason="there is no watcher")
def test_a_block_that_ends_its_watcher_fails_in_time() -> None:
    with Pool() as own:
        block = "import os\nos.kill(os.getppid(), 9)\nwhile True:\n    pass"
        assert verdicts(own, block, timeout=3) == ["failed"]


def test_old_definitions_do_not_stand_in_for_those_of_a_failed_block(pool: Pool) -> None:
    blocks = ["x = 1\nz = 1", "print(z)\nx = z.missing", "def f(): return x\nassert f() == 1"]
    assert verdicts(pool, *blocks) == ["passed", "failed", "blocked"]


def test_keras_keeps_nothing_in_the_authors_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with Pool() as own:
        assert verdicts(own, "import keras\nassert keras.utils.to_categorical([1]).shape") == ["passed"]
    assert not (tmp_path / ".keras").exists()


def test_what_stands_below_a_failure_runs(pool: Pool) -> None:
    blocks = (
        "x = 1\ny = [1]",
        "y.append(x.missing)\nw = y\nz = 2",
        "print(z)",
        "print(y)",
        "import sys\nsys.exit(0)\nv = 3",
        "print(v)",
    )
    assert verdicts(pool, *blocks) == ["passed", "failed", "passed", "blocked", "failed", "blocked"]
    found = outcomes(pool, *blocks[:4])
    assert (found[2].stdout, found[3].stdout) == ("2\n", "")
    assert "from block" in found[3].reason


def test_a_failed_call_of_a_module_costs_nothing_but_the_call(pool: Pool) -> None:
    assert verdicts(pool, "import math", "math.missing(1)", "print(math.pi)") == ["passed", "failed", "passed"]


def test_a_block_tells_its_failures_but_those_that_may_follow_from_others(pool: Pool) -> None:
    (outcome,) = outcomes(pool, "x = [].missing\ny = 1 / 0\nx.upper()\nopen('x')\nz = 2 / 0")
    first, second = outcome.diagnostics
    assert "missing" in first.message
    assert second.message == "ZeroDivisionError: division by zero"
    assert "missing" in outcome.reason


def test_a_block_that_leans_on_what_was_supplied_elsewhere_is_filled(pool: Pool) -> None:
    found = outcomes(pool, "x = np.zeros(1)", "y = np.ones(1) + x")
    assert [outcome.verdict.value for outcome in found] == ["filled", "filled"]
    assert [fill.name for fill in found[1].fills] == ["np"]
    assert found[1].edits == ()


def test_tracebacks_after_a_mended_block_tell_the_published_lines(pool: Pool) -> None:
    mended, failed = outcomes(pool, "a = np.zeros(3)", "def f():\n    return a / missing\nf()")
    assert mended.verdict is Verdict.FILLED
    (diagnostic,) = failed.diagnostics
    assert diagnostic.span.line == 11
    assert 'File "post.md", line 12, in <module>\n    f()\n' in failed.stderr
    assert 'File "post.md", line 11, in f\n    return a / missing\n' in failed.stderr


def test_a_process_that_cannot_be_asked_for_a_mend_is_told(pool: Pool) -> None:
    (outcome,) = outcomes(
        pool, "import sys, time\nsys.modules['dlexamples'] = None\ntime.sleep(0.6)\nprint(np.zeros(1))"
    )
    assert outcome.verdict is Verdict.FAILED
    assert "no mend could be looked for (ModuleNotFoundError" in outcome.reason


def test_long_expressions_run(pool: Pool) -> None:
    assert verdicts(pool, "x = " + "+".join(["1"] * 900) + "\nassert x == 900") == ["passed"]


def test_lines_are_what_the_parser_takes_for_lines(pool: Pool) -> None:
    block = "import inspect\nx = 1\n\f\ny = '\u2028'\ndef f():\n    return 41\nprint(inspect.getsource(f))\nmissing"
    (outcome,) = outcomes(pool, block)
    assert outcome.stdout == "def f():\n    return 41\n\n"
    (diagnostic,) = outcome.diagnostics
    assert (diagnostic.code, diagnostic.span.line, diagnostic.span.end_column) == ("DL101", 11, 8)


def test_a_spawned_process_does_not_read_what_does_not_compile(pool: Pool) -> None:
    blocks = [
        "import multiprocessing\ndef double(x):\n    return 2 * x",
        "double(",
        "if __name__ == '__main__':\n    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(double, [2]))",
    ]
    assert verdicts(pool, *blocks) == ["passed", "failed", "passed"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="descendants are told by /proc")
def test_a_process_that_left_its_session_is_ended_too(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    late = f"import time; time.sleep(1.5); open({str(mark)!r}, 'w')"
    with Pool() as own:
        block = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {late!r}], start_new_session=True)"
        assert verdicts(own, block, sandbox="off") == ["passed"]
        time.sleep(2.5)
    assert not mark.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_output_is_read_from_the_blocks_own_files_alone(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    output = "../../../../results/stdout"
    remove = f"import os\nif os.path.exists('{output}'): os.remove('{output}')\n"
    for put in (f"os.mkfifo('{output}')", f"os.symlink({str(tmp_path / 'secret')!r}, '{output}')"):
        (outcome,) = outcomes(pool, f"{remove}{put}\nprint('own')")
        assert (outcome.verdict, outcome.stdout) == (Verdict.PASSED, "own\n")


def test_each_block_has_its_own_output_whatever_it_does_to_the_descriptors(pool: Pool) -> None:
    blocks = [
        "import os\nx = 1\nprint('first')\nos.write(2, b'error')\nos.close(1)\nos.close(2)",
        "x\nprint('second')\nos.dup2(os.open(os.devnull, os.O_WRONLY), 1)\nprint('nowhere')",
        "x\nos.system('echo third')\nprint('é' * 3)\nos._exit(0)",
        "y = 1\nprint('other')",
    ]
    found = outcomes(pool, *blocks)
    assert [outcome.stdout for outcome in found] == ["first\n", "second\n", "third\nééé\n", "other\n"]
    assert [outcome.stderr for outcome in found[1:]] == ["", "", ""]
    assert found[0].stderr == "error"


def test_where_nothing_can_be_forked_a_new_interpreter_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlexamples.run.pool, "can_fork", lambda: False)
    blocks = ["import os\nx = 1\nprint('first')\nos.write(2, b'error')\nos.close(1)", "x\nprint(os.getcwd())", "1 / 0"]
    with Pool(fork=False) as own:
        first, second, third = outcomes(own, *blocks)
        assert not list(own.folder.iterdir())
    assert (first.stdout, first.stderr) == ("first\n", "error")
    assert (second.verdict, second.stdout) == (Verdict.PASSED, "/home/reader/project/docs/posts\n")
    assert (third.verdict, third.diagnostics[0].code) == (Verdict.FAILED, "DL204")


def test_a_time_out_says_where(pool: Pool) -> None:
    (outcome,) = outcomes(pool, "import time\nwhile True:\n    time.sleep(9)", timeout=1)
    (diagnostic,) = outcome.diagnostics
    assert (diagnostic.code, diagnostic.span.line) == ("DL901", 6)
    assert outcome.seconds >= 1


def test_a_time_out_says_where_in_a_function_that_an_earlier_block_defines(pool: Pool) -> None:
    defines, calls = outcomes(pool, "import time\ndef wait():\n    time.sleep(60)", "x = 1\nwait()", timeout=1)
    (diagnostic,) = calls.diagnostics
    assert (defines.verdict, diagnostic.code, diagnostic.span.line) == (Verdict.PASSED, "DL901", 13)


def test_a_posts_own_args_are_whatever_they_are(pool: Pool) -> None:
    block = "class Arguments:\n    rate = 1\n\ndef train(args):\n    return args.epochs\n\ntrain(Arguments())"
    document = parse(Path("post.md"), f"```python\n{block}\n```\n")
    runner = Runner(pool, document, Conditions(device="cpu"))
    (outcome,) = check(document, runner)
    assert (outcome.verdict, runner.faults) == (Verdict.FAILED, [])


def test_what_goes_on_below_a_failure_has_its_time_too(pool: Pool) -> None:
    blocks = ["import time\nx = [].missing\ntime.sleep(60)", "y = 1", "z = np.zeros(1).missing\ntime.sleep(60)"]
    started = time.monotonic()
    found = outcomes(pool, *blocks, timeout=2)
    assert [outcome.verdict.value for outcome in found] == ["failed", "passed", "failed"]
    assert "missing" in found[0].diagnostics[0].message
    assert time.monotonic() - started < 40


def test_training_that_runs_out_of_time_is_told_what_would_help(pool: Pool) -> None:
    block = "import time\nfor epoch in range(100):\n    time.sleep(1)"
    (outcome,) = outcomes(pool, block, timeout=1)
    assert "`--epochs 1`, or a marker `epochs 1`, would run 1 of 100 epochs" in outcome.diagnostics[0].message
    (short,) = budgeted(pool, f"```python\n{block}\n```\n", 1)
    assert [d.message for d in short.diagnostics] == ["ran 1 of 100 epochs"]
    assert short.verdict is Verdict.PASSED


def test_a_budget_shortens_what_no_marker_speaks_of_and_says_so(pool: Pool) -> None:
    loop = "```python\nfor epoch in range(9):\n    print(epoch)\n```\n"
    marked = f"<!-- dlexamples: epochs 3 -->\n{loop}"
    none, one, three = budgeted(pool, f"```python\nx = 1\n```\n{loop}{marked}", 1)
    assert (none.diagnostics, one.stdout, three.stdout) == ((), "0\n", "0\n1\n2\n")
    assert [d.message for d in (*one.diagnostics, *three.diagnostics)] == ["ran 1 of 9 epochs", "ran 3 of 9 epochs"]
    assert one.runnable_source == one.block.source


def test_output_is_not_judged_after_shorter_training(pool: Pool) -> None:
    two, eight = (f"<!-- dlexamples: output -->\n```\n{shown}\n```\n\n" for shown in (2, 8))
    loop = "```python\nfor epoch in range(9):\n    print(epoch)\n```\n\n"
    found = budgeted(pool, f"```python\nprint(1)\n```\n\n{two}{loop}{eight}", 1)
    before, after = (outcome for outcome in found if outcome.block.is_python)
    assert (before.verdict, after.verdict) == (Verdict.FAILED, Verdict.PASSED)
    assert [(d.code, d.level) for d in after.diagnostics] == [("DL207", "note"), ("DL905", "note")]


def test_a_stop_after_shorter_training_may_follow_from_it(pool: Pool) -> None:
    before = "```python\nlosses = []\nprint(losses[5:])\n```\n"
    loop = "```python\nfor epoch in range(9):\n    losses.append(epoch)\n```\n"
    found = budgeted(pool, f"{before}{loop}```python\nprint(losses[5])\n```\n```python\nnot_there\n```\n", 1)
    reasons = [outcome.reason for outcome in found]
    assert reasons[2] == "IndexError: list index out of range; training was shortened, which may be why"
    assert "shortened" not in reasons[3]
    (early,) = budgeted(pool, "```python\nprint([][0])\nfor epoch in range(1):\n    pass\n```\n", 1)
    assert "shortened" not in early.reason


def budgeted(pool: Pool, text: str, epochs: int) -> list[Outcome]:
    document = parse(Path("post.md"), text)
    return in_order(document, check(document, Runner(pool, document, Conditions(timeout=20.0, epochs=epochs))))


def test_what_a_block_leaves_running_is_ended(pool: Pool, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    late = f"import time; time.sleep(1.5); open({str(mark)!r}, 'w')"
    block = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {late!r}])"
    assert verdicts(pool, block, sandbox="off") == ["passed"]
    time.sleep(2.5)
    assert not mark.exists()


def test_lines_run(pool: Pool) -> None:
    never, caller, defines = outcomes(
        pool, "def f():\n    a = 1\n    return a", "f()\nif False:\n    print(1)", "def g():\n    return 1"
    )
    assert (never.lines, never.lines_run, never.only_defines) == (3, 3, False)
    assert (caller.lines_run, caller.only_defines) == (caller.lines, False)
    assert (defines.lines, defines.lines_run, defines.only_defines) == (2, 1, True)


def test_a_block_that_does_not_compile_runs_nothing(pool: Pool) -> None:
    (outcome,) = outcomes(pool, "print('ran')\nreturn 3")
    assert (outcome.verdict.value, outcome.stdout) == ("failed", "")
    (diagnostic,) = outcome.diagnostics
    assert (diagnostic.code, diagnostic.span.line) == ("DL001", 5)


def test_warnings_point_at_the_posts_line(pool: Pool) -> None:
    (outcome,) = outcomes(pool, "import warnings\nwarnings.warn('old', FutureWarning)")
    (diagnostic,) = outcome.diagnostics
    assert (diagnostic.code, diagnostic.level, diagnostic.span.line) == ("DL206", "warning", 5)
    assert "FutureWarning: old" in outcome.stderr


def test_a_warning_belongs_to_the_block_of_its_line(pool: Pool) -> None:
    """Here the caller has fewer lines than the function that warns."""
    function = "import warnings\n\n\ndef f():\n    warnings.warn('old', UserWarning)"
    defines, calls = outcomes(pool, function, "f()")
    (diagnostic,) = defines.diagnostics
    assert (diagnostic.code, diagnostic.span.line, calls.diagnostics) == ("DL206", 8, ())


def test_figures_are_kept(pool: Pool) -> None:
    (outcome,) = outcomes(pool, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert outcome.verdict is Verdict.PASSED
    assert outcome.figures[0].startswith(b"\x89PNG")


def test_quoted_and_listed_blocks_run_with_their_document_lines(pool: Pool) -> None:
    document = parse(Path("post.md"), "> - text\n>\n>   ```python\n>   x = 1\n>   y = missing\n>   ```\n")
    (outcome,) = check(document, Runner(pool, document))
    (diagnostic,) = outcome.diagnostics
    start = 9 if sys.version_info >= (3, 11) else 5
    assert (diagnostic.span.line, diagnostic.span.column, diagnostic.span.end_column) == (5, start, 16)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the interpreter tells columns from 3.11")
def test_columns_count_characters(pool: Pool) -> None:
    (outcome,) = outcomes(pool, "s = 'äöü😀'; missing")
    (diagnostic,) = outcome.diagnostics
    assert (diagnostic.span.column, diagnostic.span.end_column) == (13, 20)


def test_the_parent_imports_no_framework() -> None:
    code = (
        "import sys, json, dlexamples.cli, dlexamples.check, dlexamples.fix, dlexamples.pytest_plugin\n"
        "import dlexamples.run.runner, dlexamples.reports.text, dlexamples.formats.markdown\n"
        "print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"torch", "tensorflow", "keras", "jax", "sklearn", "libcst", "matplotlib"} & set(json.loads(printed))


TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
TENSORFLOW = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="tensorflow is not installed")


@TORCH
def test_torch_sees_the_post_and_the_same_numbers(pool: Pool) -> None:
    block = (
        "import torch\n"
        "@torch.jit.script\n"
        "def f(x):\n    return x + 1\n"
        "print(f(torch.zeros(1)).item(), torch.rand(3).tolist(), torch.cuda.is_initialized())"
    )
    first, second = stdout(pool, block), stdout(pool, block)
    assert first == second
    assert first.startswith("1.0 [")
    assert first.endswith("False\n")


@TORCH
def test_loader_workers_run(pool: Pool) -> None:
    block = (
        "import torch\nfrom torch.utils.data import DataLoader\n"
        "if __name__ == '__main__':\n"
        "    print(sum(len(b) for b in DataLoader(list(range(8)), batch_size=2, num_workers=2)))"
    )
    assert stdout(pool, block) == "8\n"


@TENSORFLOW
def test_tensorflow_sees_the_post_and_the_same_numbers(pool: Pool) -> None:
    block = (
        "import tensorflow as tf\n"
        "@tf.function\n"
        "def f(x):\n    if x > 0:\n        return x + 1\n    return x\n"
        "print(f(tf.constant(1)).numpy(), tf.random.uniform([2]).numpy().tolist())"
    )
    first, second = stdout(pool, block), stdout(pool, block)
    assert first == second
    assert first.startswith("2 [")


@TORCH
def test_the_device_is_where_the_tensors_are(pool: Pool) -> None:
    numbers, tensors = outcomes(pool, "x = 1", "import torch\ny = torch.ones(1, device='meta')\nz = torch.ones(1)")
    assert (numbers.device, tensors.device) == ("cpu", "cpu+meta")


@TORCH
def test_rows_are_shuffled_under_our_default_device_and_not_under_the_posts() -> None:
    inside = Path(dlexamples.run.pool.__file__).parent
    code = (
        f"import sys; sys.path.insert(0, {str(inside)!r})\n"
        "import torch\nfrom inside.surroundings import default_to\n"
        "default_to(torch, 'meta')\n"
        "from torch.utils.data import RandomSampler, random_split\n"
        "print(sorted(RandomSampler(range(6))), [len(part) for part in random_split(range(6), [4, 2])])\n"
        "torch.set_default_device('meta')\n"
        "for broken in (lambda: list(RandomSampler(range(6))), lambda: random_split(range(6), [4, 2])):\n"
        "    try:\n        broken()\n    except Exception as error:\n        print('raises')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[0, 1, 2, 3, 4, 5] [4, 2]\nraises\nraises\n", done.stderr

"""The commands: exit codes, bad input, what is written and what is not."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from contract import validated

from dlexamples.cli import main

GOOD = "# A\n\n```python\nx = 1\nprint(x)\n```\n"
BROKEN = "# A\n\n```python\nprint(missing)\n```\n"
UNIMPORTED = "# A\n\n```python\nprint(np.zeros(2))\n```\n"


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, folder: Path, **environment: str) -> Done:
    """`dlexamples ARGUMENTS` in `folder`, in this process: an interpreter's start a call adds up."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["dlexamples", *arguments])
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, out.getvalue(), err.getvalue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("good.md", GOOD), ("broken.md", BROKEN), ("np.md", UNIMPORTED), ("prose.md", "# A\n\ntext\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_exit_codes(folder: Path) -> None:
    assert run("check", "good.md", folder=folder).returncode == 0
    assert run("good.md", folder=folder).returncode == 0
    assert run("check", "broken.md", folder=folder).returncode == 1
    assert run("check", "good.md", "broken.md", folder=folder).returncode == 1
    none = run("check", "prose.md", folder=folder)
    assert (none.returncode, "no Python block found" in none.stderr) == (5, True)
    assert run("check", "good.md", "prose.md", folder=folder).returncode == 5
    assert run("check", "np.md", folder=folder).returncode == 0
    assert run("check", "--strict", "np.md", folder=folder).returncode == 1
    assert run("check", "--error", "DL103,DL4", "np.md", folder=folder).returncode == 1
    assert run("check", "--error", "DL4", "np.md", folder=folder).returncode == 0


WRONG = {
    "no such file": (["check", "nothing.md"], "nothing.md"),
    "a folder without posts": (["check", "empty"], "empty holds no post"),
    "no pattern": (["check", "--exclude", "!", "."], "--exclude"),
    "an unknown format": (["check", "post.xyz"], ".xyz"),
    "an unknown option": (["check", "--colour", "good.md"], "--colour"),
    "an unknown verdict": (["check", "--accept", "failed", "good.md"], "filled and repaired"),
    "an unknown output format": (
        ["check", "--output-format", "yaml", "good.md"],
        "badge, counts, github, gitlab, json",
    ),
    "a bad timeout": (["check", "--timeout", "-1", "good.md"], "--timeout"),
    "an endless timeout": (["check", "--timeout", "inf", "good.md"], "--timeout"),
    "no number of seconds": (["check", "--timeout", "nan", "good.md"], "--timeout"),
    "a report over its post": (["check", "-o", "good.md", "good.md"], "good.md is a post"),
    "an unknown device": (["check", "--device", "tpu", "good.md"], "'auto', 'cpu', 'cuda'"),
    "no post": (["check"], "no post given"),
    "one output for two posts": (["fix", "-o", "x.md", "good.md", "np.md"], "-o takes one post"),
    "an unknown code": (["explain", "DL2O1"], "DL201"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage(folder: Path, name: str) -> None:
    (folder / "post.xyz").write_text(GOOD)
    (folder / "empty").mkdir()
    arguments, said = WRONG[name]
    done = run(*arguments, folder=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_post_that_is_not_utf8(folder: Path) -> None:
    (folder / "latin.md").write_bytes(b"# caf\xe9\n")
    done = run("check", "latin.md", folder=folder)
    assert (done.returncode, "latin.md" in done.stderr, "line 1" in done.stderr) == (2, True, True)


def test_an_empty_post(folder: Path) -> None:
    (folder / "empty.md").write_text("")
    assert run("check", "empty.md", folder=folder).returncode == 5
    assert run("fix", "empty.md", folder=folder).returncode == 5
    assert run("list", "empty.md", folder=folder).returncode == 0


SETTINGS = {
    "an unknown setting": ("tool.dlexamples.timeouts = 3", "timeouts"),
    "a wrong type": ('tool.dlexamples.timeout = "soon"', "number of seconds"),
    "an unknown verdict": ('tool.dlexamples.accept = ["failed"]', "'filled' and 'repaired'"),
    "not a table": ("tool.dlexamples = 3", "must be a table"),
    "not TOML": ("tool.dlexamples = ", "not valid TOML"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_bad_settings(folder: Path, name: str) -> None:
    text, said = SETTINGS[name]
    (folder / "pyproject.toml").write_text(text)
    done = run("check", "good.md", folder=folder)
    assert (done.returncode, said in done.stderr, "pyproject.toml" in done.stderr) == (2, True, True), done.stderr


def test_settings_name_posts_and_what_passes(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["np.md"]\naccept = []\n')
    assert run("check", folder=folder).returncode == 1
    assert run("check", "--accept", "filled", folder=folder).returncode == 0
    assert run("check", folder=folder, DLEXAMPLES_ACCEPT="filled").returncode == 0
    wrong = run("check", folder=folder, DLEXAMPLES_DEVICE="tpu")
    assert (wrong.returncode, "$DLEXAMPLES_DEVICE" in wrong.stderr) == (2, True)


def test_fix_writes_in_place_and_only_once(folder: Path) -> None:
    done = run("fix", "np.md", folder=folder)
    assert done.returncode == 0
    assert (folder / "np.md").read_text() == "# A\n\n```python\nimport numpy as np\n\nprint(np.zeros(2))\n```\n"
    again = run("fix", "np.md", folder=folder)
    assert (again.returncode, "nothing to fix" in again.stdout) == (0, True)


def test_fix_keeps_every_other_byte(folder: Path) -> None:
    front = "\ufeff---\r\ntitle: a\r\n---\r\n\r\n"
    text = front + "> * item\r\n>\r\n>   ```python\r\n>   print(np.zeros(2))\r\n>   ```\r\n\tend  "
    (folder / "odd.md").write_bytes(text.encode("utf-8"))
    assert run("fix", "odd.md", folder=folder).returncode == 0
    expected = text.replace(">   print", ">   import numpy as np\r\n>\r\n>   print")
    assert (folder / "odd.md").read_bytes() == expected.encode("utf-8")


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize(("use", "written"), [("torch.ones(1)", True), ("model", False)])
def test_a_safe_fix_is_written_only_where_it_passes_without_the_unsafe_ones(
    folder: Path, use: str, written: bool
) -> None:
    broken = "import torch\nmodel = torch.nn.Linear(2, 1)\nmodel.compile(loss='mse', optimizer='adam')"
    text = f"```python\n{broken}\n```\n\n```python\nprint(np.zeros(2), {use})\n```\n"
    (folder / "post.md").write_text(text)
    assert run("fix", "post.md", folder=folder).returncode == 1
    fixed = text.replace("print(", "import numpy as np\n\nprint(") if written else text
    assert (folder / "post.md").read_text() == fixed


def test_fix_says_what_it_cannot_do(folder: Path) -> None:
    before = (folder / "broken.md").read_bytes()
    done = run("fix", "broken.md", folder=folder)
    assert (done.returncode, "without a fix" in done.stdout) == (1, True)
    assert (folder / "broken.md").read_bytes() == before


def test_fix_of_a_read_only_post(folder: Path) -> None:
    post = folder / "np.md"
    post.chmod(0o444)
    done = run("fix", "np.md", folder=folder)
    assert (done.returncode, "np.md" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
    assert post.read_text() == UNIMPORTED


def test_nothing_is_written_when_one_target_cannot_be(folder: Path) -> None:
    (folder / "two.md").write_text(UNIMPORTED)
    (folder / "two.md").chmod(0o444)
    assert run("fix", "np.md", "two.md", folder=folder).returncode == 2
    assert (folder / "np.md").read_text() == UNIMPORTED


def test_exit_codes_of_fix(folder: Path) -> None:
    assert run("fix", "--diff", "prose.md", folder=folder).returncode == 5
    assert run("fix", "broken.md", "prose.md", folder=folder).returncode == 1
    assert run("fix", "good.md", "prose.md", folder=folder).returncode == 5


def test_the_diff_names_the_post_from_the_top_of_the_repository(folder: Path) -> None:
    below = folder / "posts"
    below.mkdir()
    (below / "np.md").write_text(UNIMPORTED)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for path, where in (("np.md", below), (str(below / "np.md"), folder), ("../posts/np.md", below)):
        shown = run("fix", "--diff", path, folder=where).stdout
        assert shown.startswith("--- a/posts/np.md\n+++ b/posts/np.md\n")
    subprocess.run(["git", "apply", "-"], input=shown, text=True, cwd=folder, check=True)
    assert "import numpy as np" in (below / "np.md").read_text()


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or sys.platform == "win32", reason="signals are POSIX's")
def test_being_ended_leaves_nothing_behind(folder: Path) -> None:
    (folder / "slow.md").write_text("```python\nimport time\ntime.sleep(60)\n```\n")
    command = [sys.executable, "-m", "dlexamples", "check", "slow.md"]
    # A socket's path is short, and so must be that of the folder.
    with tempfile.TemporaryDirectory() as name:
        temporary = Path(name)
        with subprocess.Popen(command, cwd=folder, env={**os.environ, "TMPDIR": name}) as process:
            deadline = time.monotonic() + 30
            while not list(temporary.glob("*/*/scratch")):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            process.terminate()
            assert process.wait(timeout=30) == 128 + signal.SIGTERM
        assert list(temporary.iterdir()) == []


def test_fix_diff_writes_nothing(folder: Path) -> None:
    done = run("fix", "--diff", "np.md", folder=folder)
    assert done.returncode == 1
    assert "--- a/np.md\n+++ b/np.md\n" in done.stdout
    assert "+import numpy as np\n" in done.stdout
    assert (folder / "np.md").read_text() == UNIMPORTED
    assert run("fix", "--diff", "good.md", folder=folder).returncode == 0
    done = run("fix", "--diff", "broken.md", folder=folder)
    assert (done.stdout, "broken.md: 1 block without a fix: `dlexamples check` says why" in done.stderr) == ("", True)


def test_json_is_the_contract(folder: Path) -> None:
    done = run("check", "--output-format", "json", "good.md", "np.md", "broken.md", "prose.md", folder=folder)
    report = validated(done.stdout)
    assert [d["path"] for d in report["documents"]] == ["good.md", "np.md", "broken.md", "prose.md"]
    assert report["schema_version"] == 1


def test_output_goes_to_a_file(folder: Path) -> None:
    done = run("check", "-o", "report.json", "--output-format", "json", "good.md", folder=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert validated((folder / "report.json").read_text())["documents"][0]["path"] == "good.md"


def test_folders_are_searched(folder: Path) -> None:
    (folder / "docs" / "drafts").mkdir(parents=True)
    (folder / "docs" / "good.md").write_text(GOOD)
    (folder / "docs" / "prose.md").write_text("# A\n")
    (folder / "docs" / "drafts" / "broken.md").write_text(BROKEN)
    assert run("check", "docs", folder=folder).returncode == 1
    done = run("check", "docs", "--exclude", "drafts/", folder=folder)
    assert (done.returncode, "DL002" in done.stdout + done.stderr) == (0, False)
    assert "docs/good.md:3" in done.stdout
    (folder / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["docs"]\nexclude = ["drafts/"]\n')
    assert run("check", folder=folder).returncode == 0
    assert run("fix", folder=folder).returncode == 0
    assert run("check", "docs/drafts", folder=folder).returncode == 1
    assert run("check", "docs", folder=folder, DLEXAMPLES_EXCLUDE="nothing/").returncode == 1


def test_posts_without_python_in_a_folder(folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "prose.md").write_text("# A\n")
    for command in ("check", "fix"):
        none = run(command, "docs", folder=folder)
        assert (none.returncode, "docs/prose.md: DL002" in none.stderr) == (5, True)
    (folder / "docs" / "good.md").write_text(GOOD)
    for command in ("check", "fix"):
        assert run(command, "docs", folder=folder).returncode == 0
        assert run(command, "docs", "docs/prose.md", folder=folder).returncode == 5


def test_a_post_that_cannot_be_read_among_others(folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "a.md").write_bytes(b"\xff")
    (folder / "docs" / "b.md").write_text(UNIMPORTED)
    for command in (["list"], ["check"], ["fix"]):
        done = run(*command, "docs", "nothing.md", folder=folder)
        assert (done.returncode, "docs/b.md" in done.stdout, "Traceback" in done.stderr) == (2, True, False)
        assert "docs/a.md: byte 0xff" in done.stderr
        assert "nothing.md: no such file" in done.stderr
    assert "import numpy" in (folder / "docs" / "b.md").read_text()


def test_explain(folder: Path) -> None:
    done = run("explain", "dl201", folder=folder)
    assert (done.returncode, done.stdout.startswith("# DL201")) == (0, True)


def test_looking_things_up_imports_no_framework(folder: Path) -> None:
    """`--help`, `list` and `explain` answer at once."""
    for arguments in (["--help"], ["list", "good.md"], ["explain", "DL201"]):
        code = (
            "import sys, atexit\n"
            "atexit.register(lambda: print(sorted({'torch', 'tensorflow', 'keras', 'numpy', 'sklearn', 'libcst', 'ray'}"
            " & set(sys.modules)), file=sys.stderr))\n"
            f"sys.argv = ['dlexamples', *{arguments!r}]\n"
            "from dlexamples.cli import main\nmain()"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)
        assert (done.returncode, done.stderr.strip()) == (0, "[]")


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_no_gpu_here_is_said(folder: Path) -> None:
    (folder / "torch.md").write_text("# A\n\n```python\nimport torch\nprint(torch.ones(1))\n```\n")
    done = run("check", "--device", "cuda", "torch.md", folder=folder, CUDA_VISIBLE_DEVICES="-1")
    assert (done.returncode, "GPU" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_causes_are_told_in_order_where_nothing_is_offered(folder: Path) -> None:
    block = "import torch\nmodel = torch.nn.Linear(2, 1)\nmodel.compile(loss='mse', optimizer='adam')\nmodel.layer\n"
    (folder / "post.md").write_text(f"```python\n{block}assert 1 == 2\n```\n")
    report = validated(run("check", "--output-format", "json", "post.md", folder=folder).stdout)
    (found,) = report["documents"][0]["blocks"]
    assert [(d["code"], d["level"], d["line"]) for d in found["diagnostics"]] == [
        ("DL201", "error", 4),
        ("DL202", "note", 5),
        ("DL205", "error", 6),
    ]
    assert all(d["fix"] is None or d["fix"]["applicability"] == "display" for d in found["diagnostics"])
    assert (found["verdict"], found["edits"], found["runnable_source"]) == ("failed", [], found["source"])


def test_a_message_tells_the_documents_line(folder: Path) -> None:
    (folder / "post.md").write_text("# A\n\n```python\nfor i in range(3):\nelse:\n    print(i)\n```\n")
    report = validated(run("check", "--output-format", "json", "post.md", folder=folder).stdout)
    (diagnostic,) = report["documents"][0]["blocks"][0]["diagnostics"]
    assert (diagnostic["line"], "on line 4" in diagnostic["message"]) == (5, True)


def test_what_is_labelled_python_and_is_none_is_told_so(folder: Path) -> None:
    blocks = ("Epoch 1. Loss: 0.3", "y = w * x + b", "print(missing)")
    (folder / "post.md").write_text("".join(f"```python\n{block}\n```\n\n" for block in blocks))
    report = validated(run("check", "--output-format", "json", "post.md", folder=folder).stdout)
    output, formula, code = report["documents"][0]["blocks"]
    assert (output["verdict"], "says python, but it holds only" in output["reason"]) == ("not_python", True)
    assert "label the fence `text`" in formula["diagnostics"][0]["message"]
    assert "label the fence" not in code["diagnostics"][0]["message"]


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_a_mend_that_runs_out_of_time_is_told(folder: Path) -> None:
    block = "import torch\nmodel = torch.nn.Linear(2, 2)\nmodel.compile(loss='cross_entropy', optimizer='adam')"
    (folder / "post.md").write_text(f"```python\n{block}\nmodel.fit(XOR_data, epochs=10**9, verbose=0)\n```\n")
    done = run("check", "--timeout", "3", "--output-format", "json", "post.md", folder=folder)
    (found,) = validated(done.stdout)["documents"][0]["blocks"]
    assert (found["verdict"], found["edits"]) == ("failed", [])
    assert "mended, the block was still running after 3 s" in found["reason"]

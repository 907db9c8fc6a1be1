"""The settings of the sandbox, what a machine lacks for it, and that all of it is told."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples import cli, reports
from dlexamples.formats import parse
from dlexamples.model import Policy, Report, Sandbox
from dlexamples.run import machine
from dlexamples.run.conditions import Conditions
from dlexamples.run.environment import inherited, of_network
from dlexamples.settings import BadSettingError, load

if TYPE_CHECKING:
    from collections.abc import Callable

LACKING = "namespaces (unshare: Operation not permitted): and so on"


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in a folder with a post; gives its exit code and what it wrote."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "post.md").write_text("```python\nprint('ran')\n```\n")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dlexamples", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err

    return run


@pytest.fixture
def poor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has not got everything."""
    monkeypatch.setattr(machine, "machine", lambda: machine.Machine(False, (LACKING,)))


def test_a_machine_is_what_its_kernel_says() -> None:
    assert machine.found(landlock=7, seccomp=True, namespaces="") == machine.Machine(True)
    assert machine.found(landlock=7, seccomp=False, namespaces="") == machine.Machine(True)
    refused = machine.found(landlock=7, seccomp=True, namespaces="unshare: Operation not permitted")
    assert not refused.namespaces
    (told,) = refused.lacking
    assert told.startswith("namespaces (unshare: Operation not permitted): ")
    assert "signal" not in told
    old = machine.found(landlock=1, seccomp=True, namespaces="no")
    assert "signal your processes" in old.lacking[0]
    nothing = machine.found(landlock=0, seccomp=False, namespaces="no")
    assert [each.partition(" ")[0] for each in nothing.lacking] == ["namespaces", "seccomp", "Landlock"]
    assert "read and write your files" in nothing.lacking[2]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_shut_nothing_in(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(machine, "machine", machine.machine.__wrapped__)
    (told,) = machine.sandbox(Conditions()).lacking
    assert platform in told
    assert machine.shut_in(Conditions()) is None
    with pytest.raises(machine.NotShutInError, match=platform):
        machine.sandbox(Conditions(sandbox="require"))


@pytest.mark.usefixtures("poor")
def test_what_is_lacking_is_told_once(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("check", "post.md", "post.md")
    assert code == 0
    assert err.count(LACKING) == 1
    assert " ".join(out.split()).count(LACKING) == 1
    code, out, err = run("check", "--output-format", "json", "post.md")
    (document,) = json.loads(out)["documents"]
    assert document["sandbox"] == {"mode": "auto", "network": False, "lacking": [LACKING]}
    assert err.count(LACKING) == 1


@pytest.mark.usefixtures("poor")
@pytest.mark.parametrize("command", ["check", "fix"])
def test_what_is_required_is_there_or_nothing_is_run(run: Callable[..., tuple[int, str, str]], command: str) -> None:
    code, out, err = run(command, "--sandbox", "require", "post.md")
    assert (code, out) == (2, "")
    assert err.startswith("dlexamples: blocks cannot be shut in wholly")
    assert LACKING in err
    assert "--sandbox auto" in err
    assert "our own fault" not in err


def test_a_sandbox_that_is_off_is_told(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    post = f"```python\nopen({str(outside)!r}, 'w').write('x')\n```\n"
    (tmp_path / "post.md").write_text(post)
    code, out, _ = run("check", "post.md")
    assert (code, outside.exists()) == (1, False)
    assert "DL505" in out or "DL503" in out
    assert "sandbox off" not in out
    code, out, _ = run("check", "--sandbox", "off", "post.md")
    assert (code, outside.exists()) == (0, True)
    assert "sandbox off: blocks could do what you may\n" in out
    code, out, _ = run("check", "--sandbox", "off", "--output-format", "json", "post.md")
    assert json.loads(out)["documents"][0]["sandbox"]["mode"] == "off"


def test_an_open_network_is_told_and_opens_nothing_else(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    block = "import os\ntry:\n    open('/etc/passwd')\nexcept OSError:\n    print(len(os.listdir('/sys/class/net')))"
    (tmp_path / "post.md").write_text(f"```python\n{block}\nprint(1 / 0)\n```\n")
    _, out, _ = run("check", "--network", "post.md")
    assert "network open: " in out
    _, out, _ = run("check", "--network", "--output-format", "json", "post.md")
    (document,) = json.loads(out)["documents"]
    assert document["sandbox"]["network"] is True
    assert document["blocks"][0]["stdout"].strip().isdigit()
    _, out, _ = run("check", "--output-format", "json", "post.md")
    assert json.loads(out)["documents"][0].get("sandbox", {}).get("network", False) is False


@pytest.mark.parametrize(("mode", "passes"), [("auto", True), ("require", False)])
def test_pytest_tells_what_is_lacking(tmp_path: Path, mode: str, passes: bool) -> None:
    (tmp_path / "post.md").write_text("```python\nprint('ran')\n```\n")
    (tmp_path / "pyproject.toml").write_text(f"[tool.dlexamples]\nsandbox = {mode!r}\n")
    (tmp_path / "conftest.py").write_text(
        f"from dlexamples.run import machine\nmachine.machine = lambda: machine.Machine(False, ({LACKING!r},))\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "post.md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode == 0) is passes, done.stdout
    assert LACKING in done.stdout
    assert ("cannot be shut in wholly" in done.stdout) is not passes


def test_blocks_that_are_shut_in_wholly_need_no_word() -> None:
    report = Report(parse(Path("post.md"), "text\n"), (), sandbox=Sandbox("require"))
    for output_format in ("text", "json"):
        stream = io.StringIO()
        reports.write(output_format, [report], Policy(frozenset()), stream)
        assert "sandbox" not in stream.getvalue()
        assert "shut in" not in stream.getvalue()


def test_memory_is_what_is_asked_for(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("```python\nkept = bytearray(300_000_000)\n```\n")
    assert run("check", "post.md")[0] == 0
    code, out, _ = run("check", "--memory", "200", "post.md")
    assert code == 1
    assert "error[DL906]" in out


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sandbox", '"on"', "one of auto, require, off"),
        ("memory", "1", "a number of megabytes from 16 to 16,777,216"),
        ("memory", "true", "a number of megabytes"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, name: str, value: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.dlexamples]\n{name} = {value}\n")
    with pytest.raises(BadSettingError, match=message):
        load(tmp_path, {})


def test_settings_come_from_the_environment_too(tmp_path: Path) -> None:
    found = load(tmp_path, {"DLEXAMPLES_SANDBOX": "require", "DLEXAMPLES_MEMORY": "512"})
    assert (found.sandbox, found.memory) == ("require", 512)
    with pytest.raises(BadSettingError, match="DLEXAMPLES_MEMORY is 'much'"):
        load(tmp_path, {"DLEXAMPLES_MEMORY": "much"})


def test_only_what_a_program_needs_is_inherited() -> None:
    needed = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "LC_ALL": "C",
        "PYTHONPATH": "src",
        "CUDA_VISIBLE_DEVICES": "1",
        "TOKENIZERS_PARALLELISM": "0",
    }
    authors = dict.fromkeys(
        [
            "ACTIONS_RUNTIME_TOKEN", "AWS_PROFILE", "CI", "CI_JOB_TOKEN", "DATABASE_URL", "GITHUB_OUTPUT",
            "GOOGLE_APPLICATION_CREDENTIALS", "HF_TOKEN", "HTTPS_PROXY", "KERAS_HOME", "NVIDIA_API_KEY",
            "PYTHONOPTIMIZE", "PYTHON_GITLAB_PRIVATE_TOKEN", "RUNNER_TEMP", "SSH_AUTH_SOCK", "TF_API_KEY_FILE",
            "WANDB_API_KEY", "DB_PASSWORD",
        ],
        "x",
    )  # fmt: skip
    assert inherited({**needed, **authors}) == needed
    assert of_network({**needed, **authors}) == {"HTTPS_PROXY": "x"}

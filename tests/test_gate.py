"""What a team installs: the GitHub action, the hooks of pre-commit, the job of GitLab; what a job's log may hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract import validated
from packaging.requirements import Requirement
from repositories import ENVIRONMENT, commit, git, repository
from ruamel.yaml import YAML
from test_cli import run
from test_output_formats import validate

from dlexamples.formats import suffixes
from dlexamples.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
GOOD = "# A\n\n```python\nx = 1\n```\n"
BROKEN = "# A\n\n```python\nfloat('no')\n```\n"
PROSE = "# A\n\nText.\n"
HOSTILE = """\
# ::warning::a heading

```python
# ::error::a comment
print("::error::printed")
print("  ::set-output name=failed::0")
print("##[error]printed")
print("::stop-commands::mine", flush=True)
print("::mine::", flush=True)
import os
os._exit(3)
```
"""


def tool(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command of the environment that these tests run in."""
    return subprocess.run([BIN / arguments[0], *arguments[1:]], cwd=folder, capture_output=True, text=True)


def loaded(name: str) -> Any:
    return YAML(typ="safe").load(ROOT / name)


# What the files say


@pytest.mark.parametrize(
    ("name", "schema"), [("action.yml", "vendor.github-actions"), ("ci/gitlab.yml", "vendor.gitlab-ci")]
)
def test_files_are_what_their_readers_ask_for(name: str, schema: str, tmp_path: Path) -> None:
    # A job that only others extend is anything to the schema: it is looked at as one of them.
    text = (ROOT / name).read_text("utf-8").replace("\n.dlexamples:\n", "\nposts:\n")
    for written, code in ((text, 0), (text.replace("using:", "uses:").replace("image:", "imago:"), 1)):
        (tmp_path / "file.yml").write_text(written)
        done = tool("check-jsonschema", "--builtin-schema", schema, str(tmp_path / "file.yml"))
        assert done.returncode == code, done.stdout


def test_the_action_gives_no_input_to_a_shell(tmp_path: Path) -> None:
    done = tool("zizmor", "--offline", "--no-progress", "--persona=auditor", "action.yml")
    assert done.returncode == 0, done.stdout
    for step in loaded("action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"]
    pasted = (
        (ROOT / "action.yml").read_text("utf-8").replace("ci/action-check\"'", "ci/action-check\" ${{ inputs.args }}'")
    )
    (tmp_path / "action.yml").write_text(pasted)
    found = tool("zizmor", "--offline", "--no-progress", "--persona=auditor", str(tmp_path / "action.yml"))
    assert (found.returncode != 0, "template-injection" in found.stdout) == (True, True)


def test_the_action_passes_every_input_and_output_on() -> None:
    action = loaded("action.yml")
    given = {value for step in action["runs"]["steps"] for value in step["env"].values()}
    assert {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]} <= given
    scripts = "".join((ROOT / "ci" / name).read_text("utf-8") for name in ("action-install", "action-check"))
    names = {name for step in action["runs"]["steps"] for name in step["env"] if not name.startswith("DLEXAMPLES_")}
    assert all(name in scripts for name in names)
    # The others are settings, which dlexamples reads itself.
    settings = {name: "auto" for step in action["runs"]["steps"] for name in step["env"] if "DLEXAMPLES_" in name}
    assert load(ROOT, settings | {"DLEXAMPLES_ACCEPT": "filled"}) != load(ROOT, {})
    with pytest.raises(ValueError, match="DLEXAMPLES_DEVICE"):
        load(ROOT, {"DLEXAMPLES_DEVICE": "no device"})


def test_hooks_are_a_manifest_and_look_at_every_kind_of_post() -> None:
    assert tool("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml").returncode == 0
    for hook in loaded(".pre-commit-hooks.yaml"):
        assert all(re.search(hook["files"], f"posts/a{suffix}") for suffix in suffixes())
        assert all(re.search(hook["files"], f"posts/a{suffix.upper()}") for suffix in suffixes())
        assert not re.search(hook["files"], "posts/md.py")


# The action's script, on a scratch repository


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A repository on a branch that adds a broken post to a good one."""
    folder = repository(tmp_path / "a repository", good=GOOD, old=BROKEN)
    git(folder, "checkout", "--quiet", "-b", "topic")
    commit(folder, **{"a $(touch pwned) post": BROKEN})
    return folder


class Step:
    """One step of a job, as GitHub runs it."""

    def __init__(self, folder: Path, *, number: int = 1, **inputs: str) -> None:
        self.temp = folder.parent / "temp"
        self.temp.mkdir(exist_ok=True)
        files = {name: self.temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        environment = {
            **{name: value for name, value in ENVIRONMENT.items() if not name.startswith(("GITHUB_", "CI_"))},
            **{name: str(file) for name, file in files.items()},
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(folder),
            "RUNNER_TEMP": str(self.temp),
            "PYTHONPATH": str(ROOT),
            "DLEXAMPLES": str(BIN / "dlexamples"),
            "DLEXAMPLES_TRIES": "0",
            **inputs,
        }
        command = loaded("action.yml")["runs"]["steps"][number]["run"]
        # How `shell: bash` starts it.
        bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
        self.done = subprocess.run(bash, cwd=folder, env=environment, capture_output=True, text=True)
        self.code = self.done.returncode
        self.outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        self.summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        self.commands = commands(self.done.stdout)


def commands(log: str) -> list[str]:
    """The workflow commands that the runner would follow, as its ActionCommand.cs and ActionCommandManager.cs find
    them: those of the second version at the start of a line, those of the first anywhere in it."""
    found, stopped = [], ""
    for line in log.splitlines():
        text = line.strip()
        if stopped:
            stopped = "" if text == f"::{stopped}::" else stopped
        elif text.startswith("::stop-commands::"):
            stopped = text.removeprefix("::stop-commands::")
        elif re.match(r"::\S", text) or "##[" in text:
            found.append(text)
    assert not stopped
    return found


def test_the_step(posts: Path) -> None:
    step = Step(posts, INPUT_PATHS=".\n", INPUT_SARIF_FILE="out.sarif", INPUT_JUNIT_FILE="out.xml")
    assert step.code == 1, step.done.stderr
    assert not (posts / "pwned").exists()
    assert "✗ failed" in step.done.stdout
    counts = {name: step.outputs[name] for name in ("exit-code", "posts", "blocks", "passed", "failed", "not-accepted")}
    assert counts == {
        "exit-code": "1", "posts": "3", "blocks": "3", "passed": "1", "failed": "2", "not-accepted": "2",
    }  # fmt: skip
    assert set(step.outputs) == set(loaded("action.yml")["outputs"]) | {"not-python"}
    assert len(validated(Path(step.outputs["report"]).read_text("utf-8"))["documents"]) == 3
    validate("sarif", (posts / "out.sarif").read_text("utf-8"))
    validate("junit", (posts / "out.xml").read_text("utf-8"))
    assert [command.split(",")[0] for command in step.commands] == ["::error title=DL204 in a-1"] * 2
    assert step.summary.startswith("## dlexamples: 2 of 3 blocks not accepted\n")


def test_the_action_installs_its_own_checkout(posts: Path) -> None:
    """Into an environment that finds the packages of this one, which pip takes for installed."""
    environment = posts.parent / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    (only,) = environment.glob("lib/python*/site-packages")
    (only / "these.pth").write_text("\n".join(path for path in sys.path if path.endswith("-packages")))
    step = Step(posts, number=0, INPUT_PYTHON=str(environment / "bin" / "python"), PYTHONPATH="")
    assert step.code == 0, step.done.stderr
    command = step.outputs["dlexamples"]
    assert command == str(environment / "bin" / "dlexamples")
    assert Step(posts, INPUT_PATHS="good.md", DLEXAMPLES=command, PYTHONPATH="").outputs["passed"] == "1"


def test_only_what_a_pull_request_changes(posts: Path) -> None:
    step = Step(posts, INPUT_PATHS=".", INPUT_CHANGED="true")
    assert (step.code, step.outputs["posts"], "(main)" in step.done.stderr) == (1, "1", True)
    step = Step(posts, INPUT_PATHS=".", INPUT_CHANGED="HEAD")
    assert (step.code, step.outputs["posts"], step.commands) == (0, "0", [])
    assert "nothing was checked" in step.done.stderr
    assert "nothing was checked" in step.summary


def test_the_step_fails_where_it_is_told_to(posts: Path) -> None:
    assert Step(posts, INPUT_PATHS="old.md", INPUT_FAIL_ON="fault").code == 0
    assert Step(posts, INPUT_PATHS="nothing.md", INPUT_FAIL_ON="fault").code == 2
    assert Step(posts, INPUT_PATHS="good.md", INPUT_FAIL_ON="fualt").code == 2
    assert Step(posts, INPUT_PATHS="good.md", INPUT_STRICT="True").code == 2
    step = Step(posts, INPUT_PATHS="good.md", INPUT_ARGS="--no-such-option")
    assert (step.code, step.outputs) == (2, {"exit-code": "2"})


def test_inputs_are_settings_and_options(posts: Path) -> None:
    run("check", "--tries", "0", "--write-baseline", "known.json", "old.md", folder=posts)
    step = Step(posts, INPUT_PATHS="good.md\nold.md\n", DLEXAMPLES_BASELINE="known.json", INPUT_SUMMARY="false")
    assert (step.code, step.outputs["known"], step.summary) == (0, "1", "")
    step = Step(posts, INPUT_PATHS="good.md", INPUT_STRICT="true", INPUT_ARGS="--timeout 5 --no-diff * $(touch pwned)")
    assert (step.code, (posts / "pwned").exists()) == (2, False)
    assert "* " in step.done.stderr or "touch" in step.done.stderr


# A job's log


def test_a_post_gives_the_runner_no_command(tmp_path: Path) -> None:
    (tmp_path / "hostile.md").write_text(HOSTILE)
    step = Step(tmp_path, INPUT_PATHS="hostile.md")
    assert (step.code, step.outputs["failed"]) == (1, "1")
    assert "::error::printed" in step.done.stdout
    assert "::set-output" in step.done.stdout
    assert all(re.match(r"::(error|warning|notice) title=DL", command) for command in step.commands)
    assert len(step.commands) >= 1
    assert not commands(step.done.stderr)


def test_elsewhere_nothing_is_wrapped(tmp_path: Path) -> None:
    (tmp_path / "hostile.md").write_text(HOSTILE)
    done = run("check", "--tries", "0", "hostile.md", folder=tmp_path, GITHUB_ACTIONS="")
    assert "stdout    ::" in done.stdout
    assert "\n::" not in done.stdout


def test_a_report_for_machines_is_left_alone_in_a_job(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    summary = tmp_path / "summary"
    done = run(
        "check", "--output-format", "json", "good.md",
        folder=tmp_path, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert validated(done.stdout)
    assert not summary.exists()


def test_summaries_of_a_job_stay_within_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlexamples.reports.markdown.MOST_BYTES", 1_000)
    (tmp_path / "old.md").write_text(BROKEN)
    summary = tmp_path / "summary"
    for _ in range(4):
        run(
            "check", "--tries", "0", "old.md",
            folder=tmp_path, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary),
        )  # fmt: skip
    text = summary.read_text("utf-8")
    assert text.startswith("## dlexamples: 1 of 1 block not accepted\n")
    assert "_Cut here:" in text
    assert len(text) < 1_500


def test_reports_beside_the_report(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text(BROKEN)
    reports = ["--report", "sarif=a.sarif", "--report", "badge=badge.json"]
    done = run("check", "--tries", "0", *reports, "old.md", folder=tmp_path)
    assert "✗ failed" in done.stdout
    validate("sarif", (tmp_path / "a.sarif").read_text("utf-8"))
    validate("badge", (tmp_path / "badge.json").read_text("utf-8"))
    for wrong in ("sarif", "sarif=", "yaml=x", "json=old.md"):
        assert run("check", "--report", wrong, "old.md", folder=tmp_path).returncode == 2
    assert (tmp_path / "old.md").read_text() == BROKEN


# The job of GitLab


def test_the_job_of_gitlab(posts: Path) -> None:
    job = loaded("ci/gitlab.yml")[".dlexamples"]
    environment = {**ENVIRONMENT, **job["variables"], "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    environment |= {"DLEXAMPLES_TRIES": "0", "DLEXAMPLES_PATHS": "good.md old.md"}
    done = subprocess.run(["bash", "-c", *job["script"]], cwd=posts, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    kept = job["artifacts"]["reports"]
    validate("gitlab", (posts / kept["codequality"]).read_text("utf-8"))
    validate("junit", (posts / kept["junit"]).read_text("utf-8"))


def test_the_job_of_gitlab_installs_what_it_is_told(tmp_path: Path) -> None:
    job = loaded("ci/gitlab.yml")[".dlexamples"]
    pip = tmp_path / "pip"
    pip.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    pip.chmod(0o755)

    def installed(source: str) -> subprocess.CompletedProcess[str]:
        environment = {**ENVIRONMENT, **job["variables"], "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        command = ["bash", "-c", *job["before_script"]]
        environment["DLEXAMPLES_SOURCE"] = source
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    for source in ("git+https://host/dlexamples.git@1f2e", ROOT.as_uri(), "https://host/dlexamples-1-py3-none-any.whl"):
        *_, wanted = installed(source).stdout.splitlines()
        requirement = Requirement(wanted)
        assert (requirement.name, requirement.extras, requirement.url) == ("dlexamples", {"torch"}, source)
    refused = installed("")
    assert (refused.returncode != 0, "says what pip installs dlexamples from" in refused.stderr) == (True, True)


# The hooks


@pytest.fixture
def hooked(tmp_path: Path) -> Iterator[Path]:
    """A repository with our hooks, whose commands are those of the environment that these tests run in."""
    folder = repository(tmp_path / "hooked", good=GOOD, about=PROSE)
    hooks = [hook | {"language": "unsupported"} for hook in loaded(".pre-commit-hooks.yaml")]
    YAML(typ="safe").dump({"repos": [{"repo": "local", "hooks": hooks}]}, folder / ".pre-commit-config.yaml")
    git(folder, "add", "--all")
    yield folder
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)


def hook(folder: Path, name: str, stage: str) -> tuple[int, str]:
    environment = {**ENVIRONMENT, "PRE_COMMIT_HOME": str(folder.parent / "cache"), "PYTHONPATH": str(ROOT)}
    environment |= {"PATH": f"{BIN}:{os.environ['PATH']}", "DLEXAMPLES_TRIES": "0"}
    command = [str(BIN / "pre-commit"), "run", name, "--hook-stage", stage, "--verbose"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_quick_hook_runs_nothing(hooked: Path) -> None:
    (hooked / "new.md").write_text("# A\n\n```python\nopen('ran', 'w')\nraise ValueError('no')\n```\n")
    (hooked / "about.md").write_text(PROSE + "\nMore.\n")
    git(hooked, "add", "--all")
    code, said = hook(hooked, "dlexamples-static", "pre-commit")
    assert (code, "1 skipped" in said) == (0, True), said
    (hooked / "new.md").write_text("# A\n\n```python\nimport math\nmath.squrt(2)\n```\n\n```python\nx = (\n```\n")
    git(hooked, "add", "--all")
    code, said = hook(hooked, "dlexamples-static", "pre-commit")
    assert (code, "2 failed" in said, "DL202" in said, "DL001" in said) == (1, True, True, True), said


def test_the_hook_before_a_push_runs_what_is_pushed(hooked: Path) -> None:
    (hooked / "about.md").write_text(PROSE + "\nMore.\n")
    git(hooked, "add", "--all")
    assert hook(hooked, "dlexamples", "pre-push")[0] == 0
    (hooked / "new.md").write_text(BROKEN)
    git(hooked, "add", "--all")
    code, said = hook(hooked, "dlexamples", "pre-push")
    assert (code, "1 failed" in said) == (1, True), said


def test_pre_commit_installs_and_tries_the_hook(tmp_path: Path) -> None:
    """`pre-commit try-repo` on what stands here, with pip's packages found where they are."""
    ours = tmp_path / "ours"
    shutil.copytree(ROOT / "dlexamples", ours / "dlexamples", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, ours)
    git(tmp_path, "init", "--quiet", "ours")
    commit(ours)
    folder = repository(tmp_path / "tried", good=GOOD)
    (folder / "new.md").write_text("# A\n\n```python\nimport math\nmath.squrt(2)\n```\n")
    git(folder, "add", "--all")
    packages = os.pathsep.join(path for path in sys.path if path.endswith("-packages"))
    environment = {**ENVIRONMENT, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "PYTHONPATH": packages}
    command = [str(BIN / "pre-commit"), "try-repo", str(ours), "dlexamples-static", "--verbose", "--files", "new.md"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert (done.returncode, "1 failed" in done.stdout, "did you mean `sqrt`?" in done.stdout) == (1, True, True), done

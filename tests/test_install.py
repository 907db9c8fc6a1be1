"""`--install`: what a post wants and lacks here lies beside the installed packages, for that post alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order, validated
from test_cli import run
from wheels import TINY, wheel

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.install import NEEDED, equipped
from dlexamples.install.commands import commands
from dlexamples.install.environments import environment
from dlexamples.install.installers import Pin, RefusedError, Uv, installer, require_small
from dlexamples.install.wanted import IMPORTED, SAID, here, wanted
from dlexamples.model import Document, Package, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner
from dlexamples.stated import Stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Outcome


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool() as pool:
        yield pool


def post(text: str) -> Document:
    return parse(Path("post.md"), text)


def told(document: Document) -> list[tuple[str, int, str]]:
    return [(f.diagnostic.level, f.diagnostic.span.line, f.diagnostic.message) for f in document.flaws]


def with_packages(text: str, heard: list[Sequence[str]] | None = None) -> Document:
    return equipped(post(text), lambda _, requirements: (heard if heard is not None else []).append(requirements))


def checked(pool: Pool, document: Document) -> list[Outcome]:
    runner = Runner(pool, document, Conditions(timeout=30.0, device="cpu"))
    found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


USES = """Run `pip install tiny-one==1.0` first.

```python
import importlib.metadata
import tiny_one

print(tiny_one.ONE, importlib.metadata.version("tiny-one"))
```
"""


def test_a_post_gets_what_it_tells_its_reader_to_install(pool: Pool, index: Path) -> None:
    heard: list[Sequence[str]] = []
    document = with_packages(USES, heard)
    assert document.environment.packages == (Package("tiny-one", "1.0", SAID), Package("tiny-two", "1.0", NEEDED))
    (outcome,) = checked(pool, document)
    assert (outcome.verdict, outcome.stdout) == (Verdict.PASSED, "1 1.0\n")
    assert heard == [["tiny-one==1.0"]]
    assert with_packages(USES, heard).environment == document.environment
    assert len(heard) == 1, "a second check installs nothing"


def test_pip_does_it_where_uv_is_not(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    wheel(index, "wants-old", files={"wants_old.py": ""}, requires=("numpy<1",))
    document = with_packages(f"`pip install wants-old`\n\n{USES}")
    assert document.environment.packages == (Package("tiny-one", "1.0", SAID), Package("tiny-two", "1.0", NEEDED))
    assert list(Path(document.environment.folder).glob("tiny_two.py"))
    assert document.environment.refused["wants-old"].startswith("wants-old 1.0 depends on numpy<1, and numpy==")
    assert installer().newest("tiny-one") == "2.0"


def test_a_process_that_is_not_forked_finds_it_too(index: Path) -> None:
    with Pool(fork=False) as pool:
        (outcome,) = checked(pool, with_packages(USES))
    assert outcome.verdict is Verdict.PASSED


def test_nothing_is_installed_unasked(pool: Pool, index: Path) -> None:
    (outcome,) = checked(pool, post(USES))
    assert outcome.reason == "package `tiny_one` is not installed; install it with `pip install tiny-one`"
    assert not (index.parent / "cache").exists()


def test_what_is_installed_here_comes_first_and_is_not_installed_again(pool: Pool, index: Path) -> None:
    # It brings a module that is here, in a version of its own.
    wheel(index, "shadows", files={"click/__init__.py": "__version__ = '0'\n", "shadows.py": ""}, requires=("click",))
    wheel(index, "click", "999.0", files={"click/__init__.py": ""})
    document = with_packages(
        "```bash\npip install shadows\n```\n\n```python\nimport click, shadows\nassert click.Command\n"
        "import importlib.metadata as m\nassert m.version('click') != '999.0'\n```\n"
    )
    assert document.environment.packages == (Package("shadows", "1.0", SAID),)
    assert checked(pool, document)[1].verdict is Verdict.PASSED


def test_namespaces_and_entry_points_are_found(pool: Pool, index: Path) -> None:
    files = {
        "google/tiny_space.py": "x = 1\n",
        "tiny_entry-1.0.dist-info/entry_points.txt": "[tiny.group]\nhere = google.tiny_space:x\n",
    }
    wheel(index, "tiny-entry", files=files)
    document = with_packages(
        "```bash\npip install tiny-entry\n```\n\n```python\nfrom importlib.metadata import entry_points\n"
        "(point,) = entry_points(group='tiny.group')\nassert point.load() == 1\n```\n"
    )
    assert checked(pool, document)[1].verdict is Verdict.PASSED


def test_a_package_that_wants_another_version_of_what_is_here_is_refused(pool: Pool, index: Path) -> None:
    wheel(index, "wants-old", files={"wants_old.py": ""}, requires=("numpy<1",))
    wheel(index, "numpy", "0.9", files={"numpy.py": ""})
    document = with_packages(
        "```bash\npip install wants-old\npip install tiny-one\n```\n\n```python\nimport wants_old\n```\n"
    )
    assert [package.name for package in document.environment.packages] == ["tiny-one", "tiny-two"]
    reason = checked(pool, document)[1].reason
    assert reason.startswith("package `wants_old` is not installed, and `wants-old` was left out for this post: ")
    assert "numpy<1" in reason
    assert here()["numpy"] in reason


def test_an_older_release_than_a_readers_is_told(index: Path) -> None:
    wheel(index, "tiny-one", "2.1", files=TINY, requires=("numpy<1",))
    document = with_packages("```bash\npip install tiny-one\n```\n")
    assert document.environment.packages[0] == Package("tiny-one", "2.0", SAID)
    ((level, line, message),) = told(document)
    assert (level, line) == ("warning", 2)
    assert message.startswith("tiny-one 2.0 was installed, and a reader gets 2.1, ")


def test_an_earlier_major_version_than_a_readers_is_none(index: Path) -> None:
    wheel(index, "tiny-one", "3.0", files=TINY, requires=("numpy<1",))
    document = with_packages("```bash\npip install tiny-one\npip install tiny-two\n```\n")
    assert document.environment.packages == (Package("tiny-two", "1.0", SAID),)
    ((level, line, message),) = told(document)
    assert (level, line) == ("warning", 2)
    assert message.startswith("`--install` leaves `tiny-one` out: ")
    assert f"numpy=={here()['numpy']}" in message
    assert "numpy<1" in message
    assert with_packages("`pip install 'tiny-one<3'`").environment.packages[0] == Package("tiny-one", "2.0", SAID)


def test_of_two_packages_with_the_same_modules_the_first_is_taken(index: Path) -> None:
    wheel(index, "tiny-nightly", "3.0", files=TINY, requires=("tiny-two",))
    document = with_packages("```bash\npip install tiny-one\n```\n\nor `pip install tiny-nightly`\n")
    assert [package.name for package in document.environment.packages] == ["tiny-one", "tiny-two"]
    assert "tiny-one, which the post wants as well, has the same modules" in told(document)[0][2]


def test_a_refusal_is_remembered_and_what_could_be_had_is_kept(index: Path) -> None:
    text = "```bash\npip install no-such-one tiny-one\n```\n"
    heard: list[Sequence[str]] = []
    first, second = with_packages(text, heard), with_packages(text, heard)
    assert heard == [["no-such-one", "tiny-one"]]
    assert first.environment == second.environment
    assert told(first) == told(second)
    ((level, line, message),) = told(first)
    assert (level, line) == ("warning", 2)
    assert message.startswith("`--install` leaves `no-such-one` out: ")
    assert "no-such-one" in message.partition(":")[2]


def test_no_source_distribution_runs(index: Path) -> None:
    source = index.parent / "only_source-1.0"
    source.mkdir()
    ran = index.parent / "ran"
    (source / "setup.py").write_text(
        f"open({str(ran)!r}, 'w')\nfrom setuptools import setup\nsetup(name='only-source')\n"
    )
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: only-source\nVersion: 1.0\n")
    shutil.make_archive(str(index / source.name), "gztar", index.parent, source.name)
    document = with_packages("```bash\npip install only-source\n```\n")
    assert not document.environment.packages
    assert "only wheels are taken" in told(document)[0][2]
    assert not ran.exists()


def test_no_index_that_answers(pool: Pool, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("UV_CONFIG_FILE")
    for prefix in ("PIP", "UV"):
        monkeypatch.setenv(f"{prefix}_INDEX_URL", "http://localhost:9/simple")
    document = with_packages("```python\nimport einx_not_here\n```\n\n`pip install einx-not-here`\n")
    (outcome,) = checked(pool, document)
    assert outcome.verdict is Verdict.FAILED
    assert outcome.reason.endswith("`einx-not-here` was left out for this post: no package index answers")
    assert not list((index.parent / "cache").rglob("*.refused.json")), "the next check asks again"


def test_neither_uv_nor_pip(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess((), 1))
    with pytest.raises(RefusedError, match="neither uv nor the pip"):
        installer()


UV = """#!/bin/sh
echo "$*" >> "$0.log"
case "$*" in
*no-such-one*)
    echo 'Using Python 3.11.7 environment at: /somewhere
error: No solution found when resolving dependencies
  cause: Because no-such-one was not found in the package registry and you require no-such-one, we can conclude
         that your requirements are unsatisfiable.' >&2
    exit 1 ;;
*unreachable*)
    echo 'error: Request failed after 3 retries in 10.5s
  cause: Failed to fetch: https://index.example/simple/unreachable/' >&2
    exit 2 ;;
*--dry-run*)
    echo 'Using Python 3.11.7 environment at: /somewhere
Resolved 2 packages in 11ms
Would install 2 packages
 + tiny-one==1.0
 + tiny-two==1.0' >&2 ;;
*compile*)
    cat > /dev/null
    echo 'tiny-one[extra]==2.0' ;;
esac
"""


def test_uv_does_it_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What uv 0.13 says, told by a stand-in: it need not be here."""
    program = tmp_path / "uv"
    program.write_text(UV, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(sys, "executable", "/somewhere/bin/python")
    uv = installer()
    assert isinstance(uv, Uv)
    constraints = tmp_path / "constraints.txt"
    assert uv.resolve(["tiny-one"], constraints) == (Pin("tiny-one", "1.0"), Pin("tiny-two", "1.0"))
    assert uv.newest("tiny-one") == "2.0"
    uv.install([Pin("tiny-one", "1.0")], tmp_path / "target")
    resolved, _, installed = (tmp_path / "uv.log").read_text("utf-8").splitlines()
    assert f"--only-binary :all: --constraint {constraints} tiny-one" in resolved
    assert installed.endswith(f"--only-binary :all: --target {tmp_path / 'target'} tiny-one==1.0")
    with pytest.raises(RefusedError, match=r"^Because no-such-one .*unsatisfiable. \(only wheels") as no_such:
        uv.resolve(["no-such-one"], constraints)
    with pytest.raises(RefusedError, match="no package index answers") as unreachable:
        uv.resolve(["unreachable"], constraints)
    assert (no_such.value.for_now, unreachable.value.for_now) == (False, True)


@pytest.mark.parametrize("name", ["torch", "tensorflow-cpu", "nvidia-cublas-cu12", "nvidia_nccl_cu12", "triton"])
def test_a_framework_is_not_laid_down_for_one_post(name: str) -> None:
    with pytest.raises(RefusedError, match="too large"):
        require_small(name)


def test_a_framework_that_another_package_brings_is_refused_before_it_is_fetched(index: Path) -> None:
    wheel(index, "brings-much", files={"brings_much.py": ""}, requires=("nvidia-tiny",))
    wheel(index, "nvidia-tiny", files={"nvidia_tiny.py": ""})
    document = with_packages("```bash\npip install brings-much\n```\n")
    assert not document.environment.folder
    assert "nvidia-tiny is too large" in told(document)[0][2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "```bash\n$ pip install -q 'a-b[c]>=1,<2' d==1.0 e>=2 && pip3 install f\n```",
            ["a-b[c]<2,>=1", "d==1.0", "e>=2", "f"],
        ),
        ("```python\n!pip install a  # for the plot\n%pip install b\n```", ["a", "b"]),
        ("```\nuv pip install a \\\n    b\nsudo python3 -m pip install c > log.txt d\n```", ["a", "b", "c"]),
        ("Run `pip install a b` and <code>pip install c</code>, then pip install d or so.", ["a", "b", "c"]),
        ("```python\n# pip install a if you lack it\nx = 1\n```", []),
        ("```bash\nPip installs packages.\necho pip install a\n```", []),
        ("<!-- `pip install a` -->\n", []),
        ("```bash\npip install {package} $NAME ... a\n```", ["a"]),
        ("```bash\npip install -U --timeout 5 --no-cache-dir a\n```", ["a"]),
    ],
)
def test_the_commands_of_a_post(text: str, found: list[str]) -> None:
    assert [str(each) for command in commands(post(text)) for each in command.requirements] == found


def test_what_does_not_come_from_the_users_index_is_not_followed() -> None:
    (command,) = commands(
        post("```bash\npip install -r requirements.txt -e . git+https://x.org/y.git ./z.whl -f https://w.org a\n```")
    )
    assert command.elsewhere == ("-r requirements.txt", "-e .", "git+https://x.org/y.git", "./z.whl")
    assert (command.line, command.own_index) == (2, "-f https://w.org")
    want = wanted(post("```bash\npip install some-thing timm -f https://w.org\npip install -r r.txt\n```\n"), Stated())
    assert "timm" in {*want.requirements, *here()}
    assert "`-f https://w.org`" in want.refused["some-thing"].text
    assert [(each.line, "-r r.txt" in each.text) for each in want.not_done] == [(3, True)]


def test_which_imports_are_vouched_for() -> None:
    text = """# pip install said-so if you lack it

```python
# pip install said-so
import said_so, made_up_here, bs4, utils
```

<!-- dlexamples: skip reason="later" -->
```python
import skopt
```
"""
    want = wanted(post(text), Stated())
    assert {name: each.text for name, each in want.requirements.items()} == {
        "said-so": IMPORTED,
        "beautifulsoup4": IMPORTED,
    }
    assert list(want.refused) == ["made-up-here"]
    assert "nothing vouches" in want.refused["made-up-here"].text


def test_what_is_here_is_no_requirement_and_another_version_of_it_is_told(index: Path) -> None:
    document = with_packages("```bash\npip install -U numpy==1.0 click pip\n```\n")
    assert not document.environment.packages
    message = f"`numpy==1.0` is not installed: numpy {here()['numpy']} is here, and stays"
    assert told(document) == [("note", 2, message)]


BUILD = """
import sys, time
from pathlib import Path
from dlexamples.install import environments, installers

root, started = map(Path, sys.argv[1:])
environments.user_cache_path = lambda name: root
install = installers.Pip.install

def slow(self, pins, folder):
    install(self, pins, folder)
    started.touch()
    time.sleep(60)

environments.installer = installers.Pip
if not started.exists():
    installers.Pip.install = slow
sys.exit(not environments.environment(["tiny-one"], lambda requirements: None).folder)
"""


def build(*paths: Path) -> subprocess.Popen[bytes]:
    """A process that makes one environment; where the second path is not there, it makes it, and hangs."""
    return subprocess.Popen([sys.executable, "-c", BUILD, *map(str, paths)])


def test_a_killed_process_and_two_at_once_leave_a_whole_environment(index: Path, tmp_path: Path) -> None:
    root, started = tmp_path / "shared", tmp_path / "started"
    killed = build(root, started)
    while not started.exists():
        assert killed.poll() is None
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    both = [build(root, started) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    whole = [each for each in (root / "environments").iterdir() if not each.name.startswith(".")]
    assert [(each / "tiny_one").is_dir() for each in whole] == [True]


def test_what_was_cleared_away_in_part_is_built_again(index: Path) -> None:
    folder = Path(environment(["tiny-two"], lambda _: None).folder)
    for each in folder.iterdir():
        each.unlink() if each.is_file() else shutil.rmtree(each)
    assert environment(["tiny-two"], lambda _: None).folder == str(folder)
    assert (folder / "tiny_two.py").exists()


def test_what_nothing_uses_is_removed(index: Path) -> None:
    old = Path(environment(["tiny-two"], lambda _: None).folder)
    left = old.parent / ".building-x"
    left.mkdir()
    os.utime(old, (0, 0))
    os.utime(left, (0, 0))
    new = Path(environment(["tiny-one"], lambda _: None).folder)
    assert sorted(old.parent.iterdir()) == [new]


def test_the_command_says_what_was_installed(index: Path, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(USES, encoding="utf-8")
    shown = run("check", "--install", "post.md", folder=tmp_path)
    assert shown.returncode == 0, shown
    assert f"installed {SAID}: tiny-one 1.0\n          {NEEDED}: tiny-two 1.0\n" in shown.stdout
    assert "post.md: installing tiny-one==1.0\n" in shown.stderr
    again = run("check", "--output-format", "json", "post.md", folder=tmp_path, DLEXAMPLES_INSTALL="true")
    (document,) = validated(again.stdout)["documents"]
    assert document["installed"][0] == {"name": "tiny-one", "version": "1.0", "why": SAID}
    assert "installing" not in again.stderr
    assert run("check", "post.md", folder=tmp_path).returncode == 1
    assert run("fix", "--install", "post.md", folder=tmp_path).returncode == 0
    wrong = run("check", "post.md", folder=tmp_path, DLEXAMPLES_INSTALL="yes")
    assert (wrong.returncode, "it must be true or false" in wrong.stderr) == (2, True)


def test_pytest_installs_where_the_settings_say_so(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "post.md").write_text(USES + "\n```python\nassert tiny_one.ONE == 2\n```\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.dlexamples]\ninstall = true\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "post.md"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert f"tiny-one 1.0: {SAID}" in done.stdout


def test_clean_removes_what_was_installed(index: Path, tmp_path: Path) -> None:
    folder = with_packages("```\npip install tiny-one\n```\n\n```python\nimport tiny_one\n```\n").environment.folder
    assert Path(folder).is_dir()
    kept = run("clean", folder=tmp_path, DLEXAMPLES_CACHE_DIR="kept")
    assert (kept.returncode, Path(folder).is_dir()) == (0, True)
    done = run("clean", "--installs", folder=tmp_path, DLEXAMPLES_CACHE_DIR="kept")
    assert (done.returncode, "1 environment removed" in done.stdout) == (0, True), done
    assert not Path(folder).exists()

"""`--executor ray`: a cluster of two nodes, of which one is taken away, reports what one machine does."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract import timeless, validated
from test_cli import run as command

from dlexamples.executors import ExecutorError, Ran
from dlexamples.executors import ray as executor
from dlexamples.formats import parse
from dlexamples.run.runner import DeviceNotHereError
from dlexamples.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NO_WHEEL = sys.version_info >= (3, 15)
needs_ray = pytest.mark.skipif(NO_WHEEL, reason="Ray has no wheel for this version of Python")

POSTS = {
    # Blocks do not see that they are run on Ray.
    "good": "```python\nimport os, time\ntime.sleep(0.3)\nprint([n for n in os.environ if n[:4] == 'RAY_'])\n```\n",
    "filled": "```python\nprint(np.zeros({n}))\n```\n",
    "broken": "```python\nx = {n}\n```\n\n```python\nprint(x, missing)\n```\n",
    "prose": "Text {n}.\n",
}


def test_ray_is_here_where_it_has_a_wheel() -> None:
    assert (importlib.util.find_spec("ray") is None) is NO_WHEEL


class Nodes:
    """A cluster of a head and one more node on this machine, each with one core."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where its nodes put what they need for a time."""
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 1, "num_gpus": 1, "include_dashboard": False}
        self.cluster: Any = Cluster(initialize_head=True, head_node_args=head)
        self.second = self.cluster.add_node(num_cpus=1)
        self.address = self.cluster.address
        self.folder = folder

    @contextmanager
    def without_the_second(self) -> Iterator[None]:
        """It is taken away when one of its processes is in the middle of a post, and another comes afterwards."""
        raylet = self.second.all_processes["raylet"][0].process.pid
        self.wait(lambda: any(b"ray::check_post" in words for words in _children(raylet)))
        self.cluster.remove_node(self.second, allow_graceful=False)
        yield
        self.second = self.cluster.add_node(num_cpus=1)

    def wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not until():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _children(parent: int) -> Iterator[bytes]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # It has ended since.
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                yield (folder / "cmdline").read_bytes()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Nodes]:
    # The path of a socket in it is at most 107 bytes long.
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # What a lost process leaves behind lies there, too.
        patch.setenv("TMPDIR", str(folder))
        patch.setenv("RAY_TMPDIR", str(folder))
        (folder / "ray").mkdir()
        found = Nodes(folder)
        try:
            yield found
        finally:
            found.cluster.shutdown()
            shutil.rmtree(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for number in range(6):
        text = list(POSTS.values())[number % len(POSTS)]
        (tmp_path / "docs" / f"{number:02}.md").write_text("# A\n\n" + text.replace("{n}", str(number)))
    return tmp_path


@contextmanager
def _check(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-W", "error", "-m", "dlexamples", "check", "--output-format", "json", *arguments, "docs"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder) as process:
        try:
            yield process
        finally:
            process.kill()


def _report(process: subprocess.Popen[str]) -> tuple[Any, list[str]]:
    """What it printed, and what it told meanwhile. Something is not accepted, and nothing is wrong with us."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    return timeless(validated(out)), err.splitlines()


@needs_ray
def test_a_gpu_goes_to_the_posts_that_ask_for_one(cluster: Nodes) -> None:
    def gpus(path: str, text: str, settings: Settings, version: str) -> Ran:
        import ray

        return Ran((), (f"{path} {len(ray.get_gpu_ids())}",))

    marked = "<!-- dlexamples: device cuda -->\n```python\nx = 1\n```\n"
    posts = [parse(Path("plain.md"), POSTS["good"]), parse(Path("marked.md"), marked)]
    assert sorted(executor.run(posts, Settings(), cluster.address, gpus).faults) == ["marked.md 1", "plain.md 0"]
    asked = executor.run(posts, Settings(device="cuda"), cluster.address, gpus)
    assert sorted(asked.faults) == ["marked.md 1", "plain.md 1"]


@needs_ray
def test_a_post_that_is_lost_for_good_is_named(cluster: Nodes) -> None:
    def dies(path: str, text: str, settings: Settings, version: str) -> Ran:
        from dlexamples.executors.ray import check_post

        if path == "deadly.md":
            os._exit(1)
        if path == "wrong.md":
            raise KeyError("ours")
        return check_post(path, text, settings, version)

    posts = [parse(Path(f"{name}.md"), "```python\nx = 1\n```\n") for name in ("a", "deadly", "wrong", "b")]
    ran = executor.run(posts, Settings(), cluster.address, dies)
    assert [report.document.path.name for report in ran.reports] == ["a.md", "b.md"]
    assert sorted(fault.split(":")[0] for fault in ran.faults) == [
        "deadly.md has no report, for Ray gave its task up",
        "wrong.md has no report, for its task failed",
    ]


@needs_ray
def test_what_one_machine_cannot_do_is_said_as_there(cluster: Nodes) -> None:
    def refuses(path: str, text: str, settings: Settings, version: str) -> Ran:
        raise DeviceNotHereError("no GPU is visible")

    with pytest.raises(DeviceNotHereError, match=r"^no GPU is visible$"):
        executor.run([parse(Path("a.md"), POSTS["good"])], Settings(), cluster.address, refuses)


@needs_ray
def test_a_node_is_taken_away_in_the_middle(folder: Path, cluster: Nodes) -> None:
    with _check(folder, "--executor", f"ray:{cluster.address}") as on_ray, cluster.without_the_second():
        found, told = _report(on_ray)
    with _check(folder) as process:
        here, _ = _report(process)
    assert found == here
    assert len(found["documents"]) == 6
    # One line a Python block, as it comes; none is told twice.
    assert [row.split()[0] for row in told] == [f"{number}/6" for number in range(1, 7)]


@needs_ray
def test_an_interrupted_run_leaves_nothing_behind(folder: Path, cluster: Nodes) -> None:
    before = set(cluster.folder.glob("dlexamples-*"))
    for path in (folder / "docs").iterdir():
        path.write_text("```python\nimport time\ntime.sleep(60)\n```\n")
    with _check(folder, "--executor", f"ray:{cluster.address}") as process:
        cluster.wait(lambda: len(set(cluster.folder.glob("dlexamples-*")) - before) == 2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, "", "dlexamples: interrupted")
    cluster.wait(lambda: set(cluster.folder.glob("dlexamples-*")) <= before)


@needs_ray
def test_a_cluster_of_our_own_leaves_nothing_behind(folder: Path) -> None:
    for path in set((folder / "docs").iterdir()) - {folder / "docs" / "02.md", folder / "docs" / "03.md"}:
        path.unlink()
    before = set(Path("/tmp").glob(f"{executor.FOLDER}*"))
    with _check(folder, "--executor", "ray") as process:
        found, _ = _report(process)
    assert set(Path("/tmp").glob(f"{executor.FOLDER}*")) <= before
    with _check(folder) as process:
        assert _report(process)[0] == found


def test_a_node_with_another_version() -> None:
    with pytest.raises(ExecutorError, match=r"a node of the cluster has dlexamples .*, and this is 0\.0\.1"):
        executor.check_post("a.md", "text", Settings(), "0.0.1")


@needs_ray
def test_no_cluster_answers(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}", "nonsense"):
        done = command("check", "--executor", f"ray:{address}", "docs", folder=folder)
        assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
        assert f"--executor ray:{address}: no Ray cluster answers there" in done.stderr


def test_without_ray(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    done = command("check", "--executor", "ray", "docs", folder=folder)
    assert (done.returncode, "pip install 'dlexamples[ray]'" in done.stderr) == (2, True)


@pytest.mark.parametrize("value", ["spark", "ray:", "local:4", ""])
def test_an_executor_that_there_is_not(folder: Path, value: str) -> None:
    done = command("check", "--executor", value, "docs", folder=folder)
    assert (done.returncode, "it takes local, ray, or ray:ADDRESS" in done.stderr) == (2, True)
    (folder / "pyproject.toml").write_text(f'[tool.dlexamples]\nexecutor = "{value}"\n')
    done = command("check", "docs", folder=folder)
    assert (done.returncode, "tool.dlexamples.executor" in done.stderr) == (2, True)

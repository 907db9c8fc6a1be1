"""One process watches over run after run of a server, and nothing of one run is in the next."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.run import machine
from dlexamples.run.conditions import Conditions
from dlexamples.run.connection import ready
from dlexamples.run.inside import lane
from dlexamples.run.inside.limits import children
from dlexamples.run.pool import MOST_WAITING, Pool, forks
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Outcome
    from dlexamples.run.lane import Lane

pytestmark = pytest.mark.skipif(
    not forks() or not machine.machine().namespaces, reason="without namespaces each run is watched by its own process"
)

NUMBERS = "import os, pathlib\nprint(os.getpid(), sorted(p.name for p in pathlib.Path('/proc').glob('[0-9]*')))"


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool() as pool:
        yield pool


def outcome(pool: Pool, block: str, **conditions: float) -> Outcome:
    document = parse(Path("post.md"), f"```python\n{block}\n```\n")
    given = Conditions(device="cpu", **conditions)  # type: ignore[arg-type]
    (found,) = check(document, Runner(pool, document, given))
    return found


def lanes(pool: Pool) -> list[int]:
    """The processes that the pool's only server has forked, once none of them has a run."""
    (server,) = pool._servers.values()
    deadline = time.monotonic() + 5
    while True:
        found = [each for each in children(server.process.pid) if not has_ended(each)]
        if not any(list(children(each)) for each in found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.01)


def next_line(lane: Lane) -> bytes:
    while (line := lane.control.next()) is None:
        for connection in ready([lane.control], time.monotonic() + 5):
            connection.read()
    return line


def has_ended(process: int) -> bool:
    """Also where its parent has not asked for its status yet (proc(5), stat)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_one_lane_serves_runs_one_after_the_other(pool: Pool) -> None:
    assert outcome(pool, "x = 1").verdict.value == "passed"
    first = lanes(pool)
    for _ in range(3):
        assert outcome(pool, "print(1)").stdout == "1\n"
    assert lanes(pool) == first
    assert len(first) == 1


def test_each_run_sees_the_same_processes(pool: Pool) -> None:
    assert [outcome(pool, NUMBERS).stdout for _ in range(3)] == ["2 ['1', '2']\n"] * 3


def test_a_lane_serves_on_after_a_run_that_was_ended(pool: Pool) -> None:
    outcome(pool, "x = 1")
    first = lanes(pool)
    for block in (
        "while True: pass",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "import os\nos._exit(3)",
    ):
        assert outcome(pool, block, timeout=0.5).verdict.value == "failed"
    assert outcome(pool, NUMBERS).stdout == "2 ['1', '2']\n"
    assert lanes(pool) == first


LEAVES = {
    "files": """
import os, pathlib
pathlib.Path("left.txt").write_text("x")
pathlib.Path("post_2.py").write_text("x")
for place in (pathlib.Path.home(), pathlib.Path("/tmp"), pathlib.Path("/dev/shm"), pathlib.Path("..")):
    (place / "folder" / "below").mkdir(parents=True)
    (place / "folder" / "below" / "left.txt").write_text("x")
    (place / "folder").chmod(0)
    os.symlink("/usr", place / "link")
    os.mkfifo(place / "pipe")
""",
    "a folder that is deeper than Python recurses": """
import os
for _ in range(3000):
    os.mkdir("folder")
    os.chdir("folder")
""",
    "another mode of its home": "import os, pathlib\npathlib.Path.home().chmod(0o500)",
    "another mode, attributes, flags and a lock of its output": """
import fcntl, os
for output in (1, 2):
    os.setxattr(output, "user.left", b"x")
    os.fchmod(output, 0o444)
    fcntl.fcntl(output, fcntl.F_SETFL, os.O_NONBLOCK)
    fcntl.flock(output, fcntl.LOCK_EX)
""",
    "another mode of /dev/shm": "import os\nos.chmod('/dev/shm', 0o700)",
    "another folder in the place of its own": """
import os
os.chdir("/")
home = os.environ["HOME"]
os.rename(home + "/project", home + "/old")
os.makedirs(home + "/project/docs/posts")
""",
    "a link in the place of its folder": """
import os
os.chdir("/")
home = os.environ["HOME"]
os.rename(home + "/project", home + "/old")
os.symlink(home + "/old", home + "/project")
""",
    "attributes": "import os, pathlib\nos.setxattr(pathlib.Path.home(), 'user.left', b'x')",
    "folders among its results": """
import os
folder = os.path.dirname(os.readlink("/proc/self/fd/1"))
os.mkdir(folder + "/1.stdout")
os.mkfifo(folder + "/2.stdout")
os.symlink("/etc/hosts", folder + "/3.stdout")
""",
    "a port": """
import socket
server = socket.create_server(("127.0.0.1", 29500))
client = socket.create_connection(server.getsockname())
there, _ = server.accept()
there.close()
client.close()
""",
    "shared memory": """
import ctypes
library = ctypes.CDLL(None)
assert library.shmget(0x1234, 4096, 0o1666) >= 0
""",
    "limits of its watcher": """
import resource
resource.prlimit(1, resource.RLIMIT_NOFILE, (20, 20))
""",
    "a key": """
import ctypes, os
ctypes.CDLL(None).syscall({"x86_64": 248, "aarch64": 217}[os.uname().machine], b"user", b"left", b"secret", 6, -4)
""",
    "other times": "import os, pathlib\nfor path in (pathlib.Path.home(), '/dev/shm'): os.utime(path, (1, 1))",
    "traffic": """
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
""",
    "signals to its watcher": """
import os, signal
for number in set(signal.Signals) - {signal.SIGCHLD}:
    try:
        os.kill(1, number)
    except PermissionError:
        pass
""",
    "a process that goes on": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
""",
    "another number of the last process": "import subprocess\nfor _ in range(5): subprocess.run(['true'])",
}
LOOKS = """
import ctypes, fcntl, os, pathlib, resource, socket
for output in (1, 2):
    fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
    flags = fcntl.fcntl(output, fcntl.F_GETFL)
    print(oct(os.fstat(output).st_mode), flags, os.listxattr(output), os.fstat(output).st_size < 99)
def state(path):
    found = os.stat(path)
    return path, oct(found.st_mode), found.st_mtime > 1e9, os.listxattr(path), sorted(os.listdir(path))
home = pathlib.Path.home()
for path in (home, home / "project", home / "project" / "docs", os.getcwd(), "/tmp", "/dev/shm"):
    print(*state(path))
print(sorted(os.listdir(os.path.dirname(os.readlink("/proc/self/fd/1")))))
print(os.getpid(), sorted(p.name for p in pathlib.Path("/proc").glob("[0-9]*")))
print(resource.prlimit(0, resource.RLIMIT_NOFILE), len(os.sched_getaffinity(0)))
library = ctypes.CDLL(None, use_errno=True)
print(library.shmget(0x1234, 4096, 0))
print(library.syscall({"x86_64": 250, "aarch64": 219}[os.uname().machine], 10, -4, b"user", b"left", 0) < 0)
print(open("/proc/net/dev").read())
probe = socket.socket()
probe.bind(("127.0.0.1", 29500))
"""


@pytest.mark.parametrize("left", LEAVES)
def test_nothing_that_a_run_leaves_is_in_the_next_one(pool: Pool, left: str) -> None:
    looks = outcome(pool, LOOKS)
    assert looks.verdict.value == "passed", looks.stderr
    leaves = outcome(pool, LEAVES[left])
    assert leaves.verdict.value == "passed", leaves.stderr
    again = outcome(pool, LOOKS)
    assert again.verdict.value == "passed", again.stderr
    assert anonymous(again.stdout) == anonymous(looks.stdout)


def anonymous(text: str) -> str:
    """Without the names of the folders of runs, of which each lane has its own."""
    return re.sub(r"/tmp\w{8}\b", "/PLACE", text)


def test_a_run_has_no_priority_of_its_watchers(pool: Pool) -> None:
    assert outcome(pool, "import os\nprint(os.sched_getscheduler(0) == os.SCHED_OTHER)").stdout == "True\n"


def test_where_nobody_may_ask_for_a_priority_there_is_none_to_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError("sched_setscheduler")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    lane.go_first()
    lane.go_as_others()
    monkeypatch.setattr(os, "sched_getscheduler", refuse)
    lane.go_as_others()


def test_a_connection_that_brings_no_run_leaves_no_lane(pool: Pool) -> None:
    outcome(pool, "x = 1")
    first = lanes(pool)
    (server,) = pool._servers.values()
    for _ in range(MOST_WAITING + 1):
        server.connect().close()
    # The server comes to them one after the other, and each ends a moment later.
    assert outcome(pool, "print(1)").stdout == "1\n"
    deadline = time.monotonic() + 10
    while lanes(pool) != first:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_run_that_brings_no_job_costs_no_lane(pool: Pool) -> None:
    """The parent has given it up before it could say what to do."""
    outcome(pool, "x = 1")
    first = lanes(pool)
    (server,) = pool._servers.values()
    (lane,) = server._waiting
    for _ in range(3):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            socket.send_fds(lane.control.socket, [b"."], [theirs.fileno()])
        assert next_line(lane) == b'{"event": "exit", "status": 0}'
        assert next_line(lane) == b'{"event": "waits"}'
    assert outcome(pool, "print(1)").stdout == "1\n"
    assert lanes(pool) == first


def test_a_lane_that_has_ended_is_replaced(pool: Pool) -> None:
    outcome(pool, "x = 1")
    (first,) = lanes(pool)
    os.kill(first, signal.SIGKILL)
    while lanes(pool):
        time.sleep(0.01)
    assert outcome(pool, "print(1)").stdout == "1\n"
    assert len(lanes(pool)) == 1


def test_a_run_ends_with_its_lane(pool: Pool) -> None:
    """A block can end it only from outside; then the kernel ends the block."""
    outcome(pool, "x = 1")
    (only,) = lanes(pool)
    found: list[Outcome] = []
    thread = threading.Thread(target=lambda: found.append(outcome(pool, "import time\ntime.sleep(60)")))
    thread.start()
    while not list(children(only)):
        time.sleep(0.01)
    runs = list(children(only))
    time.sleep(0.3)
    os.kill(only, signal.SIGKILL)
    thread.join(10)
    assert [each.verdict.value for each in found] == ["failed"]
    deadline = time.monotonic() + 5
    while not all(map(has_ended, runs)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_few_lanes_wait(pool: Pool) -> None:
    document = parse(Path("post.md"), "```python\nimport time\ntime.sleep(1)\n```\n")
    threads = [
        threading.Thread(target=lambda: list(check(document, Runner(pool, document, Conditions(device="cpu")))))
        for _ in range(MOST_WAITING + 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    deadline = time.monotonic() + 5
    while len(lanes(pool)) > MOST_WAITING:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_lane_outlives_its_server() -> None:
    with Pool() as pool:
        outcome(pool, "x = 1")
        left = lanes(pool)
    assert left
    assert not any(Path(f"/proc/{each}").exists() for each in left)

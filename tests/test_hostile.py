"""Blocks that would hurt others: each gets its verdict in time, those around it run, and nothing of it is left."""

from __future__ import annotations

import importlib.util
import os
import resource
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.model import Outcome, Verdict
from dlexamples.run import machine
from dlexamples.run.conditions import Conditions
from dlexamples.run.inside import landlock
from dlexamples.run.inside.limits import children
from dlexamples.run.limits import Limits
from dlexamples.run.pool import Pool, can_fork
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not can_fork(), reason="blocks are shut in on Linux alone, and elsewhere that is told")

LIMIT = 2.0
"""Seconds for a block."""
WAYS = ["warm", "server off", "without namespaces"]
MARK = f"dlexamples-hostile-{os.getpid()}"
"""In the name of all that a block may leave behind."""
SLEEP = f"sleep 86{os.getpid():07d}"


@dataclass(frozen=True)
class Way:
    """How blocks are started and shut in."""

    pool: Pool
    namespaces: bool


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    here = machine.machine()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "without namespaces":
            patch.setattr(machine, "machine", lambda: machine.Machine(False, ("namespaces: not for this test",)))
        with Pool(fork=request.param != "server off") as pool:
            yield Way(pool, here.namespaces and request.param != "without namespaces")


def checked(pool: Pool, *blocks: str, **conditions: int) -> list[Outcome]:
    text = "".join(f"# b{n}\n\n```python\n{block}\n```\n\n" for n, block in enumerate(blocks))
    document = parse(Path("post.md"), text)
    given = Conditions(device="cpu", timeout=LIMIT, limits=Limits(tries=0), **conditions)  # type: ignore[arg-type]
    runner = Runner(pool, document, given)
    found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


def hostile(pool: Pool, block: str, **conditions: int) -> Outcome:
    """The outcome of `block`, in the middle of a session, beside another one."""
    before, found, after, apart = checked(
        pool, "word = 'kept'", f"word\n{block}", "print(word)", "other = 'apart'\nprint(other)", **conditions
    )
    assert (before.verdict, after.verdict, apart.verdict) == (Verdict.PASSED,) * 3, (found, after)
    assert (after.stdout, apart.stdout) == ("kept\n", "apart\n")
    assert found.seconds < LIMIT + 1
    assert_nothing_is_left(pool)
    return found


def assert_nothing_is_left(pool: Pool) -> None:
    """Neither a process, of all on this machine, nor a file."""
    deadline = time.monotonic() + 2
    while left := processes(pool):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)
    waiting = {lane.folder for server in pool._servers.values() for lane in server._waiting}
    for scratch in pool.folder.glob("*/scratch"):
        assert scratch.parent in waiting
        # Its folders are those that it had before, see test_lanes.py.
        assert not [path for path in scratch.parent.rglob("*") if not path.is_dir() or MARK in path.name]
    for folder in (Path.home(), Path.cwd(), Path("/tmp")):
        assert not list(folder.glob(f"*{MARK}*"))


def assert_no_shared_memory_is_left(way: Way) -> None:
    """Without namespaces it stays, which is told, see test_sandbox.py."""
    left = list(Path("/dev/shm").glob(f"*{MARK}*"))
    for path in left:
        path.unlink()
    assert not (left and way.namespaces)


def processes(pool: Pool) -> list[str]:
    """The command lines of all processes that hold something of the pool, but for its servers and their lanes that
    wait, which have no process of a run."""
    servers = [server.process.pid for server in pool._servers.values()]
    lanes = [lane for server in servers for lane in children(server) if not list(children(lane))]
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) in {*servers, *lanes}:
            continue
        try:
            told = (process / "cmdline").read_bytes().replace(b"\0", b" ")
            environment = (process / "environ").read_bytes()
        except OSError:
            continue  # Another user's, or just ended.
        if any(word.encode() in told + environment for word in (str(pool.folder), MARK, SLEEP)):
            found.append(f"{process.name}: {told.decode(errors='replace')}")
    return found


def code(outcome: Outcome) -> str:
    """Of its first diagnostic; '' for a block that passes without one."""
    assert (outcome.verdict is Verdict.PASSED) != bool(outcome.diagnostics), outcome
    return outcome.diagnostics[0].code if outcome.diagnostics else ""


ENDS = {
    "exit": ("import sys\nsys.exit(0)", "DL902"),
    "hard exit": ("import os\nos._exit(0)", "DL902"),
    "segmentation fault": ("import faulthandler\nfaulthandler._sigsegv()", "DL903"),
    "abort": ("import os\nos.abort()", "DL903"),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "DL903"),
    "kills its group": ("import os, signal\nos.killpg(os.getpgrp(), signal.SIGKILL)", "DL903"),
    "endless loop": ("while True:\n    pass", "DL901"),
    "endless loop in C": ("sum(iter(int, 1))", "DL901"),
    "waits for a thread": ("import threading\nthreading.Thread(target=threading.Event().wait).start()", ""),
    "joins a thread": (
        "import threading\nthread = threading.Thread(target=threading.Event().wait)\nthread.start()\nthread.join()",
        "DL901",
    ),
    "input": ("input()", "DL204"),
    "ignores signals": (
        "import signal\nfor number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "    signal.signal(number, signal.SIG_IGN)\nwhile True:\n    pass",
        "DL901",
    ),
    "stops itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "DL901"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_however_it_ends(way: Way, name: str) -> None:
    block, expected = ENDS[name]
    assert code(hostile(way.pool, block)) == expected


def test_nobody_else_gets_its_signals(way: Way) -> None:
    if not way.namespaces and landlock.version() < 6:
        return  # See test_sandbox.py: what a machine lacks is named.
    blocks = [f"os.kill({process}, 0)" for process in (os.getpid(), *(() if way.namespaces else ("os.getppid()",)))]
    for block in blocks:
        refused = f"import os\ntry:\n    {block}\nexcept OSError:\n    print('refused')"
        assert hostile(way.pool, refused).stdout == "refused\n", block


TAKES = {
    "memory": ("kept = []\nwhile True:\n    kept.append(bytearray(10_000_000))", {"memory": 200}),
    "memory of several": (
        "import subprocess, sys\n"
        "code = 'kept = bytearray(150_000_000)\\nimport time\\ntime.sleep(60)'\n"
        "running = [subprocess.Popen([sys.executable, '-c', code]) for _ in range(4)]\n"
        "[each.wait() for each in running]",
        {"memory": 300},
    ),
    "shared memory": (
        f"import os\nfile = open('/dev/shm/{MARK}', 'wb')\nwhile True:\n    file.write(bytes(10_000_000))",
        {"memory": 100, "disk": 100},
    ),
    "processes": ("import os\nwhile True:\n    os.fork()", {"processes": 32}),
    "processes of a shell": ("import os\nos.system('f() { f | f & }; f; sleep 60')", {"processes": 32}),
    "disk": ("with open('x', 'ab') as file:\n    while True:\n        file.write(bytes(64 << 20))", {"disk": 200}),
    "disk in many files": (
        "for number in range(1_000_000):\n"
        "    with open(str(number), 'wb') as file:\n        file.write(bytes(8 << 20))",
        {"disk": 64},
    ),
    "disk without names": (
        "import os\nkept = []\nwhile True:\n    kept.append(open('x', 'wb'))\n    os.remove('x')\n"
        "    kept[-1].write(bytes(8 << 20))",
        {"disk": 64},
    ),
    "disk by printing": ("while True:\n    print('x' * 1_000_000)", {"disk": 64}),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKES)
def test_it_takes_no_more_than_it_may(way: Way, name: str) -> None:
    block, limits = TAKES[name]
    assert code(hostile(way.pool, block, **limits)) == "DL906"
    assert_no_shared_memory_is_left(way)


def test_much_output_is_kept_in_part(way: Way) -> None:
    found = hostile(way.pool, "for _ in range(500):\n    print('x' * 99_999)")
    assert found.verdict is Verdict.PASSED
    assert found.stdout.startswith("[49,800,000 bytes before this are not kept]\n")
    assert len(found.stdout) < 201_000


DAEMONS = {
    "in its group": f"import subprocess\nsubprocess.Popen('{SLEEP}'.split())",
    "in a session of its own": f"import subprocess\nsubprocess.Popen('{SLEEP}'.split(), start_new_session=True)",
    "forked twice, without an environment": (
        "import os\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        os.execve('/bin/sleep', '{SLEEP}'.split(), {{}})\n"
        "    os._exit(0)\n"
        "os.wait()"
    ),
}


@pytest.mark.parametrize("name", DAEMONS)
def test_no_daemon_is_left(way: Way, name: str) -> None:
    assert hostile(way.pool, DAEMONS[name]).verdict is Verdict.PASSED
    time_out = f"{DAEMONS[name]}\nwhile True:\n    pass"
    assert code(hostile(way.pool, time_out)) == "DL901"


def test_it_writes_and_reads_nothing_of_its_author(way: Way, tmp_path: Path) -> None:
    secret = Path.home() / f".{MARK}"
    inside = tmp_path / MARK
    inside.write_text("secret")
    for block in (
        f"open({str(secret)!r}, 'w')",
        f"import os\nos.mkdir({str(secret)!r})",
        f"import os\nos.listdir({str(Path.home())!r})",
        "open('/etc/passwd')",
        "open('/etc/shadow')",
        f"open('/proc/{os.getpid()}/environ').read()" if not way.namespaces else "open('/proc/1/environ').read()",
    ):
        assert code(hostile(way.pool, block)) == "DL505", block
    reads = f"try:\n    print(open({str(inside)!r}).read())\nexcept OSError:\n    print('refused')"
    assert hostile(way.pool, reads).stdout == "refused\n"


def test_what_it_forbids_itself_is_no_wall(way: Way) -> None:
    folder = "import os\nos.mkdir('x')\nos.chmod('x', 0)\nopen('x/y')"
    assert code(hostile(way.pool, folder)) in {"DL204", "DL503"}
    assert code(hostile(way.pool, "raise PermissionError(1, 'no')")) == "DL205"
    assert code(hostile(way.pool, "import os\nos.kill(os.getpid(), 0)\nos.setuid(12345)")) == "DL204"


def test_it_changes_no_mode_of_what_it_may_read(way: Way) -> None:
    if not way.namespaces:
        return  # See test_sandbox.py: what a machine lacks is named.
    block = "import json, os\nos.chmod(json.__file__, 0o644)"
    assert code(hostile(way.pool, block)) == "DL505"


def test_what_it_may_write_is_gone_with_it(way: Way) -> None:
    for place in (f"/dev/shm/{MARK}", f"/tmp/{MARK}") if way.namespaces else ():
        written = f"open({place!r}, 'w').write('x')\nprint(open({place!r}).read())"
        assert hostile(way.pool, written).stdout == "x\n"
    assert_no_shared_memory_is_left(way)
    own = (
        "import os, pathlib\np = pathlib.Path.home() / 'x'\np.write_text('x')\nos.chmod(p, 0o600)\nprint(p.read_text())"
    )
    assert hostile(way.pool, own).stdout == "x\n"


def test_it_reaches_nobody(way: Way) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        for address in (("127.0.0.1", port), ("192.0.2.1", 80), ("1.1.1.1", 443)):
            found = hostile(way.pool, f"import socket\nsocket.create_connection({address!r}, timeout=1)")
            assert code(found) == "DL504", address
        datagram = "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))"
        assert code(hostile(way.pool, datagram)) == "DL504"
        with pytest.raises(BlockingIOError):
            server.accept()


def test_it_reaches_itself(way: Way) -> None:
    if not way.namespaces:
        return  # See test_sandbox.py: what a machine lacks is named.
    block = (
        "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "client = socket.create_connection(server.getsockname())\nserver.accept()[0].send(b'x')\nprint(client.recv(1))"
    )
    assert hostile(way.pool, block).stdout == "b'x'\n"


def test_secrets_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "GITHUB_TOKEN": MARK, "GITHUB_OUTPUT": MARK, "CI_JOB_TOKEN": MARK, "AWS_SECRET_ACCESS_KEY": MARK,
        "OPENAI_API_KEY": MARK, "PYTHON_KEYRING_PASSWORD": MARK, "SSH_AUTH_SOCK": MARK, "https_proxy": MARK,
    }  # fmt: skip
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    block = (
        "import os, glob\nfound = [str(os.environ)]\n"
        "for path in glob.glob('/proc/[0-9]*/environ') + ['/proc/self/environ']:\n"
        "    try:\n        found.append(open(path).read())\n    except OSError:\n        pass\n"
        f"print(len(found) > 1, any({MARK!r} in text for text in found))"
    )
    with Pool() as pool:
        (outcome,) = checked(pool, block)
    assert outcome.stdout == "True False\n"


NO_EVENTS = {
    "no object": b"5\n",
    "no UTF-8": b'"\xff"\n',
    "too deep": b"[" * 100_000 + b"\n",
    "too long a number": b"1" * 5_000 + b"\n",
    "no kind": b'{"event": 7}\n',
    "what only a lane may tell": b'{"event": "exit", "status": 0}\n{"event": "limit", "what": "disk", "most": 1}\n',
}


@pytest.mark.parametrize("name", NO_EVENTS)
def test_what_it_writes_to_us_is_no_event(way: Way, name: str) -> None:
    assert code(hostile(way.pool, f"import os\nos.write(200, {NO_EVENTS[name]!r})")) == ""


def test_events_that_it_forges_hide_no_failure(way: Way) -> None:
    forged = b'{"event": "end"}\n{"event": "exit", "status": 0}\n'
    found = hostile(way.pool, f"import os\nos.write(200, {forged!r})\nraise ValueError('all the same')")
    assert found.verdict is Verdict.FAILED


BROKEN_EVENTS = {
    "no block of ours": b'{"event": "done", "block": 999}\n',
    "no place in a file": b'{"event": "block", "block": 0, "begins": [100000000000000000000000000000000, 0]}\n',
    "a place before a file": b'{"event": "block", "block": 0, "begins": [-1, 0]}\n',
    "no number": b'{"event": "block", "block": 0, "begins": [NaN, 0]}\n',
    "too few": b'{"event": "block", "block": 0, "begins": [0]}\n',
    "an import that is none": b'{"event": "made", "block": 0, "number": 7, "seconds": 1, "alone": true}\n',
}


@pytest.mark.parametrize("name", BROKEN_EVENTS)
def test_a_broken_event_ends_its_own_run_alone(way: Way, name: str) -> None:
    text = f"```python\nimport os\nos.write(200, {BROKEN_EVENTS[name]!r})\n```\n"
    document = parse(Path("post.md"), text)
    runner = Runner(way.pool, document, Conditions(device="cpu", timeout=LIMIT, limits=Limits(tries=0)))
    (found,) = check(document, runner)
    assert found.verdict is Verdict.FAILED
    assert len(runner.faults) == 1  # It may have been ours.
    assert_nothing_is_left(way.pool)
    assert hostile(way.pool, "print(1)").stdout == "1\n"


@pytest.mark.parametrize("number", [0, -1, 1, "another"])
def test_it_cannot_say_whom_we_end(way: Way, number: int | str) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        event = f'{{"event": "process", "process": {other.pid if number == "another" else number}}}\n'
        forged = f"import os, time\nos.write(200, {event.encode()!r})\ntime.sleep(60)"
        assert code(hostile(way.pool, forged)) == "DL901"
        assert other.poll() is None
        other.kill()


def test_a_connection_that_it_hangs_up_takes_no_folder_from_it(way: Way) -> None:
    """It is ended first, and what it does until then it does in a folder that is there."""
    block = """
import os, socket, time
def work():
    socket.socket(fileno=200).shutdown(socket.SHUT_WR)
    until = time.time() + 1
    while time.time() < until:
        open("here", "w").close()
        os.remove("here")
    os._exit(7)
work()
"""
    found = hostile(way.pool, block)
    assert found.verdict is Verdict.FAILED
    assert "7" in found.reason


def test_a_line_without_end_is_not_kept(way: Way) -> None:
    block = "import os\nfor _ in range(100):\n    os.write(200, b'x' * 1_000_000)"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert hostile(way.pool, block).verdict is Verdict.FAILED
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


def test_it_cannot_keep_its_watcher_from_looking(way: Way) -> None:
    if not way.namespaces:
        pytest.skip("without namespaces a block can end its watcher, and itself with it")
    block = (
        "import os, resource, time\nresource.prlimit(1, resource.RLIMIT_NOFILE, (3, 3))\n"
        "for _ in range(6):\n    if os.fork() == 0:\n        held = b'x' * 100_000_000\n        time.sleep(30)\n"
        "time.sleep(1)"
    )
    assert hostile(way.pool, block, memory=150).verdict is Verdict.FAILED


STATE = {
    "working folder": ("os.chdir('/')", "os.getcwd() == '/'"),
    "environment": (
        "os.environ['MARK'] = 'x'; del os.environ['PATH']",
        "'MARK' in os.environ or 'PATH' not in os.environ",
    ),
    "signals": ("signal.signal(2, signal.SIG_IGN)", "signal.getsignal(2) == signal.SIG_IGN"),
    "descriptors": ("os.closerange(0, 10)", "os.fstat(0) is None"),
    "builtins": ("builtins.len = lambda _: 7; sys.exit = print", "len([]) == 7 or sys.exit is print"),
    "umask and priority": ("os.umask(0o777); os.nice(5)", "os.umask(0o22) == 0o777 or os.nice(0) > 0"),
    "limits": (
        "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))",
        "resource.getrlimit(resource.RLIMIT_NOFILE) == (9, 9)",
    ),
}
"""What a block changes, and how another one sees it."""


@pytest.mark.parametrize("name", STATE)
def test_what_it_changes_is_its_own(way: Way, name: str) -> None:
    """And not that of the blocks before it in its post, or of other posts."""
    imports = "import builtins, os, resource, signal, sys"
    change, look = f"{imports}\n{STATE[name][0]}", f"{imports}\nprint({STATE[name][1]})"
    before, changed = checked(way.pool, look, change)
    assert (before.verdict, before.stdout, changed.verdict) == (Verdict.PASSED, "False\n", Verdict.PASSED), changed
    (another,) = checked(way.pool, look)
    assert another.stdout == "False\n"
    assert_nothing_is_left(way.pool)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torchs_defaults_are_its_own(way: Way) -> None:
    look = "import torch\nprint(torch.ones(1).dtype)"
    before, changed = checked(way.pool, look, "import torch\ntorch.set_default_dtype(torch.float64)")
    assert (before.stdout, changed.verdict) == ("torch.float32\n", Verdict.PASSED)
    (another,) = checked(way.pool, look)
    assert another.stdout == "torch.float32\n"


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_processes_of_torch_meet_on_loopback(way: Way) -> None:
    if not way.namespaces:
        return  # See test_sandbox.py: what a machine lacks is named.
    block = (
        "import torch\nimport torch.distributed as dist\n"
        "dist.init_process_group('gloo', init_method='tcp://127.0.0.1:29500', rank=0, world_size=1)\n"
        "total = torch.ones(1)\ndist.all_reduce(total)\nprint(total.item())"
    )
    assert hostile(way.pool, block).stdout == "1.0\n"

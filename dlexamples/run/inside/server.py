"""A warm process that has imported a framework set and nothing more, and forks for every run.

Asked to, it forks one server more that has imported what looks for mends, for runs of a search that give no verdict.

It never runs an operation: a child of a process that has computed something hangs (OpenMP's threads in torch,
TensorFlow's pools). It never initialises CUDA, which does not survive a fork. It ends when its standard input
is closed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
import warnings
from typing import Any

from . import imported, offline, sandbox, surroundings, watching, worker
from .channel import SocketChannel
from .kernel import IS_LINUX, PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, process_control
from .limits import Watch

leave = os._exit


def main(arguments: list[str]) -> None:
    path, beside, *modules = arguments
    surroundings.see(beside)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(64)
        offline.load()
        watching.load()
        preload(modules)
        sandbox.look_round(beside)
        settle(beside)
        serve(listener, sys.stdin.fileno())


def search(job: dict[str, Any], channel: SocketChannel) -> None:
    """Serves at `job["search"]`, with all that looks for mends in memory, until the parent hangs up."""
    process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
    importlib.import_module("dlexamples.run.ask").load()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(job["search"])
        listener.listen(64)
        settle(job["beside"])
        channel.send({"event": "ready"})
        serve(listener, channel.connection.fileno())


def preload(modules: list[str]) -> None:
    """A module that is not installed, or does not import, is the block's to report."""
    for name in modules:
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if name == "tensorflow.keras":
                # TensorFlow loads it on first use, and its import takes seconds.
                _ = importlib.import_module("tensorflow").keras.Sequential
            else:
                importlib.import_module(name)


def settle(beside: str) -> None:
    """What is in memory stays there, shared with each run."""
    imported.look_round(beside)
    surroundings.look_round()
    gc.collect()
    gc.freeze()


def serve(listener: socket.socket, lifeline: int) -> None:
    """One fork a connection, until the parent closes its end of `lifeline`; then until the last has ended."""
    while True:
        ready, _, _ = select.select([listener.fileno(), lifeline], [], [])
        if lifeline in ready:
            break
        connection, _ = listener.accept()
        # Their processor time is counted as ours.
        reap()
        if fork() == 0:
            listener.close()
            answer(connection)
        connection.close()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def answer(connection: socket.socket) -> None:
    """Does what the first command says. Does not return."""
    channel = SocketChannel(connection)
    job = channel.receive()
    if job and "search" in job:
        search(job, channel)
    elif job:
        watch(job, channel)
    leave(0)


def watch(job: dict[str, Any], channel: SocketChannel) -> None:
    """Forks the process of the blocks, sees that the run takes no more than it may, tells how it ended, and leaves
    nothing of it behind."""
    process_control(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    taken = Watch(job["sandbox"], job["top"])
    priority = os.getpriority(os.PRIO_PROCESS, 0)
    go_first()  # In a user namespace of its own nobody may.
    first = divide(job, channel)
    child = fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, priority)
        work(job, channel)
    with contextlib.suppress(OSError):
        channel.send({"event": "process", "process": child})
    status, exceeded = wait(child, first, channel.connection, woken, taken)
    end_descendants(child, first)
    with contextlib.suppress(OSError):
        channel.end_line()
        if exceeded:
            channel.send({"event": "limit", "what": exceeded[0], "most": exceeded[1]})
        channel.send({"event": "exit", "status": status})


def go_first() -> None:
    """Puts this process before all that have no such priority (sched(7)), where it may: what a run starts, by the
    hundred if it wants to, would keep its watcher from the processor. It sleeps nearly all the time; what it forks has
    the usual priority."""
    if IS_LINUX:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def divide(job: dict[str, Any], channel: SocketChannel) -> int | None:
    """The process with which all of the run's end. Nothing is run where there should be one and is not."""
    try:
        return sandbox.divide(job)
    except OSError:
        channel.send({"event": "fault", "trace": traceback.format_exc()})
        leave(1)


def work(job: dict[str, Any], channel: SocketChannel) -> None:
    """Runs the blocks once everything that is not theirs is shut."""
    try:
        sandbox.shut_in(job)
        process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
    except OSError:
        channel.send({"event": "fault", "trace": traceback.format_exc()})
        leave(1)
    try:
        worker.run(job, channel.out_of_reach())
    except OSError:
        leave(1)
    leave(0)


def wait(
    child: int, first: int | None, connection: socket.socket, woken: int, taken: Watch
) -> tuple[int, tuple[str, int] | None]:
    """The exit status of `child`, negative for a signal, and which limit the run has exceeded; kills it then, and when
    the parent hangs up."""
    poll = select.poll()
    hang_up = getattr(select, "POLLRDHUP", select.POLLHUP)
    poll.register(connection, hang_up)
    poll.register(woken, select.POLLIN)
    exceeded: tuple[str, int] | None = None
    while True:
        ended = reap()
        if child in ended:
            return os.waitstatus_to_exitcode(ended[child]), exceeded
        found = poll.poll(taken.milliseconds)
        if not exceeded and (exceeded := taken.exceeded()):
            end(child, first)
        for descriptor, _ in found:
            if descriptor == woken:
                os.read(woken, 4096)
                continue
            poll.unregister(connection)
            end(child, first)


def reap() -> dict[int, int]:
    """By number: the status of each child that has ended, orphans that became ours included."""
    found: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            found[ended[0]] = ended[1]
    return found


def end(child: int, first: int | None) -> None:
    """Kills the run: all of it at once, where its processes have a namespace of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(child, signal.SIGKILL)
    end_others(child, first)


def end_others(child: int, first: int | None) -> None:
    """Kills what the run has started, also where `child` itself has ended and its number means nothing any more."""
    for kill, number in ((os.killpg, child), (os.kill, first)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number is not None:
                kill(number, signal.SIGKILL)


def end_descendants(child: int, first: int | None) -> None:
    """Kills what is left: the kernel all of a namespace with its first process, which is gone when they are; else the
    group, and what left it: orphans of our descendants become our children (prctl(2), Linux 3.4)."""
    end_others(child, first)
    if first is not None:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(first, 0)
    own = f"/proc/self/task/{os.getpid()}/children"
    while os.path.exists(own):
        with open(own) as file:
            children = [int(number) for number in file.read().split()]
        if not children:
            return
        for number in children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)
        reap()


def fork() -> int:
    """`os.fork`; a warning about the frameworks' idle threads (Python 3.12 and later) is of no use to an author."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()

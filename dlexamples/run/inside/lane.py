"""A lane: runs jobs one after the other, each in a process that it forks and outlives.

Where there are namespaces it is the first process of one that holds all of its runs, and ends them with itself; without
them it ends with its only run, since a block could reach it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import traceback
import warnings
from typing import Any

from . import sandbox, worker
from .channel import SocketChannel
from .kernel import IS_LINUX, PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, process_control
from .limits import Watch, children

leave = os._exit


def run(connection: socket.socket, server: socket.socket, *, divided: bool) -> None:
    """Runs what `connection` brings, then, `divided`, what `server` hands over, until that hangs up. Does not
    return."""
    channel = SocketChannel(connection)
    go_first()  # In a user namespace of its own nobody may.
    if divided:
        divide(channel)
    process_control(PR_SET_CHILD_SUBREAPER, 1)
    woken = wakes()
    while True:
        if job := channel.receive():
            watch(job, channel, server, woken)
        elif divided:
            waits(server)
        if not divided:
            leave(0)
        channel.close()
        channel = SocketChannel(next_connection(server))


def divide(channel: SocketChannel) -> None:
    """Nothing is run where there should be namespaces and are none."""
    try:
        sandbox.divide()
    except OSError:
        channel.send({"event": "fault", "trace": traceback.format_exc()})
        leave(1)


def go_first() -> None:
    """Puts this process before all that have no such priority (sched(7)), where it may: what a run starts, by the
    hundred if it wants to, would keep its watcher from the processor. It sleeps nearly all the time."""
    if IS_LINUX:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def go_as_others() -> None:
    """What a lane forks. Where nobody may ask for a priority (a container's filter, musl's library), it has none."""
    if IS_LINUX:
        with contextlib.suppress(OSError):
            if os.sched_getscheduler(0) == os.SCHED_RR:
                os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def wakes() -> int:
    """A descriptor that can be read once a child has ended."""
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    return woken


def waits(server: socket.socket) -> None:
    """Tells it so, before the parent hears of the run's end and may ask for the next one."""
    with contextlib.suppress(OSError):
        server.send(b".")


def next_connection(server: socket.socket) -> socket.socket:
    _, descriptors, _, _ = socket.recv_fds(server, 1, 1)
    if not descriptors:
        leave(0)
    return socket.socket(fileno=descriptors[0])


def watch(job: dict[str, Any], channel: SocketChannel, server: socket.socket, woken: int) -> None:
    """Forks the process of the blocks, sees that the run takes no more than it may, tells how it ended, and leaves
    nothing of it behind."""
    taken = Watch(job["sandbox"], job["top"])
    try:
        first = sandbox.begin(job)
    except OSError:
        channel.send({"event": "fault", "trace": traceback.format_exc()})
        leave(1)
    child = fork()
    if child == 0:
        go_as_others()
        os.close(signal.set_wakeup_fd(-1))
        os.close(woken)
        server.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        work(job, channel)
    with contextlib.suppress(OSError):
        channel.send({"event": "process", "process": number_outside(child, first)})
    status, exceeded = wait(child, first, channel.connection, woken, taken)
    end_descendants(child, first)
    if first is not None:
        waits(server)
    with contextlib.suppress(OSError):
        channel.end_line()
        if exceeded:
            channel.send({"event": "limit", "what": exceeded[0], "most": exceeded[1]})
        channel.send({"event": "exit", "status": status})


def number_outside(child: int, first: int | None) -> int | None:
    """Of the run's process, as the parent counts, whose /proc we see; None where that does not tell."""
    if first is None:
        return child
    *_, last = [None, *children("self")]
    return last


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
        return
    while found := [*children("self")]:
        for number in found:
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

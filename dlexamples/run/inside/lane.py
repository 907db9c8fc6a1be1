"""A lane: runs jobs one after the other, each in a process that it forks and outlives.

Where there are namespaces it is the first process of one that holds all of its runs, and ends them with itself; what it
has shut them in with serves the next one, too (`room`). Without them it ends with its only run, since a block could
reach it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import traceback
import warnings
from typing import Any

from . import ahead, sandbox, worker
from .channel import SocketChannel
from .kernel import IS_LINUX, PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, process_control
from .limits import Watch, children
from .room import Room
from .shown import WRITTEN

leave = os._exit


def run(control: socket.socket, *, divided: bool) -> None:
    """Runs what the connections bring that `control` hands over, `divided`, until that hangs up, else the first. Does
    not return."""
    go_first()  # In a user namespace of its own nobody may.
    job, channel, written = next_job(control)
    room = settle(job, channel, written, divided=divided)
    process_control(PR_SET_CHILD_SUBREAPER, 1)
    woken = wakes()
    while True:
        watch(job, channel, written, control, woken, room)
        if not room or not room.cleared():
            leave(0)
        tell(control, {"event": "waits"})
        job, channel, written = next_job(control)


def next_job(control: socket.socket) -> tuple[dict[str, Any], SocketChannel, list[int]]:
    """And what its run writes into (`shown.WRITTEN`). A connection that brings no job is left for the next one."""
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1 + len(WRITTEN))
        if not descriptors:
            leave(0)
        connection, *written = descriptors
        channel = SocketChannel(socket.socket(fileno=connection))
        if job := channel.receive():
            return job, channel, written
        channel.close()
        close(written)
        tell(control, {"event": "exit", "status": 0})
        tell(control, {"event": "waits"})


def tell(control: socket.socket, event: dict[str, Any]) -> None:
    """What no block can say in our place: the process of the blocks has no hold of `control`.

    | event   | when                                        | keys        |
    |---------|---------------------------------------------|-------------|
    | process | the process of the blocks is there          | process     |
    | limit   | the run was ended for what it takes         | what, most  |
    | exit    | all of its processes are gone               | status      |
    | waits   | nothing of it is left, and another may come |             |
    """
    with contextlib.suppress(OSError):
        control.sendall(json.dumps(event).encode() + b"\n")


def settle(job: dict[str, Any], channel: SocketChannel, written: list[int], *, divided: bool) -> Room | None:
    """What is the same for this job and all later ones. Nothing is run where there should be namespaces and are
    none."""
    try:
        room = sandbox.divide(job) if divided else None
        worker.arrive(job)
        if not ahead.make(job, written):
            leave(0)
        if room:
            room.look_round()
        return room
    except OSError:
        channel.send({"event": "fault", "trace": traceback.format_exc()})
        leave(1)
        raise


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
    """A descriptor that can be read once a child has ended. No other signal has a handler here: a run could send it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    return woken


def close(descriptors: list[int]) -> None:
    for each in descriptors:
        os.close(each)


def watch(
    job: dict[str, Any],
    channel: SocketChannel,
    written: list[int],
    control: socket.socket,
    woken: int,
    room: Room | None,
) -> None:
    """Forks the process of the blocks, sees that the run takes no more than it may, tells how it ended, and leaves no
    process of it behind."""
    taken = Watch(job["sandbox"], job["top"])
    if room:
        room.count_anew()
    child = fork()
    if child == 0:
        go_as_others()
        os.close(signal.set_wakeup_fd(-1))
        os.close(woken)
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        work(job, channel, written, room)
    close(written)
    tell(control, {"event": "process", "process": room.number_outside() if room else child})
    status, exceeded = wait(child, channel.connection, woken, taken, room)
    end_descendants(child, room)
    channel.close()
    if exceeded:
        tell(control, {"event": "limit", "what": exceeded[0], "most": exceeded[1]})
    tell(control, {"event": "exit", "status": status})


def work(job: dict[str, Any], channel: SocketChannel, written: list[int], room: Room | None) -> None:
    """Runs the blocks once everything that is not theirs is shut."""
    try:
        sandbox.shut_in(job, room)
        process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
    except OSError:
        channel.send({"event": "fault", "trace": traceback.format_exc()})
        leave(1)
    try:
        worker.run(job, channel.out_of_reach(), written)
    except OSError:
        leave(1)
    leave(0)


def wait(
    child: int, connection: socket.socket, woken: int, taken: Watch, room: Room | None
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
        if taken.is_hindered() or (not exceeded and (exceeded := taken.exceeded())):
            end(child, room)
        for descriptor, _ in found:
            if descriptor == woken:
                os.read(woken, 4096)
                continue
            poll.unregister(connection)
            end(child, room)


def reap() -> dict[int, int]:
    """By number: the status of each child that has ended, orphans that became ours included."""
    found: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            found[ended[0]] = ended[1]
    return found


def end(child: int, room: Room | None) -> None:
    """Kills the run: all of it at once, where its processes have a namespace of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(child, signal.SIGKILL)
    end_others(child, room)


def end_others(child: int, room: Room | None) -> None:
    """Kills what the run has started, also where `child` itself has ended and its number means nothing any more."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if room:
            os.kill(-1, signal.SIGKILL)  # All that are in the namespace but its first, which is this one (kill(2)).
        else:
            os.killpg(child, signal.SIGKILL)


def end_descendants(child: int, room: Room | None) -> None:
    """Kills what is left: of a namespace all; else the group, and what left it: orphans of our descendants become our
    children (prctl(2), Linux 3.4)."""
    while True:
        end_others(child, room)
        for number in () if room else children("self"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
        reap()


def fork() -> int:
    """`os.fork`; a warning about the frameworks' idle threads (Python 3.12 and later) is of no use to an author."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()

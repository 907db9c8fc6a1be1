"""A warm process that has imported a framework set and nothing more, and forks for every run.

What later runs will need it is told on its standard input, and imports before it forks again: `first` and modules that
the session's text asks for, or `offer` and modules that a run had to import, of which it takes those that a reader has
without importing them, for their package imports them when they are asked for (PEP 562). Of another one, `package.x`
behind a mere `import package` would pass here, and fail for a reader.

It never runs an operation: a child of a process that has computed something hangs (OpenMP's threads in torch,
TensorFlow's pools). It never initialises CUDA, which does not survive a fork. It ends when its standard input
is closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
import warnings
from typing import Any

from . import offline, worker
from .channel import SocketChannel
from .surroundings import see

leave = os._exit
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
CONTROL = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform.startswith("linux") else None


def main(arguments: list[str]) -> None:
    path, beside, *modules = arguments
    see(beside)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(64)
        offline.load()
        preload(modules)
        gc.collect()
        gc.freeze()
        serve(listener)
        reap(0)


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


def obey(command: str, modules: list[str]) -> None:
    preload(modules if command == "first" else [name for name in modules if is_lazy(name)])
    gc.collect()
    gc.freeze()


def is_lazy(name: str) -> bool:
    package, _, leaf = name.rpartition(".")
    return name not in sys.modules and package in sys.modules and leaf in dir(sys.modules[package])


def serve(listener: socket.socket) -> None:
    """One fork a connection, until the parent closes our standard input."""
    told = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([listener, told], [], [])
        if told in ready:
            line = b""
            while not line.endswith(b"\n"):
                if not (part := os.read(told, 65536)):
                    return
                line += part
            for command in line.decode().splitlines():
                verb, *modules = command.split()
                obey(verb, modules)
            continue
        connection, _ = listener.accept()
        reap(os.WNOHANG)
        if fork() == 0:
            listener.close()
            watch(connection)
        connection.close()


def reap(options: int) -> None:
    """Waits for children, so that their processor time is counted as ours; with WNOHANG for those that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def watch(connection: socket.socket) -> None:
    """Forks the process of the blocks, tells how it ended, and leaves none of its group behind."""
    process_control(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    channel = SocketChannel(connection)
    job = channel.receive()
    if job is None:
        leave(0)
    child = fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
        work(job, channel)
    with contextlib.suppress(OSError):
        channel.send({"event": "process", "process": child})
    status = wait(child, connection, woken)
    end_descendants(child)
    with contextlib.suppress(OSError):
        channel.send({"event": "exit", "status": status})
    leave(0)


def work(job: dict[str, Any], channel: SocketChannel) -> None:
    try:
        worker.run(job, channel)
    except OSError:
        leave(1)
    leave(0)


def wait(child: int, connection: socket.socket, woken: int) -> int:
    """The exit status of `child`, negative for a signal; kills it when the parent hangs up."""
    poll = select.poll()
    hang_up = getattr(select, "POLLRDHUP", select.POLLHUP)
    poll.register(connection, hang_up)
    poll.register(woken, select.POLLIN)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        for descriptor, _ in poll.poll():
            if descriptor == woken:
                os.read(woken, 4096)
                continue
            poll.unregister(connection)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
                os.killpg(child, signal.SIGKILL)


def end_descendants(child: int) -> None:
    """Kills the group, and what left it: orphans of our descendants become our children (prctl(2), Linux 3.4)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
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


def process_control(option: int, value: int) -> None:
    """prctl(2) where there is one."""
    if CONTROL is not None:
        CONTROL(option, value, 0, 0, 0)


def fork() -> int:
    """`os.fork`; a warning about the frameworks' idle threads (Python 3.12 and later) is of no use to an author."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()

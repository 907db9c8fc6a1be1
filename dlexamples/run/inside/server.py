"""A warm process that has imported a framework set and nothing more; the lanes that it forks fork for every run.

Asked for one, it forks a server more that has imported what looks for mends, for runs of a search that give no verdict.

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
import warnings

from . import imported, lane, offline, sandbox, surroundings, watching
from .kernel import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, process_control


def main(arguments: list[str]) -> None:
    """`arguments`: two sockets to listen at, for runs and for those of a search; the folder of further packages, or
    nothing; whether runs get namespaces of their own, or nothing; the modules to import."""
    path, search_path, beside, divided, *modules = arguments
    surroundings.see(beside)
    with _listening(path) as listener, _listening(search_path) as to_search:
        offline.load()
        watching.load()
        preload(modules)
        sandbox.look_round(beside)
        settle(beside)
        serve(listener, sys.stdin.fileno(), beside, divided=bool(divided), to_search=to_search)


def search(listener: socket.socket, lifeline: int, beside: str, *, divided: bool) -> None:
    """Serves with all that looks for mends in memory. Does not return."""
    process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(Exception):  # Each process that is asked says so.
        importlib.import_module("dlexamples.run.ask").load()
    settle(beside)
    serve(listener, lifeline, beside, divided=divided)
    os._exit(0)


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


def serve(
    listener: socket.socket, lifeline: int, beside: str, *, divided: bool, to_search: socket.socket | None = None
) -> None:
    """Each connection gets a lane, until the parent closes its end of `lifeline`; then until the last has ended. The
    first connection `to_search` gets a server for those."""
    if divided:
        # A lane is forked by a process that ends at once, and is a child of ours all the same.
        process_control(PR_SET_CHILD_SUBREAPER, 1)
    while True:
        listeners = [listener, to_search] if to_search else [listener]
        waited_for: list[int | socket.socket] = [lifeline, *listeners]
        ready, _, _ = select.select(waited_for, [], [])
        if lifeline in ready:
            break
        # Their processor time is counted as ours.
        lane.reap()
        if listener in ready:
            control, _ = listener.accept()
            with control:
                if lane.fork() == 0:
                    for each in listeners:
                        each.close()
                    lane.run(control, divided=divided)
        if to_search and to_search in ready:
            if lane.fork() == 0:
                listener.close()
                search(to_search, lifeline, beside, divided=divided)
            to_search.close()
            to_search = None
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _listening(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(64)
    return listener

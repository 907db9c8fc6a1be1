"""Shuts a run in: its own processes, network and files, and no more of the machine than it is given.

What a job asks for is `job["sandbox"]`, see `dlexamples.run.job`: None where nothing is shut in; `namespaces` says
whether this machine lets us make them, which `probe` has tried.
"""

from __future__ import annotations

import os
from typing import Any

from . import landlock, limits, mounts, namespaces, seccomp
from .kernel import IS_LINUX, give_up_privileges
from .readable import NAME_SERVICE, PROCESSES, devices, program_folders, readable


def look_round(beside: str) -> None:
    """What is the same for every run is looked up once, by the server."""
    if IS_LINUX:
        readable(beside)
        devices()


def divide() -> None:
    """To be called once by what watches over runs: it can make namespaces from then on. Raises OSError."""
    namespaces.divide()


def begin(job: dict[str, Any]) -> int | None:
    """To be called by what watches over the run, before it forks it: the process with which all of the run's end,
    where there can be one. Raises OSError."""
    asked = job["sandbox"]
    return namespaces.divide_off() if asked and asked["namespaces"] else None


def shut_in(job: dict[str, Any]) -> None:
    """To be called in the run's first process. Raises OSError: then nothing may be run."""
    asked, network = job["sandbox"], job["network"]
    if not (IS_LINUX and asked):
        return
    names = NAME_SERVICE if network else ()
    if asked["namespaces"]:
        namespaces.let_go()
        namespaces.leave_host(network=network)
        mounts.own_view(job["top"], [*program_folders(job["beside"], *job["ours"]), *names], asked["memory"])
    give_up_privileges()
    if not asked["namespaces"] and not network and seccomp.is_here():
        seccomp.refuse_sockets()
    if landlock.version():
        reads = [*readable(job["beside"], *job["ours"]), *names, PROCESSES]
        landlock.allow_only(reads, _writable(job), devices())
    limits.limit(asked, gpu=_has_gpu(job))


def _writable(job: dict[str, Any]) -> list[str]:
    """/tmp only where it is the run's own."""
    own = [mounts.TEMPORARY] if job["sandbox"]["namespaces"] else []
    return [job["environment"]["HOME"], job["results"], mounts.SHARED, *own]


def _has_gpu(job: dict[str, Any]) -> bool:
    return job["device"] != "cpu" and any(os.path.exists(path) for path in ("/dev/nvidiactl", "/dev/kfd"))

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
from .room import Room


def look_round(beside: str) -> None:
    """What is the same for every run is looked up once, by the server."""
    if IS_LINUX:
        readable(beside)
        devices()


def divide(job: dict[str, Any]) -> Room:
    """Goes on in the first process of a namespace, with a network and mounts of its own: those of this job's run and of
    all that it forks later. Raises OSError."""
    processes = os.open(PROCESSES, os.O_PATH)
    namespaces.divide()
    namespaces.leave_host(network=job["network"])
    needed = [*program_folders(job["beside"], *job["ours"]), *_names(job)]
    mounts.own_view(job["top"], needed, job["sandbox"]["memory"])
    return Room(job, processes, _rules(job))


def shut_in(job: dict[str, Any], room: Room | None) -> None:
    """To be called in the run's first process. Raises OSError: then nothing may be run."""
    asked = job["sandbox"]
    if not (IS_LINUX and asked):
        return
    if room:
        namespaces.own_messages()
    give_up_privileges()
    if not room and not job["network"] and seccomp.is_here():
        seccomp.refuse_sockets()
    rules = room.rules if room else _rules(job)
    if rules is not None:
        landlock.restrict(rules)
        os.close(rules)
    if room:
        room.let_go()
    limits.limit(asked, gpu=_has_gpu(job))


def _rules(job: dict[str, Any]) -> int | None:
    """Which files a run may open, as a descriptor; None where there is no Landlock."""
    if not landlock.version():
        return None
    reads = [*readable(job["beside"], *job["ours"]), *_names(job), PROCESSES]
    return landlock.rules(reads, _writable(job), devices())


def _names(job: dict[str, Any]) -> tuple[str, ...]:
    return NAME_SERVICE if job["network"] else ()


def _writable(job: dict[str, Any]) -> list[str]:
    """/tmp only where it is the run's own."""
    own = [mounts.TEMPORARY] if job["sandbox"]["namespaces"] else []
    return [job["environment"]["HOME"], job["results"], mounts.SHARED, *own]


def _has_gpu(job: dict[str, Any]) -> bool:
    return job["device"] != "cpu" and any(os.path.exists(path) for path in ("/dev/nvidiactl", "/dev/kfd"))

"""Posts are run on a Ray cluster, or on the cores of this machine through Ray: a post is a task.

The text of a post travels with its task, and its report comes back; the nodes hold dlexamples and what posts import,
and nothing of the posts. Ray runs a task again that was lost with its node
(https://docs.ray.io/en/latest/ray-core/fault_tolerance/tasks.html); a report that has come is kept here.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import logging
import os
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples import __version__
from dlexamples.errors import ToldError
from dlexamples.executors import ExecutorError, Ran

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dlexamples.model import Document
    from dlexamples.settings import Settings

    Task = Callable[[str, str, Settings, str], Ran]

RETRIES = 3
"""So many times a task is run again whose node or process was lost."""
FOLDER = "dlexamples-ray-"
"""What the folder of a cluster of our own begins with. It is in /tmp: a socket's path is at most 107 bytes long."""
PATIENCE = 5.0
"""Seconds for which a cluster may leave a connection unanswered, or a cancelled task may go on."""


def run(documents: Sequence[Document], settings: Settings, address: str, task: Task | None = None) -> Ran:
    """Joins the cluster at `address`, or starts one on this machine where it is empty. `task` is what is run of each
    post, by default `check_post`."""
    from dlexamples.reports.progress import progress

    # Ray prints what it hears of lost nodes, where the report goes.
    with redirect_stdout(io.StringIO()), cluster(address) as ray, progress() as shown:
        for document in documents:
            shown.started(document, sum(block.is_python for block in document.blocks))
        ran: dict[int, Ran] = {}
        with _tasks(ray, task or check_post, documents, settings) as waiting:
            while waiting:
                (done, *_), _ = ray.wait(list(waiting))
                index = waiting.pop(done)
                ran[index] = _result(ray, done, documents[index])
                for outcome in (each for report in ran[index].reports for each in report.outcomes):
                    if outcome.block.is_python:
                        shown.finished(outcome)
    in_order = [ran[index] for index in range(len(documents))]
    faults = dict.fromkeys(fault for each in in_order for fault in each.faults)
    answered, asked = (sum(each.cached[index] for each in in_order) for index in (0, 1))
    return Ran([report for each in in_order for report in each.reports], list(faults), (answered, asked))


@contextmanager
def _tasks(ray: Any, task: Task, documents: Sequence[Document], settings: Settings) -> Iterator[dict[Any, int]]:
    """Ray's references to the results, and whose each is. Those that are still there at the end are cancelled."""
    remote = ray.remote(num_cpus=1, max_retries=RETRIES)(task)
    gpus = min(1, ray.cluster_resources().get("GPU", 0))
    waiting = {}
    for index, document in enumerate(documents):
        sized = remote.options(num_gpus=gpus if _wants_gpu(document, settings) else 0)
        waiting[sized.remote(document.path.as_posix(), document.text, settings, __version__)] = index
    try:
        yield waiting
    finally:
        for reference in waiting:
            ray.cancel(reference)
        if waiting:
            # Else their processes are killed, and leave their folders behind.
            ray.wait(list(waiting), num_returns=len(waiting), timeout=PATIENCE)


def check_post(path: str, text: str, settings: Settings, version: str) -> Ran:
    """What one task does, in a process of its node."""
    from dlexamples.formats import parse
    from dlexamples.running import checked, running

    if version != __version__:
        raise ExecutorError(
            f"a node of the cluster has dlexamples {__version__}, and this is {version}; install one version on all"
        )
    # A task has one core, and Ray tells numerical libraries so.
    with running(replace(settings, jobs=1), stream=io.StringIO()) as at_hand:
        document = at_hand.equipped(parse(Path(path), text))
        report = checked(document, settings, at_hand)
    return Ran((report,), tuple(at_hand.faults), at_hand.cache.counted())


def _wants_gpu(document: Document, settings: Settings) -> bool:
    return settings.device == "cuda" or any(block.marks.device == "cuda" for block in document.blocks)


def _result(ray: Any, done: Any, document: Document) -> Ran:
    """What a task returned. Of a post that has no report, a fault tells."""
    try:
        ran: Ran = ray.get(done)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, ToldError):
            raise error.cause from None
        return Ran((), (f"{document.path} has no report, for its task failed:\n{error}",))
    except ray.exceptions.RayError as error:
        return Ran((), (f"{document.path} has no report, for Ray gave its task up:\n{error}",))
    return ran


@contextmanager
def cluster(address: str) -> Iterator[Any]:
    """The module `ray`, connected. A cluster of our own leaves nothing behind. Raises ExecutorError."""
    ray = _ray(joins=bool(address))
    folder = None if address else tempfile.mkdtemp(prefix=FOLDER, dir="/tmp" if os.name == "posix" else None)
    ended_by = signal.getsignal(signal.SIGTERM)
    try:
        if folder:
            ray.init("local", include_dashboard=False, log_to_driver=False, configure_logging=False, _temp_dir=folder)
        else:
            _join(ray, address)
        if threading.current_thread() is threading.main_thread():
            # Ray puts a handler of its own there, which tells another exit code.
            signal.signal(signal.SIGTERM, ended_by)
        yield ray
    finally:
        ray.shutdown()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _ray(*, joins: bool) -> Any:
    if importlib.util.find_spec("ray") is None:
        raise ExecutorError("--executor ray needs Ray: `pip install 'dlexamples[ray]'`")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not joins:
        # Else Ray writes a token into the author's home.
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    logging.getLogger("ray").setLevel(logging.ERROR)
    return importlib.import_module("ray")


def _join(ray: Any, address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if host:
            # Ray itself looks for minutes for one that is not there.
            socket.create_connection((host, int(port)), PATIENCE).close()
        ray.init(address, log_to_driver=False, configure_logging=False)
    except (OSError, RuntimeError, ValueError) as error:
        would_do = "`ray start --head` starts one, `--executor ray` its own"
        raise ExecutorError(f"--executor ray:{address}: no Ray cluster answers there: {error}; {would_do}") from error

"""A session with its missing names supplied, statement by statement, as the probe does it.

Runs in a process of its own, so that no test shares TensorFlow's threads.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import io
import os
import random
import shutil
import sys
import tempfile
import types
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlexamples.data import propose
from dlexamples.model import Place, Proposal, Stop
from dlexamples.paths import WORKING_FOLDER
from dlexamples.run.inside import offline
from dlexamples.run.inside.errors import position

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

MOST_FILLS = 20
POST = "<post>"


@dataclass(frozen=True)
class Filled:
    sources: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    refusals: tuple[Proposal, ...]
    error: str
    """What is left when nothing more is proposed: the exception's class and words."""


def fill(published: Sequence[str], namespace: dict[str, object] | None = None) -> Filled:
    """The session after every proposal that is not a refusal; what it then binds is put into `namespace`."""
    sources = tuple(published)
    proposals: list[Proposal] = []
    for _ in range(MOST_FILLS):
        with empty_folder():
            reached: dict[str, object] = types.ModuleType("__main__").__dict__
            stop = stopped(sources, tuple(published), reached)
            found = tuple(propose(stop)) if stop else ()
        if stop is None:
            (namespace if namespace is not None else {}).update(reached)
            return Filled(sources, tuple(proposals), (), "")
        if not found or found[0].final:
            return Filled(sources, tuple(proposals), found, f"{type(stop.error).__name__}: {stop.error}")
        proposals.append(found[0])
        sources = found[0].sources
    raise AssertionError("\n---\n".join(sources))


@contextlib.contextmanager
def empty_folder() -> Iterator[None]:
    """Each run starts in one, as the worker's does."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        working = Path(folder, *WORKING_FOLDER)
        working.mkdir(parents=True)
        os.chdir(working)
        try:
            yield
        finally:
            os.chdir(before)


def stopped(sources: tuple[str, ...], published: tuple[str, ...], namespace: dict[str, object]) -> Stop | None:
    """Where a run from the top, in an empty namespace, stops."""
    random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
    for block, source in enumerate(sources):
        for node in ast.parse(source).body:
            if error := _error(node, block, namespace):
                place = Place(block, node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
                frame = _innermost(error)
                at = _place(frame) if frame else place
                found = frame.tb_frame.f_locals if frame else namespace
                return Stop(error, namespace, found, sources, published, place, at)
    return None


def _error(node: ast.stmt, block: int, namespace: dict[str, object]) -> Exception | None:
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(compile(ast.Module([node], []), f"{POST}{block}", "exec"), namespace)
    except Exception as error:
        return error
    return None


def _innermost(error: BaseException) -> TracebackType | None:
    """The last frame of the post's own text."""
    found, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(POST):
            found = trace
        trace = trace.tb_next
    return found


def _place(frame: TracebackType) -> Place:
    line, column, end_line, end_column = position(frame)
    return Place(int(frame.tb_frame.f_code.co_filename.removeprefix(POST)), line, column, end_line, end_column)


def quiet() -> None:
    """For a new process, before it imports a framework."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", MPLBACKEND="Agg", OMP_NUM_THREADS="1")
    # What a supplied call downloads, and where it is kept, is as in a check.
    kept = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    os.environ.update(dict.fromkeys(("KERAS_HOME", "SCIKIT_LEARN_DATA", "SEABORN_DATA"), kept))
    offline.load()
    offline.stand_in()
    offline.tell_to(lambda _: None, _our_fault)


def _our_fault(what: str) -> None:
    raise AssertionError(what)

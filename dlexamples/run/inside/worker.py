"""Runs the blocks of one session in this process, statement by statement, and tells what happens.

A job is a dict (see `dlexamples.run.job`), an event is a dict with the key `event`:

| event     | when                                  | keys                                                |
|-----------|---------------------------------------|-----------------------------------------------------|
| block     | a block starts                        | block, and where its output and errors begin        |
| at        | a top-level statement starts          | block, line                                         |
| stop      | the first of a block's statements raised | block, wall, and those of `errors.described`     |
| later     | another one of that block did, which needs nothing that was lost | the same                 |
| raised    | a statement raised as the post shows  | block, line, kinds, message                         |
| blocked   | a statement needs what an earlier block lost | block, name, by                              |
| made      | one of the first imports was made (`ahead`) | block, number, seconds, alone                   |
| checked   | the calls of a `no-run` block were looked up | block, findings                               |
| unreached | the session ended: what is wrong with calls that no run reached | block, findings            |
| served    | a loader got something else than a download | block, and those of `offline.Served`          |
| fault     | what stands in for a download could not be made | trace                                     |
| absent    | a block's own device is not here      | block                                               |
| done      | a block ended, however                | block, seconds, device, lines, inner, hit, figures, |
|           |                                       | warned, where its output and errors end, how many   |
|           |                                       | bytes of them were dropped, and `written` where the |
|           |                                       | post shows output                                   |
| answer    | `ask` was asked                       | candidates, refusals, explanation, fault            |
| no-device | the device of the job is not here     |                                                     |
| trained   | a block has ended: what was seen of training up to here | those of `watching.Watch.facts`    |
| imported  | the same: what was imported, for the cache | those of `imported.imported`                   |
| end       | the session ended                     |                                                     |

One that stops where the job says `wait` is no verdict any more: on the command `ask` it imports
`dlexamples.run.ask` and looks for a mend, on `go on` it goes on with the next statement. What a statement that failed
would have bound or changed is lost, and with it every later statement that needs that.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import faulthandler
import itertools
import os
import signal
import sys
import time
import traceback
import types
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from . import errors, offline, refused, shown, watching
from .ahead import Effects
from .calls import findings
from .channel import Channel, PipeChannel
from .imported import imported
from .lines import Lines, code_lines, function_lines
from .surroundings import enter, main_module, prepare, see, seed_all, sees_gpu
from .unreached import unreached

# As they are now: a block may put others in their place.
execute, translate, leave = exec, compile, os._exit


def arrive(job: dict[str, Any]) -> None:
    """What is the same for all jobs of a lane, and need not be done in the process of each."""
    enter(job)
    if not job["network"]:
        offline.stand_in()


def run(job: dict[str, Any], channel: Channel, written: Sequence[int]) -> None:
    """Runs every block of `job` where this process, or one that forked it, has arrived. `written`: files as
    `shown.WRITTEN` names them. Does not raise for anything that a block does."""
    if not prepare(job):
        channel.send({"event": "no-device"})
        return
    *streams, where = written
    session = SessionRun(job, channel, shown.Streams(streams))
    offline.tell_to(session.serve, session.fault)
    session.watch.start()
    tell_where(where)
    session.lines.start()
    for index in range(len(session.blocks)):
        session.block(index)
    session.lines.stop()
    session.watch.calls.stop()
    session.check_unreached()
    with contextlib.suppress(Exception):  # A block may have left nothing to ask.
        channel.send({"event": "imported", **imported(job)})
    channel.send({"event": "end"})


def tell_where(file: int) -> None:
    """On SIGUSR1 the interpreter writes its stack to the file, even where it is in C and does not return."""
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, file=shown.out_of_the_way(file), all_threads=True)


@contextlib.contextmanager
def deep_recursion() -> Iterator[None]:
    """A long sum nests deeply as a tree, and compiles as text: it must as a tree, too."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 5_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


class SessionRun:
    """The state of one session: its namespace, how far it is, what was lost on the way."""

    def __init__(self, job: dict[str, Any], channel: Channel, streams: shown.Streams) -> None:
        self.job = job
        self.channel = channel
        self.streams = streams
        self.blocks: list[dict[str, Any]] = job["blocks"]
        self.filename: str = job["filename"]
        self.watch = watching.Watch(self.filename, self.fault)
        self.lines = Lines(self.watch.calls.begins)
        self.lost: dict[str, int] = {}
        """By name: the block that failed before it bound the name, or changed its object."""
        self.failed: set[int] = set()
        """Blocks of which it is told that they failed, or what they lack."""
        self.has_lost_a_star = False
        """An `import *` failed: any name may have come of it."""
        self.ran: set[int] = set()
        """Blocks that were run, as far as they do."""
        self.flags = 0
        self.running = 0
        self.is_asked = False
        """A mend is being looked for."""
        self.waited = 0.0
        """Seconds for which the block that runs has waited at a stop."""
        self.written: list[list[int]] = []
        """Of the block that runs: each statement's line, and how many bytes were printed before it."""
        self.process = os.getpid()
        self.path, self.recursion_limit = list(sys.path), sys.getrecursionlimit()
        self.namespace: dict[str, Any] = main_module(job).__dict__

    def serve(self, what: dict[str, Any]) -> None:
        """Tells what a loader got in place of a download; what is loaded for a mend is not the block's."""
        if not self.is_asked:
            self.channel.send({"event": "served", "block": self.running, **what})

    def fault(self, trace: str) -> None:
        """Tells an error of our own."""
        if os.getpid() == self.process:
            self.channel.send({"event": "fault", "trace": trace})

    def block(self, index: int) -> None:
        """Runs one block to its end."""
        block = self.blocks[index]
        self.running = index
        self.streams.restore()
        begins = self.streams.sizes()
        self.channel.send({"event": "block", "block": index, "begins": begins})
        started, self.waited = time.perf_counter(), 0.0
        warned: list[dict[str, Any]] = []
        code: list[types.CodeType] = []
        self.written = []
        if self._is_left_out(index):
            self._lose(block, block["statements"])
        else:
            self.ran.add(index)
            with shown.recorded_warnings(warned, self.filename):
                code = self._run(index)
        shown.flush()
        self.channel.send(
            {
                "event": "done",
                "block": index,
                "dropped": self.streams.dropped(begins),
                "ends": self.streams.sizes(),
                "seconds": time.perf_counter() - started - self.waited,
                "device": shown.device(code, self.namespace),
                "lines": sorted(set().union(*map(code_lines, code))),
                "inner": sorted(set().union(*map(function_lines, code))),
                "hit": sorted(self.lines.run),
                "figures": shown.figures(self.job["results"], index),
                "warned": warned,
                "written": self.written,
            }
        )
        sources = [(self.blocks[number]["source"], self.blocks[number]["first_line"]) for number in sorted(self.ran)]
        self.watch.ended(self.namespace, sources)
        self.channel.send({"event": "trained", **self.watch.facts()})

    def check_unreached(self) -> None:
        """Looks at the calls that no run reached, with all that the session has left alive."""
        try:
            for index, found in unreached(self.blocks, self.ran, self.lines.run, self.namespace):
                self.channel.send({"event": "unreached", "block": index, "findings": found})
        except Exception:
            self.fault(traceback.format_exc())

    def _is_left_out(self, index: int) -> bool:
        """Nothing of the block is run: its names are lost to the blocks after it."""
        block = self.blocks[index]
        if block["no_run"]:
            earlier = [before["source"] for before in self.blocks[:index]]
            self.channel.send({"event": "checked", "block": index, "findings": findings(block["source"], earlier)})
            return True
        if index not in self.job["skip"] and block["device"] == "cuda" and not sees_gpu():
            self.channel.send({"event": "absent", "block": index})
            return True
        return index in self.job["skip"]

    def _run(self, index: int) -> list[types.CodeType]:
        """Compiles the whole block first: one that does not compile runs nothing, as in a file."""
        block = self.blocks[index]
        try:
            nodes, code = self._compiled(block)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            first = block["first_line"]
            nothing = ast.Pass(lineno=first, col_offset=0, end_lineno=first, end_col_offset=0)
            self._stopped(index, _without_imports(block), nothing, error)
            return []
        offset = block["first_line"] - 1
        for number, (node, compiled) in enumerate(zip(nodes, code, strict=True)):
            # Of a block that is too deep to be analysed there is one entry for the whole.
            known = block["statements"][number : number + 1]
            missing = [name for statement in known for name in statement["needs"] if name in self.lost]
            if missing:
                self._blocked(block, known, missing[0])
                continue
            self.lines.watch(compiled)
            line = node.lineno - offset
            self.channel.send({"event": "at", "block": index, "line": line})
            if block["printed"]:
                shown.flush()
                self.written.append([line, os.fstat(1).st_size])
            effects = Effects() if [index, number] in self.job["to_learn"] else None
            try:
                execute(compiled, self.namespace)
            except BaseException as error:
                self._end_if_forked(error)
                if line in block["may_raise"] or errors.is_announced(error, block["announced"].get(str(line))):
                    self._raised(index, line, error)
                    continue
                if not isinstance(error, Exception) or block["left_out"]:
                    # The author's own end of the block, or of the program.
                    self._stopped(index, block["statements"][number:], node, error)
                    break
                self._stopped(index, known, node, error)
                continue
            self._end_if_forked(None)
            if [index, number] in self.job["first"]:
                self._made(index, number, effects)
            for statement in known:
                for bound in statement["binds"]:
                    self.lost.pop(bound, None)
        return code

    def _made(self, index: int, number: int, effects: Effects | None) -> None:
        """One of the first imports. What it has drawn must not matter: a lane may have made it ahead."""
        if effects:
            self.channel.send({"event": "made", "block": index, "number": number, **effects.told()})
        with contextlib.suppress(Exception):  # It may be another module of that name.
            seed_all(self.job["seed"])

    def _compiled(self, block: dict[str, Any]) -> tuple[list[ast.stmt], list[types.CodeType]]:
        """The statements and their code, both with the document's lines."""
        with warnings.catch_warnings(), deep_recursion():
            warnings.simplefilter("ignore", SyntaxWarning)
            self._compile(block["source"])
            nodes = ast.parse(block["source"], self.filename).body
            code: list[types.CodeType] = []
            for node in nodes:
                self._note_future(node)
                # At a prompt the value of an expression is printed.
                tree: ast.Module | ast.Interactive = (
                    ast.Interactive([node]) if block["interactive"] else ast.Module([node], [])
                )
                code.append(self._compile(ast.increment_lineno(tree, block["first_line"] - 1)))
            return nodes, code

    def _compile(self, what: str | ast.Module | ast.Interactive) -> types.CodeType:
        mode = "single" if isinstance(what, ast.Interactive) else "exec"
        # Assertions stay in, whatever PYTHONOPTIMIZE says here.
        code: types.CodeType = translate(what, self.filename, mode, self.flags, dont_inherit=True, optimize=0)
        return code

    def _note_future(self, node: ast.stmt) -> None:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                self.flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)

    def _end_if_forked(self, error: BaseException | None) -> None:
        """A child that the block forked ends with the statement that forked it, and never answers for its parent."""
        if os.getpid() != self.process:
            shown.flush()
            leave(0 if error is None or isinstance(error, SystemExit) else 1)

    def _stopped(self, index: int, lost: list[dict[str, Any]], node: ast.stmt, error: BaseException) -> None:
        """A statement failed, and with it all that is `lost`. A block's first failure is mended or is its verdict;
        later ones, of statements that need nothing that was lost, are told beside it."""
        block = self.blocks[index]
        if isinstance(error, NameError) and error.name in self.lost:
            self._blocked(block, lost, error.name)
            return
        offset = block["first_line"] - 1
        stop = errors.described(error, node, self.namespace, self.filename, offset)
        stop["wall"] = refused.wall(error, self.job)
        errors.show(error, self.filename, block)
        shown.flush()
        if index not in self.failed:
            self.failed.add(index)
            self.channel.send({"event": "stop", "block": index, **stop})
            if index in self.job["wait"]:
                self._wait(index, node, error)
        elif not self._may_follow(error):
            self.channel.send({"event": "later", "block": index, **stop})
        self.has_lost_a_star |= any(isinstance(part, ast.alias) and part.name == "*" for part in ast.walk(node))
        self._lose(block, lost)

    def _may_follow(self, error: BaseException) -> bool:
        """Whether what failed before may be the reason, though no name says so: the file that it would have written, a
        name of the star that could not be imported."""
        return isinstance(error, OSError) or (isinstance(error, NameError) and self.has_lost_a_star)

    def _raised(self, index: int, line: int, error: BaseException) -> None:
        """The post shows this statement's traceback: the next one runs, as at a prompt."""
        errors.show(error, self.filename, self.blocks[index])
        kinds, message = [kind.__name__ for kind in type(error).__mro__], errors.message(error, 0)
        self.channel.send({"event": "raised", "block": index, "line": line, "kinds": kinds, "message": message})

    def _blocked(self, block: dict[str, Any], lost: list[dict[str, Any]], name: str) -> None:
        index = block["index"]
        if index not in self.failed:
            # What fails further down may follow from it, and no mend of it could be tried.
            self.failed.add(index)
            self.channel.send({"event": "blocked", "block": index, "name": name, "by": self.lost[name]})
        self._lose(block, lost)

    def _lose(self, block: dict[str, Any], statements: list[dict[str, Any]]) -> None:
        """What these statements would have bound or changed is not to be had, and what an earlier block has bound is
        not what they would have. Where the author says that the block is not run, or that it ends with an exception,
        it is what a reader has."""
        for statement in statements:
            # A module is what it was, whatever did not come of `plt.plot(missing)`.
            touched = (name for name in statement["touches"] if not self._is_module(name))
            for name in itertools.chain(statement["binds"], touched):
                if not (block["left_out"] and name in self.namespace):
                    self.lost[name] = block["index"]
            for name in statement["binds"]:
                if not block["left_out"]:
                    self.namespace.pop(name, None)

    def _is_module(self, name: str) -> bool:
        return isinstance(self.namespace.get(name), types.ModuleType)

    def _wait(self, index: int, node: ast.stmt, error: BaseException) -> None:
        """Alive at the stop: looks for mends until told to go on."""
        stopped = time.perf_counter()
        while (command := self.channel.receive()) is not None and command["do"] == "ask":
            self.is_asked = True
            self.watch.calls.stop()
            self.job["post"] = command["post"]
            reply = self._answer(index, node, error)
            self.is_asked = False
            self.channel.send({"event": "answer", **reply})
        if command is None or command["do"] != "go on":
            leave(0)
        self.waited += time.perf_counter() - stopped

    def _answer(self, index: int, node: ast.stmt, error: BaseException) -> dict[str, Any]:
        reply: dict[str, Any] = {"candidates": [], "refusals": [], "explanation": "", "fault": ""}
        known = [*self.path, *self.job["ours"]]
        sys.path[:] = [*sys.path, *(path for path in known if path not in sys.path)]
        sys.setrecursionlimit(max(self.recursion_limit, sys.getrecursionlimit()))
        try:
            from dlexamples.run.ask import answer
        except Exception as failure:
            # The block has left its process unable to import: nothing can be asked there, and that is said.
            return {**reply, "unasked": f"{type(failure).__name__}: {failure}"}
        return answer(self, index, node, error)


def _without_imports(block: dict[str, Any]) -> list[dict[str, Any]]:
    """What is lost with a block that does not compile: an import of its is to be had elsewhere."""
    return [
        {**statement, "binds": [name for name in statement["binds"] if name not in block["imports"]]}
        for statement in block["statements"]
    ]


def main(arguments: list[str]) -> None:
    """A new interpreter for one job, where forking is not possible: the job is the first line of standard input."""
    channel = PipeChannel(os.dup(0), os.dup(1))
    job = channel.receive()
    if job is None:
        return
    os.environ.update(job["environment"])
    see(job["beside"])
    offline.load()
    watching.load()
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    flags = os.O_RDWR | os.O_APPEND
    written = [os.open(os.path.join(job["results"], name), flags) for name in shown.WRITTEN]
    for name in job["preload"]:
        with contextlib.suppress(Exception):
            __import__(name)
    arrive(job)
    run(job, channel, written)
    leave(0)

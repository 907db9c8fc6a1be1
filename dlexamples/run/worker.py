"""Runs the blocks of one session in this process, statement by statement, and tells what happens.

Standard library only, and loaded as a file and not as a part of the package: a block finds nothing of dlexamples
in the process that gives its verdict. The one exception is made on request: a process that has stopped, and whose
run is therefore no verdict any more, imports `dlexamples.run.ask` to look for a mend.

A job is a dict (see `dlexamples.run.job`), an event is a dict with the key `event`:

| event  | when                                 | keys                                                       |
|--------|--------------------------------------|------------------------------------------------------------|
| block  | a block starts                       | block                                                      |
| at     | a top-level statement starts         | block, line                                                |
| stop   | a statement raised                   | block, statement, error, message, frames, own, trail       |
| blocked| a block needs what an earlier lost   | block, name, by                                            |
| done   | a block ended, however               | block, seconds, device, lines, hit, inner, figures, warned |
| answer | `ask` was asked                      | candidates, refusals, explanation, fault                   |
| end    | the session ended                    |                                                            |
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import itertools
import json
import linecache
import os
import random
import sys
import tempfile
import time
import types
import warnings
from typing import Any, Protocol

if __package__:
    from dlexamples.run.lines import Lines, code_lines, function_lines
else:
    from lines import Lines, code_lines, function_lines  # type: ignore[import-not-found,no-redef,unused-ignore]

OURS = ("worker", "lines", "server")


class Channel(Protocol):
    """The way to the parent process."""

    def send(self, event: dict[str, Any]) -> None: ...
    def receive(self) -> dict[str, Any] | None: ...


def run(job: dict[str, Any], channel: Channel) -> None:
    """Runs every block of `job`. Does not raise for anything that a block does."""
    enter(job)
    if not prepare(job):
        channel.send({"event": "no-device"})
        return
    session = SessionRun(job, channel)
    session.lines.start()
    for index in range(len(session.blocks)):
        session.block(index)
    session.lines.stop()
    channel.send({"event": "end"})


def enter(job: dict[str, Any]) -> None:
    """A scratch folder to work in, the job's environment, nothing on standard input."""
    os.environ.update(job["environment"])
    for name in job["unset"]:
        os.environ.pop(name, None)
    os.chdir(job["scratch"])
    tempfile.tempdir = None
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", write_through=True)
    sys.argv = [job["script"]]
    sys.path[:] = [job["scratch"], *(p for p in sys.path if p not in {"", os.path.dirname(__file__)})]
    for name in OURS:
        sys.modules.pop(name, None)


def prepare(job: dict[str, Any]) -> bool:
    """Seeds everything and puts work on the device. False when the device is not here."""
    seed = job["seed"]
    random.seed(seed)
    numpy, torch, tensorflow = (sys.modules.get(name) for name in ("numpy", "torch", "tensorflow"))
    if numpy:
        numpy.random.seed(seed)
    if torch:
        torch.manual_seed(seed)
    if tensorflow:
        tensorflow.random.set_seed(seed)
    if job["device"] != "cuda":
        return True
    found = False
    if torch and torch.cuda.is_available():
        torch.set_default_device("cuda")
        found = True
    if tensorflow and tensorflow.config.list_physical_devices("GPU"):
        found = True  # TensorFlow places what it can on the GPU by itself.
    return found or not (torch or tensorflow)


class SessionRun:
    """The state of one session: its namespace, how far it is, what was lost on the way."""

    def __init__(self, job: dict[str, Any], channel: Channel) -> None:
        self.job = job
        self.channel = channel
        self.blocks: list[dict[str, Any]] = job["blocks"]
        self.filename: str = job["filename"]
        self.lines = Lines(self.filename)
        self.lost: dict[str, int] = {}
        self.flags = 0
        self.main = self._main_module()
        self.namespace: dict[str, Any] = self.main.__dict__
        self.current: tuple[int, ast.stmt, BaseException] | None = None

    def block(self, index: int) -> None:
        """Runs one block to its end or to its first failing statement."""
        block = self.blocks[index]
        self.channel.send({"event": "block", "block": index})
        self._redirect(index)
        started = time.perf_counter()
        warned: list[dict[str, Any]] = []
        code: list[types.CodeType] = []
        lost = next((name for name in block["needs"] if name in self.lost), None)
        if index in self.job["skip"]:
            self._lose(block, 0)
        elif lost is not None:
            self._lose(block, 0)
            self.channel.send({"event": "blocked", "block": index, "name": lost, "by": self.lost[lost]})
        else:
            with self._recorded_warnings(warned):
                code = self._statements(index)
        self._flush()
        self.channel.send(
            {
                "event": "done",
                "block": index,
                "seconds": time.perf_counter() - started,
                "device": self._device(code),
                "lines": sorted(set().union(*map(code_lines, code))),
                "inner": sorted(set().union(*map(function_lines, code))),
                "hit": sorted(self.lines.run),
                "figures": self._figures(index),
                "warned": warned,
            }
        )

    def _statements(self, index: int) -> list[types.CodeType]:
        """Compiles the whole block first: one that does not compile runs nothing, as in a file."""
        block = self.blocks[index]
        nodes: list[ast.stmt] = []
        code: list[types.CodeType] = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                compile(block["source"], self.filename, "exec", self.flags, dont_inherit=True)
                nodes = ast.parse(block["source"], self.filename).body
                code = [self._compile(node, block["first_line"] - 1) for node in nodes]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._stopped(index, 0, ast.Pass(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0), error)
            return []
        for number, (node, compiled) in enumerate(zip(nodes, code, strict=True)):
            self.lines.watch(compiled)
            self.channel.send({"event": "at", "block": index, "line": node.lineno})
            try:
                exec(compiled, self.namespace)
            except BaseException as error:
                self._stopped(index, number, node, error)
                return code
            for name in block["statements"][number]["binds"] if number < len(block["statements"]) else ():
                self.lost.pop(name, None)
        return code

    def _compile(self, node: ast.stmt, offset: int) -> types.CodeType:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                self.flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        # The block's own line numbers stay in `node`; the compiled copy has the document's.
        shifted = ast.increment_lineno(ast.Module([_copy(node)], []), offset)
        code: types.CodeType = compile(shifted, self.filename, "exec", self.flags, dont_inherit=True)
        return code

    def _stopped(self, index: int, number: int, node: ast.stmt, error: BaseException) -> None:
        self.current = (index, node, error)
        name = error.name if isinstance(error, NameError) else None
        by = self.lost.get(name, index) if name else index
        self._lose(self.blocks[index], number)
        if by != index:
            self.channel.send({"event": "blocked", "block": index, "name": name, "by": by})
            return
        syntax = _syntax_place(error) if not error.__traceback__ or _is_ours(error.__traceback__) else None
        if syntax and isinstance(error, SyntaxError):
            for field in ("lineno", "end_lineno"):
                setattr(error, field, (getattr(error, field) or 1) + self.blocks[index]["first_line"] - 1)
        self._print_exception(error)
        self._flush()
        frames, own, trail = self._frames(error)
        self.channel.send(
            {
                "event": "stop",
                "block": index,
                "statement": [node.lineno, node.col_offset, node.end_lineno, node.end_col_offset],
                "error": type(error).__name__,
                "module": type(error).__module__,
                "kinds": [t.__name__ for t in type(error).__mro__],
                "causes": _causes(error),
                "syntax": syntax,
                "types": self._types(node),
                "message": _message(error),
                "name": getattr(error, "name", None) if isinstance(error, (NameError, ImportError)) else None,
                "frames": frames,
                "own": own,
                "trail": trail,
            }
        )
        if index in self.job["wait"]:
            self._answer()
        self.current = None

    def _answer(self) -> None:
        """Alive at the stop: looks for mends until told to go on."""
        while (command := self.channel.receive()) is not None and command["do"] == "ask":
            assert self.current
            try:
                from dlexamples.run.ask import answer

                reply = answer(self, *self.current)
            except BaseException:
                import traceback

                reply = {"candidates": [], "refusals": [], "explanation": "", "fault": traceback.format_exc()}
            self.channel.send({"event": "answer", **reply})
        if command is None or command["do"] != "go on":
            os._exit(0)

    def _lose(self, block: dict[str, Any], first: int) -> None:
        for statement in block["statements"][first:]:
            for name in itertools.chain(statement["binds"], statement["touches"]):
                self.lost[name] = block["index"]

    def _frames(self, error: BaseException) -> tuple[list[dict[str, Any]], bool, list[str]]:
        """The post's own frames, outermost first; whether the last frame is the post's; the last frames' names."""
        frames: list[dict[str, Any]] = []
        trail: list[str] = []
        own = False
        traceback = error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            own = code.co_filename == self.filename
            trail.append(f"{traceback.tb_frame.f_globals.get('__name__', '')}:{code.co_name}")
            if own:
                frames.append({"function": code.co_name, "place": position(traceback)})
            traceback = traceback.tb_next
        return frames, own, trail[-12:]

    def _types(self, node: ast.stmt) -> dict[str, str]:
        """The types of the objects whose names stand in the statement."""
        used = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
        return {name: _public_name(type(self.namespace[name])) for name in used if name in self.namespace}

    def _print_exception(self, error: BaseException) -> None:
        """The traceback as a reader would see it: without our frames."""
        import traceback

        frame = error.__traceback__
        while frame is not None and frame.tb_frame.f_code.co_filename != self.filename:
            frame = frame.tb_next
        shown = error.with_traceback(frame) if frame else error
        with contextlib.suppress(Exception):
            if not isinstance(error, SystemExit):
                traceback.print_exception(type(shown), shown, frame)

    def _main_module(self) -> types.ModuleType:
        """A real `__main__` with a real file, so that pickle, dataclasses and multiprocessing find it."""
        main = types.ModuleType("__main__")
        main.__file__ = self.job["script"]
        main.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = main
        view = session_view(self.blocks)
        with open(self.job["script"], "w", encoding="utf-8", errors="surrogatepass") as script:
            script.write(view)
        linecache.cache[self.filename] = (len(view), None, view.splitlines(keepends=True), self.filename)
        return main

    def _redirect(self, index: int) -> None:
        self._flush()
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            path = os.path.join(self.job["results"], f"{index}.{name}")
            target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(target, descriptor)
            os.close(target)

    def _flush(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()

    @contextlib.contextmanager
    def _recorded_warnings(self, warned: list[dict[str, Any]]) -> Any:
        """Warnings are shown as always, and noted with the post's line that led to them."""
        show = warnings.showwarning

        def note(message: Any, category: Any, filename: str, lineno: int, *rest: Any) -> None:
            frame = sys._getframe()
            while frame is not None and frame.f_code.co_filename != self.filename:
                frame = frame.f_back  # type: ignore[assignment]
            line = frame.f_lineno if frame else 0
            warned.append({"category": category.__name__, "message": str(message), "line": line})
            show(message, category, filename, lineno, *rest)

        warnings.showwarning = note  # type: ignore[assignment]
        try:
            yield
        finally:
            if warnings.showwarning is note:
                warnings.showwarning = show

    def _figures(self, index: int) -> list[str]:
        """Saves the open figures as PNG files; returns their paths."""
        pyplot: Any = sys.modules.get("matplotlib.pyplot")
        paths: list[str] = []
        for number in pyplot.get_fignums() if pyplot and hasattr(pyplot, "get_fignums") else ():
            path = os.path.join(self.job["results"], f"{index}.{number}.png")
            with contextlib.suppress(Exception), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pyplot.figure(number).savefig(path)
                paths.append(path)
        return paths

    def _device(self, code: list[types.CodeType]) -> str:
        """Where the tensors and models that the block speaks of really are: `cpu`, `cuda:0`, `cpu+cuda:0`."""
        used = {name for compiled in code for name in compiled.co_names}
        found: set[str] = set()
        for name in used:
            with contextlib.suppress(Exception):
                device = _device_of(self.namespace.get(name))
                if device:
                    found.add(device)
        return "+".join(sorted(found)) or "cpu"


def session_view(blocks: list[dict[str, Any]]) -> str:
    """The document with every line that is not this session's code blank, so that `inspect` can parse it."""
    lines: list[str] = []
    for block in blocks:
        lines.extend(["\n"] * (block["first_line"] - 1 - len(lines)))
        lines.extend(block["source"].splitlines(keepends=True))
    return "".join(lines)


def position(traceback: types.TracebackType) -> list[int]:
    """[line, column, end line, end column] of the failing instruction; columns count bytes from 0, -1 unknown."""
    code = traceback.tb_frame.f_code
    if hasattr(code, "co_positions"):
        spot = next(itertools.islice(code.co_positions(), traceback.tb_lasti // 2, None), None)
        if spot and None not in spot and spot[0] == traceback.tb_lineno:
            line, end_line, column, end_column = spot
            return [line, column, end_line, end_column]  # type: ignore[list-item]
    return [traceback.tb_lineno, -1, traceback.tb_lineno, -1]


def _public_name(kind: type) -> str:
    """The shortest dotted name under which the class can be reached: `torch.nn.Linear`, not where it is defined."""
    parts = kind.__module__.split(".")
    for length in range(1, len(parts)):
        module = sys.modules.get(".".join(parts[:length]))
        if module and getattr(module, "__dict__", {}).get(kind.__qualname__) is kind:
            return f"{module.__name__}.{kind.__qualname__}"
    return f"{kind.__module__}.{kind.__qualname__}"


def _is_ours(traceback: types.TracebackType) -> bool:
    """Nothing of the post has run: its text did not compile."""
    while traceback.tb_next:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename in {__file__, ast.__file__}


def _syntax_place(error: BaseException) -> list[int] | None:
    """[line, column, end line, end column] in the block, columns in characters from 0."""
    if not isinstance(error, SyntaxError) or not error.lineno:
        return None
    column = max(0, (error.offset or 1) - 1)
    end_line = error.end_lineno or error.lineno
    end_column = (error.end_offset or 0) - 1
    if end_line == error.lineno and end_column <= column:
        end_column = column + 1
    return [error.lineno, column, end_line, max(0, end_column)]


def _causes(error: BaseException) -> list[str]:
    """The names of the types of the errors that led to this one, and their bases."""
    names: list[str] = []
    seen: set[int] = set()
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        names += [t.__name__ for t in type(cause).__mro__]
        cause = cause.__cause__ or cause.__context__
    return names


def _copy(node: ast.stmt) -> ast.stmt:
    import copy

    return copy.deepcopy(node)


def _message(error: BaseException) -> str:
    with contextlib.suppress(Exception):
        return str(error.msg if isinstance(error, SyntaxError) else error)
    return "<no message: str() of the error raised>"


def _device_of(value: Any) -> str:
    packages = {c.__module__.split(".")[0] for c in type(value).__mro__}
    if "torch" in packages:
        tensor = next(value.parameters(), None) if hasattr(value, "parameters") else value
        return str(tensor.device) if tensor is not None and hasattr(tensor, "device") else ""
    if packages & {"tensorflow", "keras"}:
        tensor = value.weights[0].value if getattr(value, "weights", None) else value
        parts = str(getattr(tensor, "device", "")).lower().rsplit("device:", 1)
        kind, _, number = parts[-1].partition(":")
        return {"cpu": "cpu", "gpu": f"cuda:{number}"}.get(kind, "")
    return ""


class PipeChannel:
    """Events on one descriptor, commands from another: how a process that was not forked talks."""

    def __init__(self, commands: int, events: int) -> None:
        self.commands = os.fdopen(commands, "rb")
        self.events = os.fdopen(events, "wb", buffering=0)

    def send(self, event: dict[str, Any]) -> None:
        self.events.write(json.dumps(event).encode() + b"\n")

    def receive(self) -> dict[str, Any] | None:
        line = self.commands.readline()
        return json.loads(line) if line else None


def main() -> None:
    """A new interpreter for one job, where forking is not possible: the job is the first line of standard input."""
    channel = PipeChannel(os.dup(0), os.dup(1))
    job = channel.receive()
    if job is None:
        return
    os.environ.update(job["environment"])
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    for name in job["preload"]:
        with contextlib.suppress(Exception):
            __import__(name)
    run(job, channel)
    os._exit(0)


if __name__ == "__main__":
    main()

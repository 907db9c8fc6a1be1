"""What a process of the blocks is told: the text, its lines in the document, its names, its surroundings."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.alignment import as_running
from dlexamples.elsewhere import import_lines
from dlexamples.epochs import shortened
from dlexamples.formats import parse, splice
from dlexamples.names import names
from dlexamples.printed import announced, expected_exception
from dlexamples.run import folders
from dlexamples.run.environment import of_network
from dlexamples.sessions import installed_in

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dlexamples.model import Block, Document, Environment, Post, Session
    from dlexamples.run.ahead import Opening
    from dlexamples.run.machine import ShutIn

SEED = 0

# Imported by the server when a session imports the key.
PRELOAD = {
    "torch": ("torch", "torch.utils.data", "torch.utils._pytree"),
    "tensorflow": ("tensorflow",),
    "keras": ("tensorflow", "keras"),
    "jax": ("jax", "jax.numpy"),
    "sklearn": ("sklearn",),
    "matplotlib": ("matplotlib",),
    "pandas": ("pandas",),
}
_PYPLOT = re.compile(r"^\s*(import\s+matplotlib\.pyplot|from\s+matplotlib\s+import\s.*\bpyplot)\b", re.MULTILINE)
"""Of the sessions that import it alone: to another one `matplotlib.pyplot` must be missing, as it is for a reader."""
# By package and a part of the code: what the package imports when it is asked for it, and would import for seconds in
# every process. Modules that a reader has without importing them (PEP 562): of another one, `package.x` behind a mere
# `import package` would pass here, and fail for a reader.
ON_FIRST_USE = (
    ("numpy", "", "numpy.random"),
    ("torch", "optim", "torch._dynamo"),
    ("tensorflow", "keras", "tensorflow.keras"),
)
_READ_ON_IMPORT = re.compile(
    r"""environ\b.*["'](?!TF_CPP_MIN_LOG_LEVEL)(KERAS|TF|TORCH|PYTORCH|JAX|XLA|MPL|OMP|MKL|SCIPY|SKLEARN)[A-Z0-9_]*_?["']"""
)


class NotReadBackError(ValueError):
    """A mended text that Markdown would not read as the same blocks."""


@dataclass(frozen=True, slots=True)
class Text:
    """The session's blocks as they are to run, with their lines in the document that would hold them."""

    sources: tuple[str, ...]
    first_lines: tuple[int, ...]
    filename: str = ""
    """The document's, as tracebacks tell it."""

    def place(self, line: int) -> tuple[int, int] | None:
        """The block's index and line, both for a line of the document."""
        for index, (source, first) in enumerate(zip(self.sources, self.first_lines, strict=True)):
            if first <= line < first + max(1, source.count("\n")):
                return index, line - first + 1
        return None


def text(document: Document, session: Session, sources: Sequence[str]) -> Text:
    """Splices `sources` into the document and reads it back.

    Raises NotReadBackError when that gives other blocks: a fill that held a fence, say.
    """
    published = {block.id: block.source for block in session.blocks}
    wanted = {block.id: source for block, source in zip(session.blocks, sources, strict=True)}
    if published == wanted:
        return Text(tuple(sources), tuple(block.first_line for block in session.blocks), str(document.path))
    try:
        mended = parse(document.path, splice(document, wanted))
    except ValueError as error:
        raise NotReadBackError(str(error)) from error
    order = {block.id: index for index, block in enumerate(document.blocks)}
    first_lines = tuple(mended.blocks[order[block.id]].first_line for block in session.blocks)
    return Text(tuple(sources), first_lines, str(document.path))


def frameworks(sources: Sequence[str], late: Collection[str] = ()) -> tuple[str, ...]:
    """The modules that a server for these blocks imports: NumPy, which is seeded, wherever a library may use it, and
    of what is `late` in their post that which belongs to them."""
    if _is_plain(sources):
        return ()
    imported = _families_of(sources)
    modules = ["numpy", *(module for package in sorted(imported & PRELOAD.keys()) for module in PRELOAD[package])]
    modules += ["matplotlib.pyplot"] * any(map(_PYPLOT.search, sources))
    modules += [module for package, _, module in ON_FIRST_USE if module in late and package in modules]
    return tuple(dict.fromkeys(modules))


def on_first_use(document: Document) -> tuple[str, ...]:
    """What the post's code will import beside its frameworks, as far as it says so: for all of its sessions the same,
    since a search for mends looks at what is loaded."""
    code = "\n".join(block.source for block in document.blocks if block.is_python)
    return tuple(module for _, word, module in ON_FIRST_USE if word in code)


def is_soon_ready(session: Session) -> bool:
    """Its server need not import TensorFlow, which takes longer than all else together."""
    return "tensorflow" not in frameworks([block.source for block in session.blocks])


def _families_of(sources: Sequence[str]) -> frozenset[str]:
    """The packages that the blocks import, and that may be imported before them."""
    if _sets_up(sources):
        return frozenset()
    return frozenset().union(*(names(source).imports for source in sources))


def _is_plain(sources: Sequence[str]) -> bool:
    """They import nothing but the standard library."""
    return all(names(source).imports <= sys.stdlib_module_names for source in sources)


def _sets_up(sources: Sequence[str]) -> bool:
    """They set a variable that a framework reads once, as it is imported: `KERAS_BACKEND`, say."""
    return any(_READ_ON_IMPORT.search(source) for source in sources)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process of the blocks finds around it."""

    folder: Path
    """Of `folders`."""
    device: str
    network: bool
    """Loaders may download; else something stands in for what they would."""
    shut_in: ShutIn | None
    """None: the blocks may do what their author may."""
    epochs: int | None = None
    """Training is shortened to so many where a block's marker names no other number."""
    seed: int = SEED
    static: bool = False
    """Nothing is run: what the blocks call is looked at."""


def job(
    session: Session,
    text: Text,
    around: Surroundings,
    opening: Opening,
    *,
    late: Collection[str],
    wait: Collection[int],
    skip: Collection[int],
) -> dict[str, Any]:
    """The job as the worker reads it. `late` as in `frameworks`."""
    around = replace(around, folder=around.folder.resolve())
    working = folders.working(around.folder)
    stem = Path(text.filename).stem
    script = "".join(c if c.isalnum() or c in "-_" else "_" for c in stem) or "post"
    if _is_a_module(script, session.environment):
        script += "_post"
    return {
        "filename": text.filename,
        "top": str(around.folder),
        "folder": str(working),
        "results": str(folders.results(around.folder)),
        "script": str(working / f"{script}.py"),
        "blocks": [
            _block(i, *each, around)
            for i, each in enumerate(zip(session.blocks, text.sources, text.first_lines, strict=True))
        ],
        "device": around.device,
        "seed": around.seed,
        "network": around.network,
        "sandbox": asdict(around.shut_in) if around.shut_in else None,
        "published": [block.source for block in session.blocks],
        "wait": sorted(wait),
        "skip": sorted({*skip, *(i for i, block in enumerate(session.blocks) if block.marks.skip)}),
        "first": list(opening.imports),
        "ahead": opening.ahead,
        "to_learn": opening.unknown,
        "preload": frameworks(text.sources, late),
        "beside": session.environment.folder,
        "alone": session.environment.alone,
        "ours": _ours() if session.environment.alone else [],
        "environment": _environment(str(folders.scratch(around.folder)), around),
        "unset": ["DISPLAY", "WAYLAND_DISPLAY", "GLIBC_TUNABLES"],
    }


def question(post: Post) -> dict[str, Any]:
    """The command that asks a process which waits at a stop for mends. `post`: what is said outside its session."""
    return {"do": "ask", "post": {**asdict(post), "packages": sorted(post.packages)}}


def _ours() -> list[str]:
    """The folders in which dlexamples and what it needs lie, for a process that is asked for mends."""
    from dlexamples.cache.installed import sites

    return [*sites(), str(Path(__file__).parents[2])]


def _is_a_module(name: str, environment: Environment) -> bool:
    """A post on requests is often called requests.md: its script must not be what `import requests` finds."""
    try:
        return name in sys.builtin_module_names or installed_in(environment)(name)
    except (ImportError, ValueError):
        return True


def _block(index: int, block: Block, source: str, first_line: int, around: Surroundings) -> dict[str, Any]:
    no_run = block.marks.no_run or around.static
    found = names(source)
    statements = [
        {**asdict(s), "needs": sorted(s.needs), "binds": sorted(s.binds), "touches": sorted(s.touches)}
        for s in found.statements
    ]
    running = shortened(source, block.marks.epochs or around.epochs)[0]
    raising = [printed.line for printed in block.printed if printed.line and expected_exception(printed.text)]
    return {
        "index": index,
        "source": running,
        "first_line": first_line,
        "statements": statements,
        "imports": sorted({name for name, _ in import_lines(source)}),
        "interactive": block.interactive,
        "printed": bool(block.printed),
        "announced": {str(line): name for line, name in announced(block, running).items()},
        "may_raise": [as_running(line, block.source, source) for line in raising],
        "no_run": no_run,
        "left_out": bool(block.marks.skip or no_run or block.marks.device or block.marks.raises),
        "device": block.marks.device,
    }


def _environment(scratch: str, around: Surroundings) -> dict[str, str]:
    hidden = {"CUDA_VISIBLE_DEVICES": "-1"} if around.device == "cpu" else {}
    # The hub's client says at once that there is no network instead of retrying until the block's time is out.
    reach = of_network() if around.network else {"HF_HUB_OFFLINE": "1"}
    return {
        "HOME": scratch,
        "USER": "reader",
        "LOGNAME": "reader",
        "TMPDIR": scratch,
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": scratch,
        "KERAS_HOME": f"{scratch}/.keras",
        "PYTHONHASHSEED": str(SEED),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **reach,
        **hidden,
    }

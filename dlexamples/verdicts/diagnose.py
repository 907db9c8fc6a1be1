"""What a stop means for the author: a code, a sentence, and what to write under the place.

Told from the error's class, from where it was raised and from the statement that raised it; a message's words
decide only where the libraries give nothing else.
"""

from __future__ import annotations

import ast
import re
import signal
import warnings
from typing import TYPE_CHECKING

from dlexamples.model import Environment
from dlexamples.sessions import installed_in
from dlexamples.verdicts import packages, walls
from dlexamples.verdicts.finding import Finding

if TYPE_CHECKING:
    from dlexamples.model import Place
    from dlexamples.run.record import BlockRun, Halt

SHORT = 64
NETWORK_ERRORS = {
    "URLError",
    "gaierror",
    "ConnectionError",
    "MaxRetryError",
    "NewConnectionError",
    "ConnectError",
    "ConnectTimeout",
    "LocalEntryNotFoundError",
    "OfflineModeIsEnabled",
    "RemoteDisconnected",
}
_SHAPES = re.compile(
    r"\b(shapes?|sizes?|dim(ension)?s?|batch_size|mat1|broadcast|axis|rank|ndim|channels)\b"
    r"|\bTarget -?\d+ is out of bounds\b|\bindex out of range in self\b|\boutside the valid range\b",
    re.I,
)
_DTYPES = re.compile(
    r"\bdtypes?\b|\bscalar types?\b|\bresult type\b|\bInput type \(.*\) and (bias|weight) type\b", re.I
)
_OF_TENSORS = re.compile(
    r"\btensors?\b|\bmat1\b|\bm1 and m2\b|\bscalar types?\b|\bdtypes?\b"
    r"|^shape '\[|\boperands?\b.*\bshapes?\b|^matmul: ",
    re.I,
)
"""What a compiled function of torch or NumPy says: it has no frame, so the statement seems to have raised."""
_DESCRIBED = re.compile(r"\bdtype=\S+")
"""A tensor as TensorFlow prints it."""
_DEVICES = re.compile(r"\b(same|expected) device\b|\bdevice type tensor\b|\bTensor on device\b", re.I)
_ARGUMENT = re.compile(r"\bargument|\bparameter|takes? .*\bpositional\b|not callable", re.I)
_UNREACHED = re.compile(r"<urlopen error\b")
"""URLError's own text, in an error that a library raises anew after it has tried several mirrors (torchvision)."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WANTS = re.compile(r"\bpip3? install\b")
_NAMESPACE = re.compile(r"Namespace (\w+) not found")
NAMESPACES = {"ALE": "ale-py"}
"""Where gymnasium finds the environments whose names begin so, Atari's games."""
_GPU = re.compile(r"Could not satisfy device specification.*GPU|no CUDA|CUDA.*not available|NVIDIA driver", re.I | re.S)


def diagnose(
    halt: Halt, sources: tuple[str, ...], installs: tuple[str, ...] = (), environment: Environment | None = None
) -> Finding:
    """The finding for an exception. `sources`: the session's blocks as they ran; `installs`: what the post says to
    install; `environment`: what was installed for it."""
    environment = environment or Environment()
    kinds = set(halt.kinds)
    text = without_addresses(first_line(halt.message))
    raised = f"{halt.error}: {text}" if text else halt.error
    # Said once in full is enough: under the carets there is room for a few words.
    short = text if len(text) <= SHORT else f"{halt.error} here"
    if not halt.frames and kinds & {"SyntaxError", "ValueError", "RecursionError", "MemoryError"}:
        return Finding("DL001", f"the block is not valid Python: {text or halt.error}", text.split(" (")[0])
    if "SystemExit" in kinds:
        return Finding("DL902", f"the block ends the interpreter ({raised})", "a reader's session ends here")
    if _needs_gpu(halt):
        return Finding(
            "DL501", f"needs a GPU, and none is visible here: check it where there is one ({raised})", "needs a GPU"
        )
    if "NameError" in kinds and halt.own and halt.name:
        return Finding("DL101", f"`{halt.name}` is not defined in the post", "never defined")
    if halt.own and _is_own_check(sources, halt):
        return Finding("DL205", f"the post's own check fails: {raised}", short or "fails")
    if "ModuleNotFoundError" in kinds:
        package, _, submodule = (halt.name or "").partition(".")
        if submodule and packages.shares(halt.name or "", environment):
            package, submodule = halt.name or "", ""
        if submodule and installed_in(environment)(package):
            return Finding("DL202", f"package `{package}` has no module `{halt.name}`", "no such module")
        if not package:  # A library says so itself, in words of its own.
            return Finding("DL502", f"a package that a library wants is not installed ({raised})", "not installed")
        return Finding("DL502", packages.told(package, installs, environment), "not installed")
    if wanted := _wanted(halt, raised, environment):
        return Finding("DL502", wanted, "not installed")
    if halt.wall:
        return walls.stopped_at(halt.wall, raised)
    if (kinds | set(halt.causes)) & NETWORK_ERRORS or (not halt.own and _UNREACHED.search(halt.message)):
        return Finding("DL504", f"needs the network, and there it got no answer ({raised})", "needs the network")
    if kinds & {"FileNotFoundError", "NotADirectoryError", "IsADirectoryError"}:
        return Finding("DL503", f"a file that is not there: blocks start in an empty folder ({raised})", "no such file")
    if kinds & {"AttributeError", "ImportError"}:
        return Finding("DL202", raised, short)
    if "TypeError" in kinds and _ARGUMENT.search(text):
        return Finding("DL203", raised, short)
    if code := _does_not_meet(halt):
        return Finding(code, raised, short)
    return Finding("DL204", raised, short)


def _does_not_meet(halt: Halt) -> str:
    """The code for two tensors that an operation cannot take together; empty for another error."""
    if halt.own and not (set(halt.kinds) & {"RuntimeError", "ValueError"} and _OF_TENSORS.search(halt.message)):
        return ""
    text = _DESCRIBED.sub("", halt.message.partition("Arguments received by")[0])
    if _DEVICES.search(text):
        return "DL303"
    if _DTYPES.search(text):
        return "DL302"
    return "DL301" if _SHAPES.search(text) else ""


def _wanted(halt: Halt, raised: str, environment: Environment) -> str:
    """A package that a library says to install; empty where it says nothing of the kind."""
    kinds = set(halt.kinds)
    missing = {"ImportError", "DependencyNotInstalled"} & (kinds | set(halt.causes))
    if missing and not halt.own and _WANTS.search(halt.message):
        return f"a package that a library wants is not installed ({raised})"
    found = _NAMESPACE.search(halt.message) if "NamespaceNotFound" in kinds else None
    package = NAMESPACES.get(found[1], "") if found else ""
    if found and package and not installed_in(environment)(package.replace("-", "_")):
        return f"the environments of `{found[1]}` come with a package that is not installed: `pip install {package}`"
    return ""


def diagnose_end(run: BlockRun, timeout: float) -> Finding:
    """The finding for a block that took its process along, or ran out of time."""
    if run.exceeded:
        return walls.exceeded(*run.exceeded)
    if run.timed_out:
        return Finding(
            "DL901", f"ran out of time: {timeout:g} s were allowed\n`--timeout S` allows more", "still running here"
        )
    status = run.exit_status or 0
    if status < 0:
        name = _signal_name(-status)
        often = ", mostly by a system that is short of memory" if name == "SIGKILL" else ""
        return Finding("DL903", f"the process was killed by {name}{often}", "while this ran")
    return Finding("DL902", f"the block ends the interpreter with status {status}", "a reader's session ends here")


def without_addresses(message: str) -> str:
    """An object's address is another one in every run."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", message)


def first_line(message: str) -> str:
    """The first line that says something, without colours: some messages begin with a rule of signs."""
    return next((line.strip() for line in _COLOUR.sub("", message).splitlines() if any(c.isalnum() for c in line)), "")


def _needs_gpu(halt: Halt) -> bool:
    """torch initialises CUDA in one place, which raises when there is none; TensorFlow says so in words."""
    return "torch.cuda:_lazy_init" in halt.trail or bool(not halt.own and _GPU.search(halt.message))


def _is_own_check(sources: tuple[str, ...], halt: Halt) -> bool:
    """A `raise`, or an `assert` that does not hold; one whose expression fails is no check."""
    statement = _statement_at(sources, halt.at)
    return isinstance(statement, ast.Raise) or (isinstance(statement, ast.Assert) and "AssertionError" in halt.kinds)


def _statement_at(sources: tuple[str, ...], place: Place) -> ast.stmt | None:
    """The innermost statement of the block that covers `place`'s first line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(sources[place.block])
    except (SyntaxError, ValueError):
        return None
    covering = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= place.line <= (node.end_lineno or node.lineno)
    ]
    return min(covering, key=lambda node: (node.end_lineno or 0) - node.lineno, default=None)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

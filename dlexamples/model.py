"""The nouns: what a post holds, what happened to it, what was done about it.

Frozen, standard library only, no behaviour beyond looking things up. Lines and columns of a `Span` are those of
the document, from 1; lines of a `Place` are those of a block's source, from 1, and its columns count characters
from 0, as in `ast` (which counts bytes: convert).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Verdict(str, Enum):
    """What a reader would get from one block."""

    PASSED = "passed"
    FILLED = "filled"
    REPAIRED = "repaired"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    NOT_PYTHON = "not_python"


class Claim(str, Enum):
    """The strongest thing that is true of supplied data, strongest first."""

    REAL = "real"
    BUNDLED_SAMPLE = "bundled sample"
    STAND_IN = "stand-in"
    SYNTHETIC = "synthetic"


class Applicability(str, Enum):
    """How certain the meaning of a fix is, in ruff's and rustc's words."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A region of the document: from 1, `end_column` is one past the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of a block that were replaced. An insertion has an empty `before`."""

    rule: str
    line: int
    """The document's first line that is replaced, or the one above which `after` is inserted."""
    end_line: int
    """The document's last line that is replaced; `line - 1` for an insertion."""
    before: str
    after: str
    applicability: Applicability
    description: str


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a diagnostic points at: where the object came from."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fix:
    """What would put it right, and where that was run."""

    applicability: Applicability
    description: str
    verified_on: str = ""
    """`CPU in 0.6 s`; empty when the fix did not pass, and then it is never offered for writing."""
    edits: tuple[Edit, ...] = ()
    """Of what runs as it is, and would train with them; those of what does not run are the outcome's."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong, where, and what would do."""

    code: str
    level: str
    """`error`, `warning` or `note`."""
    message: str
    span: Span
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    label: str = ""
    """What to write under `span` in a code frame."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with the document itself, told by reading it: a fence that is never closed, an unknown marker."""

    diagnostic: Diagnostic
    edits: tuple[Edit, ...] = ()
    """What would mend it, in whole lines of the document, containers' prefixes included; empty where nothing can
    be written."""
    known: bool = False
    """The baseline lets it through."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What the author wrote for us, or for another tool, beside a block."""

    text: str
    """As written, without the comment's marks: `skip reason="needs 8 GPUs"`."""
    dialect: str
    """Whose it is: `dlexamples`, `sybil`, `pytest-codeblocks` …"""
    span: Span


@dataclass(frozen=True, slots=True)
class Marks:
    """What the markers of one block ask for, whoever's they are."""

    skip: str = ""
    """The reason why it is not to be run; empty when it is."""
    no_run: bool = False
    """Its calls are checked against the installed library, and nothing is run."""
    raises: str = ""
    """The class of the exception that it must end with, as its author wrote it: `ValueError`, `Exception` for any."""
    timeout: float | None = None
    """Seconds."""
    epochs: int | None = None
    """Training is shortened to so many."""
    device: str = ""
    """`cpu` or `cuda`; empty when it does not matter."""
    session: str = ""
    """Blocks of one name share a namespace, and share it with no other."""
    clears: bool = False
    """Nothing that an earlier block defined is there any more."""
    ignore: frozenset[str] = frozenset()
    """Codes of diagnostics that are not to be told."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Output that the post shows for a statement, or for a whole block."""

    line: int
    """The source's line on which the statement starts; 0 for the output of the whole block."""
    text: str
    """As published; lines end in "\n"."""
    span: Span
    """Where the post shows it."""
    options: frozenset[str] = frozenset()
    """doctest's: `ELLIPSIS`, `NORMALIZE_WHITESPACE`, `FLOAT_CMP`, `IGNORE`; see `dlexamples.printed`."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of code of a document, with or without a fence round it."""

    id: str
    """Slug of the heading and a number: `pytorch-1`. It survives edits above the block."""
    line: int
    """The opening fence's line; of code without a fence, its first line."""
    end_line: int
    """The closing fence's line, or the last line when there is none."""
    heading: tuple[str, ...]
    """The headings above, outermost first."""
    info: str
    """The info string as written, unescaped and stripped."""
    language: str
    """Lower-case name: `python`, `bash`, `json`, `text` …"""
    why: str
    """The reason for `language`, for the author to read."""
    source: str
    """What is run, line for line what is published; lines end in "\n". It is the text without the containers'
    prefixes, and where that is no Python (a prompt, a magic, an option), what stands for it: see `text`."""
    first_line: int
    """The document's line of the first line of `source`."""
    prefixes: tuple[str, ...] = ()
    """For each line of `source`, the document's text before it: quote marks, a list's indentation, a prompt. For a
    line that only stands for the published one, the whole of the published one."""
    syntax_error: str = ""
    """The compiler's message, when the block is Python that does not parse."""
    text: str = ""
    """What is published, without the containers' prefixes; empty when it is `source` itself."""
    form: str = "fence"
    """How it is written: `fence`, `indented`, `highlight` (a Jekyll or Hugo tag), `comment`, `cell`."""
    interactive: bool = False
    """An interpreter session: the value of an expression is printed."""
    printed: tuple[Printed, ...] = ()
    """The output that the post shows for it and that is compared."""
    tabs: frozenset[str] = frozenset()
    """The frameworks for which it is one of several alternatives: `torch`, `tensorflow` …; empty for all."""
    near_miss: str = ""
    """Why it may be meant as Python though `language` is another; empty when nothing says so."""
    markers: tuple[Marker, ...] = ()
    marks: Marks = field(default_factory=Marks)
    flaws: tuple[Flaw, ...] = ()

    @property
    def published(self) -> str:
        """What is published, without the containers' prefixes."""
        return self.text or self.source

    @property
    def is_python(self) -> bool:
        return self.language == "python"

    def document_line(self, line: int) -> int:
        """The document's line of the source's line `line`, both from 1."""
        return self.first_line + line - 1

    def span(self, place: Place) -> Span:
        """`place` of this block's published source, in the document."""

        def column(line: int, offset: int) -> int:
            prefix = self.prefixes[line - 1] if 0 < line <= len(self.prefixes) else ""
            return len(prefix) + offset + 1

        start, end = column(place.line, place.column), column(place.end_line, place.end_column)
        if place.end_line == place.line:
            end = max(end, start + 1)
        return Span(self.document_line(place.line), start, self.document_line(place.end_line), end)


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was installed for one post."""

    name: str
    version: str
    why: str
    """Who wants it: the post's own command, an import of its, another package."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a post has beside the packages that are installed here."""

    folder: str = ""
    """It comes last on `sys.path`; empty when there is none."""
    packages: tuple[Package, ...] = ()
    alone: bool = False
    """Nothing of what is installed here is seen beside it: it is the environment that the post states."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """By a package's name as `dlexamples.verdicts.packages.plain` gives it: why it was not installed."""


@dataclass(frozen=True, slots=True)
class Document:
    """A post as read: enough to write it back with only the edited lines changed."""

    path: Path
    text: str
    """The whole text, byte order mark and line ends included."""
    blocks: tuple[Block, ...]
    flaws: tuple[Flaw, ...] = ()
    """Those that belong to no block."""
    view: str = ""
    """What a code frame shows, line for line as `text`, where the text itself is not for reading: a notebook's."""
    environment: Environment = field(default_factory=Environment)


@dataclass(frozen=True, slots=True)
class Result:
    """What a post says that a training gives, in a sentence or in output that it shows."""

    block: str
    """The id of the Python block of which it is said."""
    metric: str
    """`accuracy`, `loss` (less is better), or `epochs` after which the training converges."""
    value: float
    """As written: an accuracy in percent, or as a part of 1."""
    text: str
    """What is written, in the post's words."""
    span: Span
    name: str = ""
    """In output: what stands in front of the number; see `dlexamples.results.figures`. Empty in a sentence."""
    step: tuple[int, ...] = ()
    """In output: the whole numbers in front of it."""


@dataclass(frozen=True, slots=True)
class Session:
    """Blocks that share a namespace, in the document's order."""

    name: str
    blocks: tuple[Block, ...]
    """Every block that runs, context included."""
    judged: frozenset[str]
    """Ids of the blocks whose verdict this session gives; the others only set the scene."""
    installs: tuple[str, ...] = ()
    """Packages that the post says to install, as it writes them."""
    environment: Environment = field(default_factory=Environment)
    results: tuple[Result, ...] = ()
    """What the post says that these blocks give."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region of one block's source in a session: `block` is its index in the session."""

    block: int
    line: int
    column: int
    end_line: int
    end_column: int


POST = "post"
"""The data set of a fill that is the post's own text, from another place."""


@dataclass(frozen=True, slots=True)
class Fill:
    """Data, or an import, that the post leaves out and that was written into it."""

    name: str
    dataset: str
    claim: Claim
    shape: tuple[int, ...] | None
    dtype: str
    why: str
    source: str
    """The lines that were added."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One number of a training run, thinned where there are many: a loss, a metric."""

    name: str
    """As the code, or its output, calls it: `loss`, `val_accuracy`."""
    values: tuple[float, ...]
    """In the order of the steps; those that are not finite are what the run gave."""
    line: int = 0
    """The document's line where it was trained; 0 where that is not known."""
    unit: str = ""
    """What is counted from one value to the next: `step`, `epoch`; empty where that is not known."""
    every: int = 1
    """How many of them; the first value is of the first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one block and everything that led to it."""

    block: Block
    verdict: Verdict
    session: str = ""
    reason: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    fills: tuple[Fill, ...] = ()
    edits: tuple[Edit, ...] = ()
    runnable_source: str = ""
    """The text that gave the verdict: the published source when nothing had to be done."""
    stdout: str = ""
    stderr: str = ""
    lines: int = 0
    """Lines that hold code."""
    lines_run: int = 0
    device: str = ""
    seconds: float = 0.0
    """To the millisecond, so that every format rounds the same number, and a rebuilt report too."""
    figures: tuple[bytes, ...] = ()
    """PNG images of the figures that the block left open."""
    only_defines: bool = False
    """It holds definitions alone and no run entered them: it passes, and shows nothing."""
    curves: tuple[Curve, ...] = ()
    """What its training runs gave."""
    known: bool = False
    """It is not accepted for itself, and the baseline lets it through."""
    corrected_source: str = ""
    """`runnable_source` with the fixes of its training, which was run, too; empty where there are none."""

    @property
    def corrections(self) -> tuple[Edit, ...]:
        """Edits with which its training would do what it is for; each once."""
        fixes = [diagnostic.fix for diagnostic in self.diagnostics if diagnostic.fix]
        return tuple(dict.fromkeys(edit for fix in fixes for edit in fix.edits))

    @property
    def fixed_source(self) -> str:
        """What `fix --unsafe-fixes` writes."""
        return self.corrected_source or self.runnable_source


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How blocks are shut in."""

    mode: str = "auto"
    """`auto`, `require` or `off`."""
    network: bool = False
    """It is open."""
    lacking: tuple[str, ...] = ()
    """What this machine has not got for it, each with why and what a block can do for that."""


@dataclass(frozen=True, slots=True)
class Report:
    """One document with its outcomes, in the document's order, one a fence."""

    document: Document
    outcomes: tuple[Outcome, ...]
    named: bool = True
    """The post was asked for itself, and not found in a folder."""
    sandbox: Sandbox = Sandbox()
    suggestions: tuple[Edit, ...] = ()
    """What `fix` would write, where a report is to offer it: an edit a block, in whole lines of the document."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the posts that a run was asked for. Each of them is in exactly one of the `count` parts."""

    index: int
    """From 1."""
    count: int
    posts: tuple[str, ...] = ()
    """The paths of all of them, in the order of the run, with forward slashes."""


@dataclass(frozen=True, slots=True)
class Reports(Sequence[Report]):
    """The reports of a run, in the order in which the posts were asked for, and what no post answers for."""

    reports: Sequence[Report]
    shard: Shard | None = None
    """What part of the posts it is; None when it is all of them."""
    faults: tuple[str, ...] = ()
    """Faults of our own: tracebacks, and posts that were lost with the machines that ran them."""
    problems: tuple[str, ...] = ()
    """What was asked for and could not be read."""
    python_elsewhere: bool = False
    """A post of which these are not the reports holds Python: one of another shard, one that has not changed."""

    def __len__(self) -> int:
        return len(self.reports)

    @overload
    def __getitem__(self, index: int) -> Report: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Report]: ...

    def __getitem__(self, index: int | slice) -> Report | Sequence[Report]:
        return self.reports[index]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the author lets through, and how much of it the report shows."""

    accept: frozenset[Verdict]
    show_diff: bool = True
    errors: tuple[str, ...] = ()
    """Beginnings of codes whose warnings are not let through: `DL4`."""

    def accepts(self, outcome: Outcome) -> bool:
        """What is not run, or runs as printed, may be broken all the same: its fence, or a marker beside it. The errors
        of the other verdicts are what was mended."""
        if outcome.known:
            return True
        mended = outcome.verdict in {Verdict.FILLED, Verdict.REPAIRED}
        broken = not mended and any(diagnostic.level == "error" for diagnostic in outcome.diagnostics)
        return outcome.verdict in self.accept and not broken and not any(map(self.refuses, outcome.diagnostics))

    def refuses(self, diagnostic: Diagnostic) -> bool:
        """For its code, whatever the verdict: `error` in the settings."""
        return diagnostic.level != "note" and diagnostic.code.startswith(self.errors)

    def accepts_all(self, report: Report) -> bool:
        """Every block, and nothing is wrong with the document round them."""
        return not any(map(self.refuses_flaw, report.document.flaws)) and all(map(self.accepts, report.outcomes))

    def refuses_flaw(self, flaw: Flaw) -> bool:
        """What is wrong with the document, and is not known."""
        return not flaw.known and (flaw.diagnostic.level == "error" or self.refuses(flaw.diagnostic))


@dataclass(frozen=True, slots=True)
class Definition:
    """A statement of a block that binds one name."""

    block: str
    """The block's id."""
    source: str
    """Its lines, without a line end."""


@dataclass(frozen=True, slots=True)
class Post:
    """What a post says outside the session that stopped."""

    imports: Mapping[str, Definition] = field(default_factory=dict)
    """By name: the import in another block."""
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    """By name: the class, the function or the assignment in another block."""
    packages: frozenset[str] = frozenset()
    """Top-level packages that any block imports, and those of which the prose speaks."""
    text: str = ""
    """All of it, prose and code."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A call of the post's own text that had not returned when the session stopped."""

    at: Place
    names: dict[str, Any]
    """Its locals; the namespace at top level."""
    function: str = ""
    """The function's name; empty at top level."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a session stopped, with everything alive. Exists only in the process of the blocks."""

    error: BaseException
    namespace: dict[str, Any]
    """The globals of `__main__`."""
    locals: dict[str, Any]
    """The locals of the innermost frame of the post's text; `namespace` itself at top level."""
    sources: tuple[str, ...]
    """The session's blocks as they are now, earlier mends included."""
    published: tuple[str, ...]
    """The session's blocks as their author left them."""
    statement: Place
    """The top-level statement that was running."""
    at: Place
    """The innermost place of the post's text: the failing call where the interpreter tells it (Python 3.11
    and later), else the whole line."""
    post: Post = field(default_factory=Post)
    frames: tuple[Frame, ...] = ()
    """From the statement to `at`, which is the last one's place."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit that may put a stop right, not yet run."""

    rule: str
    """The rule's or the data set's name: the file that made it."""
    code: str
    """The diagnostic's code: `DL201`."""
    message: str
    """What is wrong, in one sentence for the author."""
    applicability: Applicability
    description: str
    """What the edit does, in one sentence."""
    sources: tuple[str, ...]
    """The session's blocks after the edit; same length as `Stop.sources`."""
    fills: tuple[Fill, ...] = ()
    label: str = ""
    """What to write under the place that failed, in the code frame."""
    related: tuple[tuple[str, Place], ...] = ()
    """Other places of the *published* text that explain it, each with its label."""
    final: bool = field(default=False)
    """True when nothing can be proposed and `message` only explains why (a refusal)."""
    rivals: str = ""
    """Proposals of one stop that share this name are guesses of which one at most is right: all are run, and the one
    that gets furthest wins, of those the cheapest. Two that are as good are told to the author, and none is taken."""
    cost: int = 0
    """How much a guess supposes; compared within `rivals` alone."""

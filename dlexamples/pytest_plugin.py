"""`pytest post.md`: each Python block is a test.

A post is collected when it is named on the command line; one that `posts` of `[tool.dlexamples]` lists, itself or with
its folder, also with its folder, and when pytest is started without paths. A test's id is the block's: it survives
edits above the block.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from dlexamples.errors import ToldError
from dlexamples.settings import BadSettingError, Settings, load

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from dlexamples.baseline import Entry, Left
    from dlexamples.cache import Cache
    from dlexamples.model import Block, Diagnostic, Document, Flaw, Outcome, Policy, Report, Session
    from dlexamples.run.pool import Pool
    from dlexamples.run.runner import Runner

SETTINGS: pytest.StashKey[Settings] = pytest.StashKey()
BASELINE: pytest.StashKey[tuple[Path | None, tuple[Entry, ...]]] = pytest.StashKey()
LISTED: pytest.StashKey[dict[str, bool]] = pytest.StashKey()
POOL: pytest.StashKey[Pool] = pytest.StashKey()
CACHE: pytest.StashKey[Cache] = pytest.StashKey()
VERDICT = "dlexamples_verdict"
NO_PYTHON = "no-python-block"
LAYOUT = "layout"
NOT_SELECTED = "it was not selected"
LETTERS = {"filled": "f", "repaired": "r"}


class NotAcceptedError(Exception):
    """A block whose verdict is not let through; the argument is the report to show."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("dlexamples").addoption(
        "--dlexamples-html",
        metavar="FILE",
        help="also write the posts with what became of them: one page, for a browser",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("dlexamples_html") and config.getoption("numprocesses", None):
        raise pytest.UsageError(
            "--dlexamples-html goes without -n; `dlexamples check --html` runs sessions side by side"
        )
    try:
        config.stash[SETTINGS] = load(config.rootpath)
    except BadSettingError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[BASELINE] = _baseline(config.stash[SETTINGS])
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        # `testpaths` may leave the posts' folders out; pytest drops what it is given twice.
        config.args.extend(_listed(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    if POOL in config.stash:
        config.stash[POOL].close()
        del config.stash[POOL]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    from dlexamples.formats import suffixes

    if file_path.suffix.lower() not in suffixes():
        return None
    if parent.session.isinitpath(file_path) or str(file_path) in _listed(parent.config):
        return PostFile.from_parent(parent, path=file_path)
    return None


class PostFile(pytest.File):
    """One post. Its sessions run when the first of their blocks is asked for."""

    document: Document
    equipped = False
    left: Left | None = None
    """What the baseline may still let through, once it was asked."""

    def collect(self) -> Iterable[pytest.Item]:
        from dlexamples.formats import UnreadablePost, read
        from dlexamples.stated import stated

        try:
            self.document = read(_relative(self.path, self.config.invocation_params.dir))
        except UnreadablePost as error:
            raise self.CollectError(str(error)) from error
        self.outcomes: dict[str, Outcome] = {}
        blocks = [block for block in self.document.blocks if block.is_python]
        if not blocks and _is_named(self):
            yield NoPythonItem.from_parent(self, name=NO_PYTHON)
        groups = self._groups()
        for block in blocks:
            item = BlockItem.from_parent(self, name=block.id, block=block)
            if block.id in groups:
                item.add_marker(pytest.mark.xdist_group(groups[block.id]))
            yield item
        if self.errors() or any(stated(self.document)):
            yield LayoutItem.from_parent(self, name=LAYOUT)

    def errors(self) -> list[tuple[Outcome | Flaw, Diagnostic]]:
        """Those of the document that no Python block answers for, each with what the baseline knows it by."""
        from dlexamples.verdicts.flaws import told as with_flaws
        from dlexamples.verdicts.left_out import not_python

        fences = [with_flaws(not_python(block)) for block in self.document.blocks if not block.is_python]
        of_fences = [(fence, diagnostic) for fence in fences for diagnostic in fence.diagnostics]
        found = [(flaw, flaw.diagnostic) for flaw in self.document.flaws] + of_fences
        policy = _policy(self.config.stash[SETTINGS])
        return [(each, told) for each, told in found if told.level == "error" or policy.refuses(told)]

    def unknown_errors(self) -> list[Diagnostic]:
        """To be asked once: an entry of the baseline is taken once."""
        errors = self.errors()
        known = {id(refused) for refused in {id(each): each for each, _ in errors}.values() if self.is_known(refused)}
        return [diagnostic for refused, diagnostic in errors if id(refused) not in known]

    def _groups(self) -> dict[str, str]:
        """By a block's id, in a worker of `pytest -n --dist loadgroup`: the name of what one worker is to run, so that
        nothing runs twice. It is a session, or several that judge a block together."""
        from dlexamples.sessions import sessions

        if not self.config.getoption("loadgroup", False):
            return {}
        groups: dict[str, str] = {}
        for session in sessions(self.document, self.config.stash[SETTINGS].session):
            shared = {groups[block_id] for block_id in session.judged if block_id in groups}
            # These characters mean something to pytest and xdist in a test's id.
            group = re.sub(r"[]@:\s]", "_", f"{self.document.path.as_posix()}-{session.name}")
            groups |= dict.fromkeys(session.judged, group)
            groups |= {block_id: group for block_id, old in groups.items() if old in shared}
        return groups

    def outcome(self, block: Block) -> Outcome:
        """The block's outcome, by running what is selected of its session and what that needs."""
        if block.id not in self.outcomes:
            self.equip()
            self._run(block)
        return self.outcomes[block.id]

    def report(self) -> Report:
        """What is known of the post when the tests have run."""
        from dlexamples.check import without_session
        from dlexamples.model import Outcome, Report, Verdict
        from dlexamples.run.conditions import Conditions
        from dlexamples.run.machine import sandbox

        known = {outcome.block.id: outcome for outcome in without_session(self.document)} | self.outcomes
        not_run = (Outcome(block, Verdict.SKIPPED, reason=NOT_SELECTED) for block in self.document.blocks)
        found = tuple(known.get(outcome.block.id, outcome) for outcome in not_run)
        return Report(self.document, found, sandbox=sandbox(Conditions.of(self.config.stash[SETTINGS])))

    def _run(self, block: Block) -> None:
        from dlexamples.check import check_session, without_session, worse
        from dlexamples.sessions import needed_for

        self.outcomes.update({outcome.block.id: outcome for outcome in without_session(self.document)})
        for session in self._sessions:
            if block.id in session.judged:
                selected = needed_for(session, (self._selected & session.judged) | {block.id})
                for outcome in check_session(selected, self._runner):
                    block_id = outcome.block.id
                    self.outcomes[block_id] = worse(self.outcomes.get(block_id, outcome), outcome)
        faults = list(self._runner.faults)
        self._runner.faults.clear()
        if faults:
            raise RuntimeError("dlexamples' own fault, not the post's; please report it.\n" + "\n".join(faults))

    @cached_property
    def _runner(self) -> Runner:
        from dlexamples.run.conditions import Conditions
        from dlexamples.run.machine import sandbox
        from dlexamples.run.runner import Runner

        conditions = Conditions.of(self.config.stash[SETTINGS])
        sandbox(conditions)
        return Runner(_pool(self.config), self.document, conditions, cache=_cache(self.config))

    @cached_property
    def _sessions(self) -> tuple[Session, ...]:
        from dlexamples.sessions import sessions

        return sessions(self.document, self.config.stash[SETTINGS].session)

    @cached_property
    def _selected(self) -> frozenset[str]:
        """The blocks that are asked for."""
        items = (item for item in self.session.items if isinstance(item, BlockItem) and item.parent is self)
        return frozenset(item.block.id for item in items)

    def is_known(self, refused: Outcome | Flaw) -> bool:
        """The baseline lets it through."""
        from dlexamples.baseline import left_of, takes

        path, entries = self.config.stash[BASELINE]
        if path is None:
            return False
        if self.left is None:
            self.left = left_of(entries)
        return takes(self.document, refused, self.left, path.parent)

    def equip(self) -> None:
        """Once a post, and before its first block runs."""
        if self.equipped:
            return
        from dlexamples.equipped import equipped

        install = self.config.stash[SETTINGS].install
        self.document = equipped(self.document, install, lambda document, requirements: None)
        self.equipped = True


class BlockItem(pytest.Item):
    """One Python block."""

    parent: PostFile

    def __init__(self, *, block: Block, **rest: Any) -> None:
        super().__init__(**rest)
        self.block = block

    def runtest(self) -> None:
        from dlexamples.model import Verdict

        outcome = self.parent.outcome(self.block)
        # What a repaired block printed is the mended text's, not the post's.
        whose = " of the mended block" if outcome.edits else ""
        packages = self.parent.document.environment.packages
        installed = "".join(f"{each.name} {each.version}: {each.why}\n" for each in packages)
        for name, text in (
            (f"stdout{whose}", outcome.stdout),
            (f"stderr{whose}", outcome.stderr),
            ("installed", installed),
        ):
            if text:
                self.add_report_section("call", name, text)
        settings = self.config.stash[SETTINGS]
        policy = _policy(settings)
        if not policy.accepts(outcome):
            if self.parent.is_known(outcome):
                pytest.xfail(f"known, let through by the baseline: {outcome.reason}")
            raise NotAcceptedError(_details(self.parent.document, outcome, self.config))
        if outcome.verdict is Verdict.SKIPPED:
            raise pytest.skip.Exception(outcome.reason, _use_item_location=True)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The code frame in the post; our own stack only for our own faults."""
        if isinstance(excinfo.value, (NotAcceptedError, ToldError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.block.line - 1, self.name


class NoPythonItem(pytest.Item):
    """Stands for a post that holds nothing to run, which must not be green."""

    def runtest(self) -> None:
        would_do = f"`dlexamples list {self.path}` tells what each fence was taken for"
        raise NotAcceptedError(f"DL002: {self.path}: no Python block found; {would_do}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


class LayoutItem(pytest.Item):
    """Stands for what is wrong with a post and is no Python block's: a fence that is never closed, a marker, a stated
    environment that is not the one in which blocks are run."""

    parent: PostFile

    def runtest(self) -> None:
        self.parent.equip()
        if broken := self.parent.unknown_errors():
            raise NotAcceptedError("\n".join(f"{self.path}:{d.span.line}: {d.code}: {d.message}" for d in broken))
        if errors := self.parent.errors():
            pytest.xfail(f"known, let through by the baseline: {errors[0][1].message}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int, str]:
        errors = self.parent.errors()
        return self.path, errors[0][1].span.line - 1 if errors else 0, self.name


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and isinstance(item, BlockItem) and item.block.id in item.parent.outcomes:
        # An attribute and not a property: it crosses to xdist's controller and stays out of JUnit's files.
        verdict = item.parent.outcomes[item.block.id].verdict.value
        report.__dict__[VERDICT] = verdict
    return report


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """`filled` and `repaired` show as such where they are accepted."""
    verdict = getattr(report, VERDICT, "")
    if report.when == "call" and report.passed and verdict in LETTERS:
        return verdict, LETTERS[verdict], verdict.upper()
    return None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Where blocks ran: what was open to them."""
    if not any(hasattr(report, VERDICT) for group in terminalreporter.stats.values() for report in group):
        return
    from dlexamples.reports.terminal.openings import openings
    from dlexamples.run.conditions import Conditions
    from dlexamples.run.machine import sandbox

    for opening in openings(sandbox(Conditions.of(config.stash[SETTINGS]))):
        terminalreporter.write_line(f"dlexamples: {opening}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Posts without a Python block and nothing else to run: nothing was tested, as pytest says it."""
    if session.items and all(isinstance(item, NoPythonItem) for item in session.items):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
    if path := session.config.getoption("dlexamples_html"):
        _write_page(session, session.config.invocation_params.dir / path)


def _write_page(session: pytest.Session, path: Path) -> None:
    """The posts of which a block was selected."""
    from dlexamples.model import Reports
    from dlexamples.page import write_page

    posts = dict.fromkeys(item.parent for item in session.items if isinstance(item, BlockItem))
    reports = tuple(post.report() for post in posts)
    not_run = Counter(str(r.document.path) for r in reports for outcome in r.outcomes if outcome.reason == NOT_SELECTED)
    problems = tuple(f"{name}: not selected, and not run: {count} of its blocks" for name, count in not_run.items())
    write_page(path, Reports(reports, problems=problems), _policy(session.config.stash[SETTINGS]))


def _policy(settings: Settings) -> Policy:
    from dlexamples.model import Policy

    return Policy(settings.accepted, errors=settings.errors)


def _baseline(settings: Settings) -> tuple[Path | None, tuple[Entry, ...]]:
    """Its file and its entries."""
    path = settings.baseline_file
    if path is None:
        return None, ()
    from dlexamples.baseline import BadBaselineError, load

    try:
        return path, load(path)
    except BadBaselineError as error:
        raise pytest.UsageError(str(error)) from error


def _listed(config: pytest.Config) -> dict[str, bool]:
    """The posts of the setting, and whether each is named there itself and not its folder."""
    if LISTED not in config.stash:
        config.stash[LISTED] = _found(config.stash[SETTINGS])
    return config.stash[LISTED]


def _found(settings: Settings) -> dict[str, bool]:
    if not settings.posts:
        return {}
    from dlexamples.posts import listed

    found = listed(settings)
    if found.problems:
        raise pytest.UsageError("\n".join(map(str, found.problems)))
    return {str(post.path): post.named for post in found.posts}


def _is_named(file: pytest.File) -> bool:
    """Not only found in a folder, which may hold posts that are prose alone."""
    asked = file.config.args_source is pytest.Config.ArgsSource.ARGS and file.session.isinitpath(file.path)
    return asked or _listed(file.config).get(str(file.path), True)


def _pool(config: pytest.Config) -> Pool:
    from dlexamples.run.pool import Pool

    if POOL not in config.stash:
        # xdist's workers share the machine.
        config.stash[POOL] = Pool(lanes=getattr(config, "workerinput", {}).get("workercount", 1))
    return config.stash[POOL]


def _cache(config: pytest.Config) -> Cache:
    """Workers of one xdist run find each other's outcomes there, also those that hold for no other run."""
    from dlexamples.cache import cache_of, folder_of
    from dlexamples.cache.store import Disk

    if CACHE not in config.stash:
        settings = config.stash[SETTINGS]
        run = getattr(config, "workerinput", {}).get("testrunuid", "")
        shared = Disk(folder_of(settings), run) if run and settings.cache else None
        config.stash[CACHE] = cache_of(settings, passing=shared)
    return config.stash[CACHE]


def _relative(path: Path, folder: Path) -> Path:
    try:
        return path.relative_to(folder)
    except ValueError:
        return path


def _details(document: Document, outcome: Outcome, config: pytest.Config) -> str:
    from dlexamples.reports.text import details

    stream = io.StringIO()
    terminal = config.get_terminal_writer()
    details(document, outcome, stream, width=terminal.fullwidth, colour=terminal.hasmarkup)
    return stream.getvalue().rstrip("\n")

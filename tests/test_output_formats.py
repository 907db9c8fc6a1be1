"""Every output format: a post with every verdict as golden files, and each format's own validator.

`--update-cases` rewrites the golden files in `cases/outputs`.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import xmlschema
from test_cli import run

from dlexamples import __version__, reports
from dlexamples.commands.telling import exit_code
from dlexamples.executors import executed
from dlexamples.fix import with_sources
from dlexamples.formats import parse, read
from dlexamples.formats.layout import apply
from dlexamples.model import (
    Applicability,
    Block,
    Diagnostic,
    Document,
    Edit,
    Fix,
    Flaw,
    Outcome,
    Policy,
    Related,
    Report,
    Reports,
    Sandbox,
    Span,
    Verdict,
)
from dlexamples.reports import findings, markdown, sarif
from dlexamples.reports.fingerprints import line_hashes
from dlexamples.settings import Settings
from dlexamples.suggestions import with_suggestions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CASES = Path(__file__).parent / "cases" / "outputs"
SCHEMAS = Path(__file__).parent / "schemas"
POLICY = Policy(Settings().accepted)
ENDINGS = {"github": "github.txt", "text": "text.txt", "junit": "junit.xml", "markdown": "summary.md", "counts": "txt"}
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""
BADGE = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"enum": ["brightgreen", "yellow", "red", "lightgrey"]},
        "isError": {"type": "boolean"},
    },
    "additionalProperties": False,
}
"""https://shields.io/badges/endpoint-badge"""
COLUMNS = pytest.mark.skipif(sys.version_info < (3, 11), reason="the interpreter tells columns from 3.11")


def told(name: str, found: Sequence[Report], policy: Policy = POLICY) -> str:
    stream = io.StringIO()
    reports.write(name, found, policy, stream)
    return stream.getvalue()


@cache
def of_sarif() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8")))


@cache
def of_junit() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


@cache
def of_rdjson() -> Any:
    schema = json.loads((SCHEMAS / "rdjson.json").read_text("utf-8"))
    # Its `oneOf` says of a result only that it is no other form.
    return jsonschema.Draft7Validator(next(each for each in schema["oneOf"] if each["title"] == "DiagnosticResult"))


def validate(name: str, text: str) -> None:
    """Raises where `text` is not what those who read the format ask for."""
    if name == "junit":
        of_junit().validate(text)
    if name == "sarif":
        of_sarif().validate(json.loads(text))
        require_what_github_asks(json.loads(text))
    if name == "rdjson":
        of_rdjson().validate(json.loads(text))
    if name in {"gitlab", "badge"}:
        jsonschema.validate(json.loads(text), GITLAB if name == "gitlab" else BADGE)
    if name == "gitlab":
        prints = [each["fingerprint"] for each in json.loads(text)]
        assert len(set(prints)) == len(prints), "of two that are alike GitLab shows one"
    if name == "markdown":
        assert len(text.encode("utf-8")) <= markdown.MOST_BYTES
    if name == "github":
        require_within_caps(text)


def require_what_github_asks(log: Any) -> None:
    """Code scanning's required properties, and what makes an alert the same in the next upload."""
    for each in log["runs"]:
        rules = each["tool"]["driver"]["rules"]
        assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
        assert len({rule["id"] for rule in rules}) == len(rules)
        prints = [result["partialFingerprints"]["dlexamples/v1"] for result in each["results"]]
        assert len(set(prints)) == len(prints)
        for result in each["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["message"]["text"]
            assert re.fullmatch(r"[0-9a-f]+:\d+", result["partialFingerprints"]["primaryLocationLineHash"])
            place = result["locations"][0]["physicalLocation"]
            assert not re.match(r"[a-z]+:|/", place["artifactLocation"]["uri"])
            assert set(place["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}


COMMAND = re.compile(r"::(error|warning|notice) title=([^:]*)::(.*)")


def require_within_caps(text: str) -> None:
    """Each line is one annotation, and of no kind there are more than GitHub shows."""
    kinds = [COMMAND.fullmatch(line) for line in text.splitlines()]
    assert all(kinds), text
    assert all(sum(kind[1] == each for kind in kinds if kind) <= 10 for each in ("error", "warning", "notice"))


# A post with every verdict


@pytest.fixture(scope="module")
def every_verdict(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The report of running it, as where blocks are shut in wholly."""
    folder = tmp_path_factory.mktemp("posts")
    shutil.copy(CASES / "every-verdict.md", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        ran = executed([read(Path("every-verdict.md"))], Settings(device="cpu", cache=False))
        assert not ran.faults
        return Reports(tuple(with_suggestions(replace(each, sandbox=Sandbox())) for each in ran.reports))


def timeless(text: str) -> str:
    """Without what another machine, or day, tells otherwise: seconds, our version, where a traceback points to."""
    text = re.sub(r"\b\d+\.\d s\b", "0.0 s", text)
    text = re.sub(r'("seconds": |time=")[\d.]+', r"\g<1>0.0", text)
    text = text.replace(f'"semanticVersion": "{__version__}"', '"semanticVersion": "0"')
    return re.sub(r"(?:\\n|\n) *[\^~]+(?=\\n|\n)", "", text) if "Traceback" in text else text


def test_there_is_every_verdict(every_verdict: Reports) -> None:
    assert {outcome.verdict for report in every_verdict for outcome in report.outcomes} == set(Verdict)


@COLUMNS
@pytest.mark.parametrize("name", reports.names())
def test_golden(name: str, every_verdict: Reports, update_cases: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    path = CASES / f"every-verdict.{ENDINGS.get(name, f'{name}.json')}"
    text = timeless(told(name, every_verdict))
    if update_cases:
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", reports.names())
def test_what_is_told_of_every_verdict_is_valid(name: str, every_verdict: Reports) -> None:
    validate(name, told(name, every_verdict))


def test_the_help_lists_every_format(tmp_path: Path) -> None:
    shown = run("check", "--help", folder=tmp_path).stdout
    assert f"[{'|'.join(reports.names())}]" in "".join(shown.split())


def test_formats_leave_no_block_out(every_verdict: Reports) -> None:
    count = len(every_verdict[0].outcomes)
    assert told("junit", every_verdict).count("<testcase ") == count
    counts = dict(line.split("=") for line in told("counts", every_verdict).splitlines())
    assert sum(int(counts[verdict.value.replace("_", "-")]) for verdict in Verdict) == count


# Reports that no run gave: each would break a writer that takes a post at its word

NASTY = (
    "# ::error::title\n\n```python\nx = '\ud800\x1b[31m\x00 ]]> %0A ::set-output name=a::b' + w | `y`\n```\n"
    "```python\né = '損失 🔥'; w\r\n```"
)


def outcome(block: Block, verdict: Verdict, *diagnostics: Diagnostic, **fields: Any) -> Outcome:
    return Outcome(block, verdict, runnable_source=block.source, diagnostics=diagnostics, **fields)


def document(text: str, path: str = "post.md") -> Document:
    return parse(Path(path), text)


def failing(text: str = NASTY, path: str = "post.md", count: int = 1, level: str = "error") -> Report:
    found = document(text, path)
    message = "`w` is not defined\r\n::warning::%25 | <b> [x](y) ]]>\x00\ud800"
    fix = Fix(Applicability.UNSAFE, "define `w`,\nor not: at all", "CPU in 0.6 s")
    spans = (Span(4, 5, 4, 6), Span(999, 999, 1000, 1), Span(1, 1, 1, 1 << 20), Span(4, 9, 4, 2))
    diagnostics = [
        Diagnostic("DL102", level, message, spans[index % 4], (Related("here\n::x::", Span(3, 1, 900, 2)),), fix)
        for index in range(count)
    ]
    failed = outcome(found.blocks[0], Verdict.FAILED, *diagnostics, reason=message, stdout="\x1b[2J\ud800\x00]]>")
    return Report(found, (failed, *(outcome(block, Verdict.PASSED) for block in found.blocks[1:])))


def blocked() -> Report:
    found = document(NASTY)
    reason = "needs `x` from |a|\n::error::no"
    return Report(found, tuple(outcome(block, Verdict.BLOCKED, reason=reason) for block in found.blocks))


def flawed(*, known: bool = False) -> Report:
    found = document("# A\n\n```python\nx = 1\n```\n")
    flaw = Flaw(Diagnostic("DL010", "error", "an unknown marker", Span(1, 1, 1, 4)), known=known)
    return Report(replace(found, flaws=(flaw,)), (outcome(found.blocks[0], Verdict.PASSED),))


def known() -> Report:
    report = failing(path="known.md")
    return replace(report, outcomes=tuple(replace(each, known=True) for each in report.outcomes[:1]))


def prose(*, named: bool = True) -> Report:
    return Report(Document(Path("prose.md"), "# A\n", ()), (), named=named)


REPORTS: dict[str, Reports] = {
    "nothing": Reports(()),
    "an empty post": Reports((Report(Document(Path("empty.md"), "", ()), ()),)),
    "a failure": Reports((failing(),)),
    "a path": Reports((failing(path="a b/ü%,:;#?.md"),)),
    "many failures": Reports((failing(count=40), failing(path="b.md", count=3))),
    "warnings": Reports((failing(count=40, level="warning"),)),
    "blocked": Reports((blocked(),)),
    "a document's flaw": Reports((flawed(),)),
    "a flaw that is known": Reports((flawed(known=True),)),
    "known": Reports((known(), failing())),
    "only known": Reports((known(), flawed())),
    "prose": Reports((prose(),)),
    "prose in a folder": Reports((prose(named=False), flawed(known=True))),
    "prose alone in a folder": Reports((prose(named=False),)),
    "prose that has changed": Reports((prose(named=False),), python_elsewhere=True),
    "a fault": Reports((), faults=("Traceback\n::error::ours\x00",)),
    "a problem": Reports((flawed(known=True),), problems=("\ud800.md: no such file",)),
}


@pytest.mark.parametrize("name", [name for name in reports.names() if name not in {"text", "json"}])
@pytest.mark.parametrize("case", REPORTS)
def test_whatever_is_told_is_valid(name: str, case: str) -> None:
    text = told(name, REPORTS[case])
    assert not re.search(r"[\x00-\x08\x0b-\x1f]|\\ud8", text)
    text.encode("utf-8")
    validate(name, text)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("case", REPORTS)
def test_an_error_is_told_where_the_gate_is_red_and_nowhere_else(case: str, strict: bool) -> None:
    found = REPORTS[case]
    policy = Policy(Settings(strict=strict).accepted)
    red = bool(found.faults or found.problems) or exit_code(found, policy) != 0
    assert any(each.level == "error" for each in findings.findings(found, policy)) is red
    assert ("::error " in told("github", found, policy)) is red
    assert ('"color": "red"' in told("badge", found, policy)) is red
    assert any(f"<{kind} " in told("junit", found, policy) for kind in ("failure", "error")) is red
    log = json.loads(told("sarif", found, policy))["runs"][0]
    untrusted = not log["invocations"][0]["executionSuccessful"]
    assert untrusted is bool(found.faults or found.problems)
    assert (untrusted or any(result["level"] == "error" for result in log["results"])) is red
    severities = {each["severity"] for each in json.loads(told("gitlab", found, policy))}
    assert ("major" in severities) is red
    severities = {each["severity"] for each in json.loads(told("rdjson", found, policy))["diagnostics"]}
    assert ("ERROR" in severities) is red


# SARIF


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", "c129715d7a2bc9a3:1"),
        (" a\nb\n  \t\tc\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1"),
        (
            "hello; \t\nworld!!!\r\n\r\n\n  \t\tGreetings\n End",
            "8b7cf3e952e7aeb2:1 b1ae1287ec4718d9:1 bff680108adb0fcc:1 c6805c5e1288b612:1 b86d3392aea1be30:1 "
            "e6ceba753e1a442:1",
        ),
    ],
)
def test_line_hashes_are_githubs(text: str, hashes: str) -> None:
    """Known answers of the upload action's own tests."""
    assert line_hashes(text) == hashes.split()


def test_line_hashes_are_githubs_where_lines_recur() -> None:
    """As the action computes them, character by character, with a window that wraps round."""
    text = "x = 1\n" * 200 + "é = '損失 🔥'\r\ny\r\r" + "\t \n" * 120
    assert line_hashes(text) == list(rolling(text))
    assert len(set(line_hashes(text))) == len(line_hashes(text))


def rolling(text: str) -> Iterator[str]:
    """`hash` of the action's fingerprints.ts, in Python."""
    window, lines, found = [0] * 100, [-1] * 100, []
    value = index = line = 0
    starts, after_cr = True, False
    first = pow(37, 100, 1 << 64)
    met: dict[int, int] = {}

    def tell() -> None:
        met[value] = met.get(value, 0) + 1
        found.append((lines[index], f"{value:x}:{met[value]}"))
        lines[index] = -1

    def update(unit: int) -> None:
        nonlocal value, index
        value = (37 * value + unit - first * window[index]) % (1 << 64)
        window[index] = unit
        index = (index + 1) % 100

    data = text.encode("utf-16-le")
    for unit in [*(int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)), 65535]:
        if unit in (32, 9) or (after_cr and unit == 10):
            after_cr = False
            continue
        after_cr, unit = unit == 13, 10 if unit == 13 else unit
        if lines[index] != -1:
            tell()
        if starts:
            starts, line = False, line + 1
            lines[index] = line
        starts = unit == 10
        update(unit)
    for _ in range(100):
        if lines[index] != -1:
            tell()
        update(0)
    yield from (hashed for _, hashed in sorted(found))


def test_a_finding_is_the_same_when_lines_come_above_it() -> None:
    before, after = failing("```python\nw\n```\n"), failing("# New\n\nProse.\n\n```python\nw\n```\n")
    moved = replace(after.outcomes[0].diagnostics[0], span=Span(6, 1, 6, 2))
    same = replace(before.outcomes[0].diagnostics[0], span=Span(2, 1, 2, 2))
    logs = [
        json.loads(told("sarif", [replace(report, outcomes=(replace(one, diagnostics=(each,), block=block),))]))
        for report, each, one, block in (
            (before, same, before.outcomes[0], before.outcomes[0].block),
            (after, moved, after.outcomes[0], replace(after.outcomes[0].block, id=before.outcomes[0].block.id)),
        )
    ]
    one, other = (log["runs"][0]["results"][0] for log in logs)
    assert one["partialFingerprints"] == other["partialFingerprints"]
    assert one["locations"] != other["locations"]


def test_what_is_too_much_for_code_scanning_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 10)
    found = Reports((failing(count=15, level="warning"), failing(path="b.md", count=2)))
    log = json.loads(told("sarif", found, Policy(frozenset(Verdict))))
    validate("sarif", json.dumps(log))
    assert len(log["runs"][0]["results"]) == 10
    notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["message"]["text"].startswith("7 more findings")


def test_what_is_known_is_suppressed() -> None:
    results = json.loads(told("sarif", REPORTS["known"]))["runs"][0]["results"]
    assert [("suppressions" in each, each["level"]) for each in results] == [(True, "note"), (False, "error")]


# Annotations


def test_of_more_than_github_shows_the_last_tells_the_rest() -> None:
    lines = told("github", REPORTS["many failures"]).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "::error title=dlexamples::+34 more: the summary and the log tell all of them"


def test_the_worst_is_annotated_first() -> None:
    lines = told("github", [blocked(), failing(level="warning"), failing()]).splitlines()
    codes = [line.split("title=")[1].split(" ")[0] for line in lines]
    assert codes[:2] == ["DL102", "DL102"]
    assert set(codes[2:]) == {"blocked"}


def test_an_annotation_is_one_line_whatever_a_post_holds() -> None:
    line = told("github", REPORTS["a path"]).rstrip("\n")
    assert "file=a b/ü%25%2C%3A;#?.md,line=4,endLine=4,col=5,endColumn=6" in line
    assert "`w` is not defined%0A::warning::%2525 | <b>" in line


def test_what_is_known_is_only_counted() -> None:
    assert "known.md" not in told("github", REPORTS["known"])
    assert told("github", REPORTS["known"]).endswith(
        "::notice title=dlexamples::1 known, let through by the baseline\n"
    )


# The summary


def test_a_summary_that_is_too_long_is_cut_and_says_so() -> None:
    found = REPORTS["many failures"]
    whole = markdown.summary(found, POLICY)
    for most in (300, 2_000, len(whole.encode("utf-8")) - 1):
        cut = markdown.summary(found, POLICY, most)
        assert len(cut.encode("utf-8")) <= most
        assert re.search(r"_Cut here: \d+ more parts would make this longer than [\d,]+ bytes\._\n$", cut)
    assert markdown.summary(found, POLICY, len(whole.encode("utf-8")) + 200) == whole


def test_a_post_writes_no_markup_into_the_summary() -> None:
    text = re.sub(r"(`{3,})text\n.*?\n\1\n", "", told("markdown", [failing(), blocked()]), flags=re.DOTALL)
    assert "<b>" not in text
    assert "[x](y)" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ❌")]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 7 for row in rows)


# Suggestions

MENDABLE = {
    "a fence": "```python\nx = 1\ny = 2\n```\n",
    "a quote": "> ```python\n> x = 1\n> y = 2\n> ```\n",
    "a list": "- a\n\n  ```python\n  x = 1\n  y = 2\n  ```\n",
    "carriage returns": "```python\r\nx = 1\r\ny = 2\r\n```\r\n",
    "no line end": "```python\nx = 1\ny = 2\n```",
    "a byte order mark": "\ufeff```python\nx = 1\ny = 2\n```\n",
    "wide characters": "# é\n\n```python\nx = 1\ny = 2\n```\n",
    "several": "```python\nx = 1\ny = 2\n```\n\ntext\n\n```python\nx = 1\ny = 2\n```\n",
    "indented": "text\n\n    >>> x = 1\n    >>> y = 2\n\nmore\n",
    "never closed": "```python\nx = 1\ny = 2\n",
    "a tab": '=== "Keras"\n\n    ```python\n    x = 1\n    y = 2\n    ```\n',
}
SOURCES = ["x = 1\n", "import x\nx = 1\ny = 2\n", "x = 1\n\n\ny = 2\nz = 3\n", "x = 1\n\ny = 2\n", "a\nb\nc\n"]


def mended(text: str, source: str) -> Report:
    """A report of a post all of whose blocks are mended to `source`."""
    found = document(text)
    edit = Edit("rule", 1, 1, "", "", Applicability.UNSAFE, "as it was meant")
    outcomes = [Outcome(block, Verdict.REPAIRED, "s1", edits=(edit,), runnable_source=source) for block in found.blocks]
    return with_suggestions(Report(found, tuple(outcomes)))


def taken(text: str, suggestions: Sequence[Any]) -> str:
    """The post after a reviewer has taken these: whole lines give way to whole lines, as on GitHub."""
    edits = []
    for each in suggestions:
        first, last = each["range"]["start"]["line"], each["range"]["end"]["line"]
        before = "".join(f"{row}\n" for row in rows(text)[first - 1 : last])
        edits.append(Edit("", first, last, before, f"{each['text']}\n", Applicability.UNSAFE, ""))
    return apply(text, edits)


def test_suggestions_for_a_notebook_are_lines_of_its_file() -> None:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "outputs": [],
        "source": ["x = 1\n", "y"],
    }
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"
    found = parse(Path("a.ipynb"), text)
    edit = Edit("rule", 1, 1, "", "", Applicability.SAFE, "as it was meant")
    report = with_suggestions(
        Report(found, (Outcome(found.blocks[0], Verdict.REPAIRED, edits=(edit,), runnable_source="x = 1\ny = 2\n"),))
    )
    offered = [each for each in json.loads(told("rdjson", [report]))["diagnostics"] if "suggestions" in each]
    assert json.loads(taken(text, offered[0]["suggestions"]))["cells"][0]["source"] == ["x = 1\n", "y = 2"]


def rows(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", MENDABLE)
def test_suggestions_that_are_taken_are_what_fix_writes(case: str, source: str) -> None:
    text = MENDABLE[case]
    report = mended(text, source)
    assert report.outcomes
    written = with_sources(report.document, {each.block.id: source for each in report.outcomes})
    log = told("rdjson", [report])
    validate("rdjson", log)
    offered = [each for each in json.loads(log)["diagnostics"] if "suggestions" in each]
    assert taken(text, [each["suggestions"][0] for each in offered]) == written
    for each in offered:
        assert each["suggestions"][0]["range"] == each["location"]["range"]
        assert each["suggestions"][0]["text"]

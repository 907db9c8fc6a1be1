"""The reports of hand-made outcomes. The expected text is in `cases/reports`; `--update-cases` rewrites it."""

from __future__ import annotations

import io
import json
import math
import os
import select
import subprocess
import sys
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import jsonschema
import pytest
from rich.cells import cell_len

from dlexamples import reports
from dlexamples.model import (
    Applicability,
    Block,
    Claim,
    Curve,
    Diagnostic,
    Document,
    Edit,
    Fill,
    Fix,
    Outcome,
    Policy,
    Related,
    Report,
    Reports,
    Shard,
    Span,
    Verdict,
)
from dlexamples.reports.progress import Log, progress
from dlexamples.reports.rebuilt import rebuilt
from dlexamples.reports.terminal.live import LiveLine
from dlexamples.reports.terminal.surface import Surface
from dlexamples.reports.terminal.visible import crop, document_lines, tail, visible

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = Path(__file__).parent / "cases" / "reports"
POLICY = Policy(frozenset({Verdict.PASSED, Verdict.FILLED, Verdict.SKIPPED, Verdict.NOT_PYTHON}))
SCHEMA = json.loads((files("dlexamples.reports") / "schema.json").read_text(encoding="utf-8"))

POST = """\
# XOR

```python
import torch

model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Linear(8, 1))
model.compile(loss="mse", optimizer="adam")
model.train(XOR_data, epochs=10)
```

```python
def loss_of(model):
    return model.loss
```
"""

MENDED = """\
import torch

model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Linear(8, 1))
criterion = torch.nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters())

model.train()
for inputs, targets in XOR_data:
    optimizer.zero_grad()
"""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Ascii(io.StringIO):
    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "ascii"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def golden(update_cases: bool) -> Callable[[str, str], None]:
    def check(name: str, text: str) -> None:
        path = CASES / name
        if update_cases:
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode("utf-8")

    return check


def document(text: str, path: str = "post.md") -> Document:
    """A document whose fences all start at the margin."""
    lines = document_lines(text)
    edges = [number for number, line in enumerate(lines, 1) if line.startswith("```")]
    blocks = [
        Block(
            f"xor-{index}",
            line,
            end_line,
            ("XOR",),
            lines[line - 1][3:],
            lines[line - 1][3:] or "text",
            "the info string says so",
            "".join(f"{text}\n" for text in lines[line : end_line - 1]),
            line + 1,
        )
        for index, (line, end_line) in enumerate(zip(edges[::2], edges[1::2], strict=True), 1)
    ]
    return Document(Path(path), text, tuple(blocks))


def at(text: str, piece: str, last: str = "") -> Span:
    """The span of the first `piece` of `text`, or of everything up to and with the `last` that follows it."""
    start = text.index(piece)
    end = text.index(last, start) + len(last) if last else start + len(piece)

    def place(offset: int) -> tuple[int, int]:
        lines = document_lines(text[:offset])
        return len(lines), len(lines[-1]) + 1

    return Span(*place(start), *place(end))


def outcome(block: Block, verdict: Verdict = Verdict.FAILED, **fields: Any) -> Outcome:
    usual: dict[str, Any] = {
        "runnable_source": block.source,
        "device": "cpu",
        "seconds": 0.25,
        "lines": 3,
        "lines_run": 3,
    }
    return Outcome(block, verdict, **usual | fields)


def one_frame(text: str, span: Span, *related: Related, label: str = "not defined", path: str = "post.md") -> Report:
    found = document(text, path)
    diagnostic = Diagnostic("DL101", "error", "`w` is not defined", span, related, label=label)
    return Report(found, (outcome(found.blocks[0], diagnostics=(diagnostic,)),))


def repaired() -> Report:
    """A post as it is mostly met: one block repaired, with data supplied, and one that only defines."""
    found = document(POST)
    diagnostic = Diagnostic(
        "DL201",
        "error",
        "Keras-style `compile` on a torch module",
        at(POST, "model.compile"),
        (Related("`model` is a `torch.nn.Sequential`", at(POST, "model")),),
        Fix(Applicability.UNSAFE, "write the training loop", "CPU in 0.6 s"),
        "takes no `loss`",
    )
    undefined = Diagnostic(
        "DL102",
        "error",
        "`XOR_data` is never defined in this post",
        at(POST, "XOR_data"),
        fix=Fix(Applicability.SAFE, "define the XOR table", "CPU in 0.6 s"),
    )
    source = "XOR_data = [(x, y)]\n"
    fill = Fill("XOR_data", "xor", Claim.REAL, (4, 2), "float32", "the name, and Linear(2, 8) takes 2 inputs", source)
    alias = Fill("nn", "import", Claim.REAL, None, "", "the usual import", "import torch.nn as nn\n")
    edit = Edit("keras_training", 7, 7, "before\n", "after\n", Applicability.UNSAFE, "write the training loop")
    mended = outcome(
        found.blocks[0],
        Verdict.REPAIRED,
        session="s1",
        diagnostics=(diagnostic, undefined),
        fills=(fill, alias),
        edits=(edit,),
        runnable_source=MENDED,
        seconds=0.6,
    )
    return Report(found, (mended, outcome(found.blocks[1], Verdict.PASSED, only_defines=True, lines_run=1)))


def every_verdict() -> Report:
    text = "".join(f"```{'text' if verdict is Verdict.NOT_PYTHON else 'python'}\nx\n```\n" for verdict in Verdict)
    found = document(text)
    reasons = {
        Verdict.SKIPPED: "needs 8 GPUs",
        Verdict.BLOCKED: "needs `x` from xor-4, which failed",
        Verdict.FAILED: "ran out of time",
    }
    return Report(
        found,
        tuple(
            outcome(block, verdict, reason=reasons.get(verdict, ""), stderr="Killed\n" * 9)
            for block, verdict in zip(found.blocks, Verdict, strict=True)
        ),
    )


def text_of(*made: Report, policy: Policy = POLICY, stream: TextIO | None = None) -> str:
    stream = stream or io.StringIO()
    reports.write("text", made, policy, stream)
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


# The frames


FRAMES: dict[str, tuple[Any, ...]] = {
    "tabs": (t := "```python\nif x:\n\ty = x\t+ w\n```\n", at(t, "w"), Related("here", at(t, "x:"))),
    "wide": (t := '```python\nprint("損失 🔥", w)\n```\n', at(t, "w"), Related("損失", at(t, '"損失 🔥"'))),
    "crlf": (t := "# T\r\n\r\n```python\r\nx = w\r\n```\r\n", at(t, "w")),
    "end_of_file": ("```python\nx = (\n```", Span(9, 9, 9, 9)),
    "end_of_line": (t := "```python\nx = (\n```\n", Span(2, 6, 2, 6)),
    "several_lines": (t := "```python\nx = call(\n    w,\n)\nz = 1\n```\n", at(t, "call(", ")")),
    "many_lines": (
        t := "```python\nm = 1\n\n\nx = call(\n" + "    w,\n" * 9 + "    )\n```\n",
        at(t, "call(", ")"),
        Related("made here", at(t, "m")),
    ),
    "same_line": (
        t := "```python\nnet.fit(data)\n```\n",
        at(t, "fit"),
        Related("`net` is a module", at(t, "net")),
        Related("a list", at(t, "data")),
    ),
    "same_place": (t := "```python\nnet.fit(data)\n```\n", at(t, "fit"), Related("this too", at(t, "net.fit"))),
    "markup": (t := "```python\nx = w[bold]  # [/red] :smile: [link=x]\n```\n", at(t, "w"), Related("[b]", at(t, "x"))),
    "control": (t := "```python\nx = '\x1b[31m\x07\u202e' + w\n```\n", at(t, "w")),
    "long_line": (t := f"```python\nx = [{'1, ' * 60}w, {'2, ' * 60}]\n```\n", at(t, "w")),
    "long_label": (
        t := f"```python\n{' ' * 60}w + z\n```\n",
        at(t, "w"),
        Related("far right, " * 9, at(t, "z")),
    ),
    "no_lines": ("```python\n```", Span(1, 1, 1, 1)),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frame(name: str, golden: Callable[[str, str], None]) -> None:
    text, span, *related = FRAMES[name]
    golden(f"frame_{name}.txt", text_of(one_frame(text, span, *related)))


def test_carets_stand_under_wide_characters() -> None:
    text = '```python\n\tprint("損失 🔥", w)\n```\n'
    code, carets = text_of(one_frame(text, at(text, "w"))).split("\n")[7:9]
    assert cell_len(code[: code.index("w)")]) == carets.index("^")


@pytest.mark.parametrize("columns", [1, 10, 20, 40, 57, 80, 200])
@pytest.mark.parametrize("name", FRAMES)
def test_frame_of_any_width(name: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text, span, *related = FRAMES[name]
    shown = text_of(one_frame(text, span, *related))
    assert "DL101" in shown
    if columns > 30:
        excerpt = [line for line in shown.split("\n")[4:-3] if " │ " in line]
        assert all(cell_len(line) <= columns for line in excerpt)


def test_crop_keeps_the_span_in_sight() -> None:
    line = "a" * 50 + "損失" * 10 + "b" * 50
    for width in range(10, 40):
        shown, left = crop(line, [(50, 52)], width, "…")
        assert cell_len(shown) == width
        assert 0 < 50 - left <= width - 3


def test_only_line_ends_of_markdown_end_a_line() -> None:
    assert document_lines("a\x0cb\u2028c\r\nd\re\nf") == ("a\x0cb\u2028c", "d", "e", "f")


def test_nothing_in_a_post_acts_on_the_terminal() -> None:
    assert visible("a\x1b[2Jb\x9b\u202e\tc") == "a�[2Jb��    c"


def test_tail_is_what_was_left_on_the_screen() -> None:
    assert tail("start\n\x1b[31mepoch 1\x1b[0m\r\nepoch 2: 10%\repoch 2: 99%\n\n", 2) == ["epoch 1", "epoch 2: 99%"]


# The whole page


def test_page(golden: Callable[[str, str], None]) -> None:
    golden("page.txt", text_of(repaired()))


def test_page_of_every_verdict(golden: Callable[[str, str], None]) -> None:
    golden("every_verdict.txt", text_of(every_verdict(), repaired()))


def test_page_in_ascii(golden: Callable[[str, str], None]) -> None:
    text = text_of(repaired(), every_verdict(), stream=Ascii())
    assert text.isascii()
    golden("ascii.txt", text)


def test_page_without_python(golden: Callable[[str, str], None]) -> None:
    found = document("```text\nx\n```\n")
    other = Report(found, (outcome(found.blocks[0], Verdict.NOT_PYTHON),))
    golden("no_python.txt", text_of(other, Report(document("Prose.\n", "empty.md"), ())))


def test_page_in_colour(golden: Callable[[str, str], None]) -> None:
    golden("colour.txt", text_of(repaired(), stream=Terminal()))


def test_colour_changes_no_character() -> None:
    coloured = text_of(repaired(), every_verdict(), stream=Terminal())
    assert tail(coloured, 999) == tail(text_of(repaired(), every_verdict()), 999)


def test_diff_can_be_left_out() -> None:
    text = text_of(repaired(), policy=replace(POLICY, show_diff=False))
    assert "optimizer.zero_grad" not in text
    assert "supplied" in text


def test_what_did_not_pass_is_not_shown_as_a_diff() -> None:
    report = repaired()
    failed = replace(report, outcomes=(replace(report.outcomes[0], verdict=Verdict.FAILED),))
    assert "optimizer.zero_grad" not in text_of(failed)


def test_a_reason_that_the_message_lacks_is_a_note() -> None:
    report = one_frame("```python\nw\n```\n", Span(2, 1, 2, 2))
    told = replace(report, outcomes=(replace(report.outcomes[0], reason="`w` is not defined"),))
    other = replace(report, outcomes=(replace(report.outcomes[0], reason="the block above was cut"),))
    assert "= note:" not in text_of(told)
    assert "  = note: the block above was cut\n" in text_of(other)


def test_a_warning_leaves_the_block_passed() -> None:
    report = one_frame("```python\nw\n```\n", Span(2, 1, 2, 2))
    warning = replace(report.outcomes[0].diagnostics[0], code="DL206", level="warning")
    passed = replace(report.outcomes[0], verdict=Verdict.PASSED, diagnostics=(warning,))
    text = text_of(replace(report, outcomes=(passed,)))
    assert "warning[DL206]: " in text
    assert text.endswith("1 block: 1 passed · 0 not accepted\n")


def test_accepted_verdicts_are_the_policys() -> None:
    everything = Policy(frozenset(Verdict))
    assert text_of(repaired()).endswith("1 not accepted · without the 1 defined, not called: 1 repaired\n")
    assert " · 0 not accepted" in text_of(repaired(), policy=everything)


@pytest.mark.parametrize(
    ("environment", "stream", "colour"),
    [
        ({}, io.StringIO, False),
        ({}, Terminal, True),
        ({"NO_COLOR": "1"}, Terminal, False),
        ({"NO_COLOR": ""}, Terminal, True),
        ({"FORCE_COLOR": "1"}, io.StringIO, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, Terminal, False),
        ({"TERM": "dumb"}, Terminal, False),
    ],
)
def test_colour(
    environment: dict[str, str], stream: type[io.StringIO], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in text_of(repaired(), stream=stream())) is colour


def test_a_path_is_never_broken() -> None:
    path = "posts/" + "deep-learning/" * 12 + "post with spaces.md"
    found = replace(repaired(), document=document(POST, path))
    text = text_of(found)
    assert f"--> {path}:7:1\n" in text
    assert f"fix --unsafe-fixes {path}" not in text
    assert f"run `dlexamples fix --unsafe-fixes '{path}'` to fix 1 block\n" in text


def test_page_with_lone_surrogates() -> None:
    text = '```python\nx = "\ud800" + w\n```\n'
    assert "\\ud800" in text_of(one_frame(text, at(text, "w")))


# JSON


def json_of(*made: Report, stream: io.StringIO | None = None) -> Any:
    stream = stream or io.StringIO()
    reports.write("json", made, POLICY, stream)
    return json.loads(stream.getvalue())


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_json(golden: Callable[[str, str], None]) -> None:
    stream = io.StringIO()
    jsonschema.validate(json_of(repaired(), stream=stream), SCHEMA)
    golden("page.json", stream.getvalue())


def test_json_of_every_verdict() -> None:
    found = json_of(every_verdict())
    jsonschema.validate(found, SCHEMA)
    assert [block["verdict"] for block in found["documents"][0]["blocks"]] == SCHEMA["$defs"]["verdict"]["enum"]


def test_json_of_a_run() -> None:
    made = Reports((), Shard(2, 4, ("a.md", "b.md")), ("Traceback: ours",), ("x.md: no such file",))
    stream = io.StringIO()
    reports.write("json", made, POLICY, stream)
    found = json.loads(stream.getvalue())
    jsonschema.validate(found, SCHEMA)
    assert found == {
        "schema_version": 1,
        "shard": {"index": 2, "count": 4, "posts": ["a.md", "b.md"]},
        "faults": ["Traceback: ours"],
        "problems": ["x.md: no such file"],
        "documents": [],
    }


def test_json_of_figures() -> None:
    found = document(POST)
    report = json_of(Report(found, (outcome(found.blocks[0], figures=(b"\x89PNG",)),)))
    jsonschema.validate(report, SCHEMA)
    assert report["documents"][0]["blocks"][0]["figures"] == ["iVBORw=="]


def test_json_of_curves_and_back() -> None:
    found = document(POST)
    curves = (Curve("loss", (1.5, math.nan, math.inf, 0.25), 8), Curve("accuracy", (0.5,), unit="step", every=2))
    tree = json_of(Report(found, (outcome(found.blocks[0], curves=curves), outcome(found.blocks[1]))))
    jsonschema.validate(tree, SCHEMA)
    blocks = tree["documents"][0]["blocks"]
    assert blocks[0]["curves"] == [
        {"name": "loss", "values": [1.5, None, None, 0.25], "line": 8},
        {"name": "accuracy", "values": [0.5], "line": 0, "unit": "step", "every": 2},
    ]
    assert "curves" not in blocks[1]
    again = rebuilt(tree["documents"][0], found).outcomes[0].curves
    assert repr(again) == repr(curves).replace("inf", "nan")


def test_json_of_nothing() -> None:
    found = json_of()
    jsonschema.validate(found, SCHEMA)
    assert found == {"schema_version": 1, "documents": []}


@pytest.mark.parametrize(
    ("name", "members"), [("verdict", Verdict), ("claim", Claim), ("applicability", Applicability)]
)
def test_schema_has_the_words_of_the_model(name: str, members: type[Verdict | Claim | Applicability]) -> None:
    assert SCHEMA["$defs"][name]["enum"] == [member.value for member in members]


def test_schema_refuses_what_the_contract_does_not_have() -> None:
    found = json_of(repaired())
    found["documents"][0]["blocks"][0]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.validate(found, SCHEMA)


def test_every_object_of_the_schema_is_closed() -> None:
    objects = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if part.get("type") == "object")]
    assert len(objects) == 12
    # Reports of schema version 1 had none of these at first.
    added = {
        "installed",
        "shard",
        "faults",
        "problems",
        "sha256",
        "named",
        "label",
        "only_defines",
        "figures",
        "curves",
        "sandbox",
        "known",
        "corrections",
        "corrected_source",
        "unit",
        "every",
    }
    for part in objects:
        assert part["additionalProperties"] is False
        assert part["required"] == [name for name in part["properties"] if name not in added]


def test_json_keeps_text_as_it_is_written() -> None:
    stream = io.StringIO()
    found = document("```python\n損失\n```\n")
    json_of(Report(found, (outcome(found.blocks[0]),)), stream=stream)
    assert "損失" in stream.getvalue()


def test_json_in_ascii() -> None:
    found = document("```python\n損失\n```\n")
    parsed = json_of(Report(found, (outcome(found.blocks[0]),)), stream=Ascii())
    assert parsed["documents"][0]["blocks"][0]["source"] == "損失\n"


def test_json_with_lone_surrogates() -> None:
    found = document(POST)
    stream = io.StringIO()
    json_of(Report(found, (outcome(found.blocks[0], stdout="half \udce9"),)), stream=stream)
    assert '"stdout": "half �"' in stream.getvalue()
    stream.getvalue().encode()


# The formats


def test_formats() -> None:
    named = "badge counts github gitlab json junit markdown rdjson sarif text"
    assert reports.names() == named.split()


def test_unknown_format() -> None:
    with pytest.raises(ValueError, match=r"no output format 'yaml': there are badge, .*, text"):
        reports.write("yaml", [], POLICY, io.StringIO())


def test_naming_the_formats_imports_nothing_heavy() -> None:
    check = (
        "import sys; from dlexamples import reports, explain; from dlexamples.reports import progress; reports.names();"
        "sys.exit(', '.join({'rich', 'numpy', 'torch', 'tensorflow'} & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


# Progress


def test_a_quick_run_leaves_no_trace_in_a_log() -> None:
    stream = io.StringIO()
    with progress(stream) as shown:
        shown.started(document(POST), 1)
        shown.running("xor-1", 4)
        shown.finished(repaired().outcomes[0])
    assert stream.getvalue() == ""


def test_a_long_run_writes_a_line_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("dlexamples.reports.progress.time.monotonic", lambda: now)
    stream = io.StringIO()
    log = Log(stream)
    log.started(document(POST), 2)
    log.finished(repaired().outcomes[0])
    assert stream.getvalue() == ""
    now = 1.5
    log.finished(repaired().outcomes[1])
    assert stream.getvalue() == "1/2 xor-1 repaired 0.6 s\n2/2 xor-2 passed 0.2 s\n"


def test_live_line_says_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("dlexamples.reports.terminal.live.time.monotonic", lambda: now)
    line = LiveLine(Surface())
    assert line.text() == "reading"
    line.installing(document(POST), ["einops", "timm<2"])
    assert line.text() == "post.md · installing einops, timm<2 · 0.0 s"
    line.started(document(POST), 2)
    assert line.text() == "1/2 post.md · 0.0 s"
    line.running("xor-1", 4)
    now = 1.25
    line.running("xor-1", 7)
    assert line.text() == "1/2 xor-1 · running line 7 · 1.2 s"
    line.finished(repaired().outcomes[0])
    assert line.text() == "2/2 post.md · 0.0 s"


def test_live_line_is_gone_at_the_end() -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        with progress(terminal) as shown:
            shown.started(document(POST), 2)
            shown.running("xor-1", 4)
            time.sleep(0.3)
        terminal.flush()
        written = os.read(ours, 65536)
        while select.select([ours], [], [], 0)[0]:
            written += os.read(ours, 65536)
    os.close(ours)
    assert "1/2 xor-1 · running line 4" in written.decode()
    assert written.endswith(b"\r\x1b[1A\x1b[2K")

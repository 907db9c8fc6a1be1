"""Pages of hand-made outcomes, for the tests that read them and those that open them in a browser."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.formats import parse, rendered
from dlexamples.model import (
    Applicability,
    Claim,
    Curve,
    Diagnostic,
    Edit,
    Fill,
    Fix,
    Outcome,
    Policy,
    Related,
    Report,
    Reports,
    Span,
    Verdict,
)
from dlexamples.reports.html import page

if TYPE_CHECKING:
    from dlexamples.model import Block, Document

CASES = Path(__file__).parent / "cases"
POLICY = Policy(frozenset({Verdict.PASSED, Verdict.FILLED, Verdict.SKIPPED, Verdict.NOT_PYTHON}))
POST = """\
# XOR with two layers

A **single** neuron cannot learn XOR. Two can, see [below](#training).

```python
import numpy as np
print("\\033[31mred\\033[0m")
```

## Training

| layer | units |
|:------|------:|
| one   | 8     |

```python
import torch

torch.manual_seed(0)
first = 1
second = 2
third = 3
fourth = 4
fifth = 5
sixth = 6
seventh = 7
model = torch.nn.Linear(2, 1)
model.fit(XOR_data, epochs=200)
```

1. In a list:

   ```python
   print(XOR_data)
   ```

> In a quote:
>
> ```python
> 1 / 0
> ```

=== "PyTorch"

    ```python
    print(result)
    ```

<details><summary>More</summary>

```python
huge()
```

</details>

```text
loss 0.7
```
"""
MENDED = """\
import torch

torch.manual_seed(0)
first = 1
second = 2
third = 3
fourth = 4
fifth = 5
sixth = 6
seventh = 7
model = torch.nn.Linear(2, 1)
XOR_data = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
for epoch in range(200):
    model(XOR_data)
"""


def png(red: int = 200) -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixel = zlib.compress(bytes([0, red, 80, 60]))
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def every_verdict(path: str = "posts/xor.md") -> Report:
    """A post with a block of each verdict, and each thing that a card can show."""
    document = parse(Path(path), POST)
    passed, repaired, filled, failed, blocked, skipped, text = document.blocks
    data = Fill("XOR_data", "xor", Claim.REAL, (4, 2), "float32", "the name", MENDED.splitlines(keepends=True)[11])
    return Report(
        document,
        (
            outcome(
                passed,
                Verdict.PASSED,
                stdout="\x1b[31mred\x1b[0m \x1b[42mon green\x1b[0m \x1b[31;43mboth\x1b[0m\n\r 10%|█   |\r100%|████|\n",
                stderr="a warning\n",
                figures=(png(), png(90)),
                curves=(Curve("loss", (0.7, 0.4, math.nan, 0.1), 7, "step", 16), Curve("accuracy", (0.5, 0.9))),
            ),
            outcome(
                repaired,
                Verdict.REPAIRED,
                runnable_source=MENDED,
                fills=(data,),
                edits=(edit(repaired, Applicability.UNSAFE),),
                diagnostics=(
                    diagnostic(
                        repaired,
                        12,
                        "DL201",
                        related=(Related("`model` is made here", span(repaired, 11, 0, 29)),),
                        fix=Fix(Applicability.UNSAFE, "train with a `for` loop", "CPU in 0.6 s"),
                    ),
                ),
                stdout="\n".join(map(str, range(40))),
                seconds=0.61,
            ),
            outcome(
                filled,
                Verdict.FILLED,
                runnable_source="XOR_data = 1\nprint(XOR_data)\n",
                fills=(Fill("XOR_data", "xor", Claim.SYNTHETIC, (4, 2), "float32", "the name", "XOR_data = 1\n"),),
                edits=(edit(filled),),
            ),
            outcome(
                failed,
                Verdict.FAILED,
                diagnostics=(
                    diagnostic(failed, 1, "DL901", level="error", fix=Fix(Applicability.DISPLAY, "a smaller loop")),
                ),
            ),
            outcome(blocked, Verdict.BLOCKED, runnable_source="", reason="needs `result` from block xor-1"),
            outcome(skipped, Verdict.SKIPPED, runnable_source="", reason="needs 8 GPUs"),
            outcome(text, Verdict.NOT_PYTHON, runnable_source=""),
        ),
    )


def outcome(block: Block, verdict: Verdict, **fields: Any) -> Outcome:
    ran: dict[str, Any] = {"runnable_source": block.source, "device": "cpu", "seconds": 0.25, "session": "session-1"}
    return Outcome(block, verdict, **ran | fields)


def span(block: Block, line: int, start: int, end: int) -> Span:
    """Columns from 0 of a line, from 1, of the block's source."""
    width = len(block.prefixes[line - 1])
    row = block.document_line(line)
    return Span(row, width + start + 1, row, width + end + 1)


def diagnostic(block: Block, line: int, code: str, level: str = "warning", **fields: Any) -> Diagnostic:
    row = block.source.split("\n")[line - 1]
    return Diagnostic(code, level, f"what `{code}` says of it", span(block, line, 0, len(row)), **fields)


def edit(block: Block, applicability: Applicability = Applicability.SAFE) -> Edit:
    line = block.first_line
    return Edit("rule", line, line - 1, "", "x = 1\n", applicability, "it is mended")


def passing(document: Document) -> Report:
    """Each of the document's blocks passed, where it is Python."""
    verdicts = {True: Verdict.PASSED, False: Verdict.NOT_PYTHON}
    return Report(document, tuple(outcome(block, verdicts[block.is_python]) for block in document.blocks))


def page_of(*reports: Report) -> str:
    pieces = [rendered(report.document, f"p{number}-") for number, report in enumerate(reports, 1)]
    return page(Reports(reports), POLICY, pieces)

"""Notebooks: what is read from them, at which lines, and that only sources are written into them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import nbformat.v4
import pytest
from test_cli import run

from dlexamples.formats import UnreadablePost, parse, splice
from dlexamples.formats.layout import apply

if TYPE_CHECKING:
    from dlexamples.model import Document

# They publish no types.
writes: Any = nbformat.writes
v4: Any = nbformat.v4
NB, MD = Path("nb.ipynb"), Path("nb.md")
UNFINISHED = "from math import pi\n\nprint(np.zeros(2), pi)"


def code(source: str, **metadata: Any) -> Any:
    outputs = [v4.new_output("stream", text="a\nb\n")]
    return v4.new_code_cell(source, metadata=metadata, execution_count=3, outputs=outputs)


def markdown(source: str) -> Any:
    return v4.new_markdown_cell(source)


def written(*cells: Any) -> str:
    """A notebook as Jupyter writes it."""
    kernel = {"display_name": "Kernel", "language": "python", "name": "kernel"}
    node = v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    return f"{writes(node)}\n"


def listing(document: Document) -> list[tuple[str, str, str, str]]:
    return [(block.id, block.form, block.language, block.source) for block in document.blocks]


def test_code_cells_and_fences_are_blocks() -> None:
    document = parse(
        NB,
        written(
            markdown("# Train\n\n```python\nimport os\n```\n\n```bash\nls -l\n```"),
            code("x = 1\n\nprint(x)"),
            v4.new_raw_cell("```python\nraw\n```"),
            markdown("## Later"),
            code("y = 2\n"),
            code(" \n"),
            code(""),
        ),
    )
    assert listing(document) == [
        ("train-1", "fence", "python", "import os\n"),
        ("train-bash-1", "fence", "bash", "ls -l\n"),
        ("train-2", "cell", "python", "x = 1\n\nprint(x)\n"),
        ("later-1", "cell", "python", "y = 2\n"),
    ]
    assert [block.heading for block in document.blocks][2:] == [("Train",), ("Train", "Later")]


def test_headings_go_on_from_cell_to_cell() -> None:
    document = parse(
        NB,
        written(
            markdown("# A\n\n## B\n\ntext\n\n> # Q\n> ```python\n> q\n> ```"),
            markdown("### C *d* `e`\n```python\nx = 1\n```\n## F\n```python\nx = 2\n```"),
            code("x = 3"),
            markdown("Setext\n===\n\n- # in a list\n\n# <b></b>"),
            code("x = 4"),
        ),
    )
    assert [block.heading for block in document.blocks] == [
        ("A", "B", "Q"),
        ("A", "B", "C d e"),
        ("A", "F"),
        ("A", "F"),
        (),
    ]


def test_what_runs_through_a_cell_ends_with_it() -> None:
    document = parse(NB, written(markdown("# A\n\n```python\nx = 1"), code("y = 2"), markdown("```\n\n# B"), code("z")))
    assert [block.source for block in document.blocks][:2] == ["x = 1\n", "y = 2\n"]
    assert document.blocks[-1].source == "z\n"


def test_lines_are_those_of_the_file() -> None:
    text = written(markdown('# "A"\n\n> ```python\n> import os\n> ```'), code('x = "a\\b"\n\nprint(x)'), code("z"))
    rows = text.split("\n")
    document = parse(NB, text)
    for block in document.blocks:
        for number, line in enumerate(block.source.split("\n")[:-1]):
            assert json.dumps(line)[1:-1] in rows[block.first_line + number - 1]
    fence, cell, last = document.blocks
    assert "> ```python" in rows[fence.line - 1]
    assert "> ```" in rows[fence.end_line - 1]
    assert (cell.line, cell.end_line) == (cell.first_line, cell.first_line + 2)
    assert (last.line, last.end_line) == (last.first_line, last.first_line)


def test_a_code_frame_shows_the_sources() -> None:
    text = written(markdown('# "A"\n\n> ```python\n> import os\n> ```'), code('x = "a\\b"\n\nprint(x)'))
    document = parse(NB, text)
    view = document.view.split("\n")
    for block in document.blocks:
        shown = view[block.first_line - 1 : block.first_line - 1 + len(block.prefixes)]
        assert [row.rstrip() for row in shown] == [
            (prefix + line).rstrip() for prefix, line in zip(block.prefixes, block.source.split("\n"), strict=False)
        ]
    assert [row for row in view if row] == ['# "A"', "> ```python", "> import os", "> ```", 'x = "a\\b"', "print(x)"]


COMPACT = {
    "one line": json.dumps({"cells": [code("a\n\nb"), markdown("c"), code("d")], "metadata": {}, "nbformat": 4}),
    "sources are strings": json.dumps(
        {"cells": [code("a\n\nb"), markdown("c"), code("d")], "nbformat": 4, "metadata": {}}, indent=1
    ),
}


@pytest.mark.parametrize("name", COMPACT)
def test_lines_are_counted_where_the_file_has_none(name: str) -> None:
    document = parse(NB, COMPACT[name])
    assert document.view == "a\n\nb\n\nc\n\nd\n"
    assert [(block.line, block.end_line, block.source) for block in document.blocks] == [
        (1, 3, "a\n\nb\n"),
        (7, 7, "d\n"),
    ]


KERNELS = {
    "a kernel of Python": ({"kernelspec": {"name": "torch", "display_name": "x", "language": "python"}}, "python"),
    "what was run": ({"language_info": {"name": "python", "version": "3.11"}}, "python"),
    "nothing": ({}, "python"),
    "a name alone": ({"kernelspec": {"name": "python3", "display_name": "x"}}, "python"),
    "R": ({"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, "r"),
    "a name that says no language": ({"kernelspec": {"name": "conda_pytorch_p39", "display_name": "x"}}, "python"),
    "another kernel of Python": ({"kernelspec": {"name": "xpython", "display_name": "x"}}, "python"),
    "R by its name": ({"kernelspec": {"name": "ir", "display_name": "R"}}, "r"),
    "Julia by its name": ({"kernelspec": {"name": "julia-1.10", "display_name": "x"}}, "julia"),
    "Julia": ({"language_info": {"name": "julia"}}, "julia"),
}


@pytest.mark.parametrize("name", KERNELS)
def test_the_kernel_says_the_language(name: str) -> None:
    metadata, language = KERNELS[name]
    node = v4.new_notebook(cells=[code("x = 1")], metadata=metadata)
    (block,) = parse(NB, writes(node)).blocks
    assert (block.language, block.why.startswith("the notebook's kernel says ")) == (language, True)


def test_tags_stand_in_the_info_string() -> None:
    document = parse(NB, written(code("x = 1", tags=["skip-execution", "a b"]), code("y = 1")))
    assert [block.info for block in document.blocks] == ['ipython tags=["skip-execution", "a b"]', "ipython"]


UNREADABLE = {
    "not JSON": ("# A post\n", "not valid JSON at line 1, column 1"),
    "cut off": (written(code("x = 1"))[:-20], "not valid JSON at line"),
    "a merge conflict": ("{\n<<<<<<< HEAD\n", "not valid JSON at line 2, column 1"),
    "empty": ("", "not valid JSON at line 1, column 1"),
    "a number": ("3", "no notebook"),
    "a list": ("[1]", "no notebook"),
    "another object": ('{"a": 1}', "says no version under `nbformat`"),
    "no cells": ('{"nbformat": 4}', "cells"),
    "cells that are none": ('{"nbformat": 4, "cells": 3}', "no notebook that nbformat can read"),
    "a cell that is none": ('{"nbformat": 4, "cells": [3]}', "no notebook that nbformat can read"),
    "a cell without a source": (
        '{"nbformat": 4, "metadata": {},\n "cells": [{"cell_type": "code", "metadata": {}}]}',
        "nb.ipynb:2: cell 1 has no source",
    ),
    "a source that is none": (
        '{"nbformat": 4, "metadata": {}, "cells": [{"metadata": {}, "source": 3}]}',
        "cell 1 has no source",
    ),
    "lines that are none": ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": [3]}]}', "no notebook"),
    "metadata that is none": ('{"nbformat": 4, "metadata": 3, "cells": []}', "no notebook"),
    "an old version": (
        '{"nbformat": 3, "worksheets": [{"cells": []}], "metadata": {}}',
        "version 3; `jupyter nbconvert --to notebook --nbformat 4 --inplace nb.ipynb`",
    ),
    "a version to come": ('{"nbformat": 5, "cells": []}', "version 5"),
    "no version": ('{"nbformat": "4", "cells": []}', "version"),
    "too deep": ("[" * 100_000, "nested too deeply"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook_is_told(name: str) -> None:
    text, said = UNREADABLE[name]
    with pytest.raises(UnreadablePost) as raised:
        parse(NB, text)
    assert str(raised.value).startswith("nb.ipynb")
    assert said in str(raised.value)


def test_a_notebook_that_is_not_quite_valid_is_read() -> None:
    """As Jupyter reads it: without ids and outputs."""
    cell = '{"source": "old", "cell_type": "code", "metadata": {}, "source": ["x", " = 1"]}'
    text = f'\ufeff{{"nbformat": 4, "metadata": {{}}, "cells": [{cell}]}}'
    document = parse(NB, text)
    assert [block.source for block in document.blocks] == ["x = 1\n"]
    assert splice(document, {document.blocks[0].id: "y\n"}) == text.replace('["x", " = 1"]', '["y"]')


# Writing.


def changed(text: str, *sources: str) -> str:
    document = parse(NB, text)
    return splice(document, dict(zip((block.id for block in document.blocks), sources, strict=False)))


def test_only_the_line_that_differs_is_written() -> None:
    text = written(markdown("# A"), code('print("é")\nx = 1\ny = 2'), code("z"))
    new = changed(text, 'print("é")\nx = "ü"\n\ny = 2\n')
    assert new == text.replace('"x = 1\\n",', '"x = \\"ü\\"\\n",\n    "\\n",')


@pytest.mark.parametrize(
    ("source", "new", "expected"),
    [
        ("a\nb", "a\nb\nc\n", "a\nb\nc"),
        ("a\nb\n", "a\nb\nc\n", "a\nb\nc\n"),
        ("a\nb", "a\n", "a"),
        ("a\nb", "c\na\nb\n", "c\na\nb"),
        ("a\r\nb", "a\nc\nb\n", "a\r\nc\r\nb"),
        ("a\n\n", "b\n\n", "b\n\n"),
    ],
)
def test_the_end_of_a_cell_stays(source: str, new: str, expected: str) -> None:
    for text in (written(code(source)), json.dumps({"cells": [code(source)], "metadata": {}, "nbformat": 4})):
        assert json.loads(changed(text, new))["cells"][0]["source"] in (expected, expected.splitlines(keepends=True))


def test_lines_that_only_python_splits() -> None:
    document = parse(NB, written(code("a\u2028b\fc\nd")))
    assert [(block.source, block.end_line - block.line) for block in document.blocks] == [("a\u2028b\fc\nd\n", 1)]
    text = splice(document, {document.blocks[0].id: "x\na\u2028b\fc\nd\n"})
    assert json.loads(text)["cells"][0]["source"] == ["x\n", "a\u2028b\fc\n", "d"]


def test_escapes_stay_as_they_are() -> None:
    text = written(code("a = '<é>'\nb = 1\nc = 1")).replace("<", "\\u003c").replace("é", "\\u00e9").replace("/", "\\/")
    assert changed(text, "a = '<é>'\nb = 'ü'\nc = 1\n") == text.replace("b = 1", "b = '\\u00fc'")


def test_half_a_character_is_written_as_it_was() -> None:
    text = written(code("a = 1\nb = 2")).replace("a = 1", "a = '\\ud800'")
    assert changed(text, "a = '\ud800'\nb = '\udfff'\n") == text.replace("b = 2", "b = '\\udfff'")


ROWS = ["x = 1", "if x:", "    y = 2", "", "# é ü \u4e2d", '"quoted" \\n', "\tz", "'''", "print('🎉')"]
INDENTS: list[int | str | None] = [None, 0, 1, 2, 4, "\t"]


def some_source(chance: random.Random) -> str:
    return "\n".join([*(chance.choice(ROWS) for _ in range(chance.randrange(6))), ROWS[0]])


def some_cell(chance: random.Random) -> Any:
    if chance.random() < 0.6:
        return code(some_source(chance) + chance.choice(["", "", "\n"]), tags=["é"])
    fence = chance.choice(
        ["```python\n{}\n```", "> ```py\n> x = 1\n> ```\n\n```\n{}\n```", "- a\n\n  ~~~py\n  b\n  ~~~", "é"]
    )
    return markdown("# H\n\ntext\n\n" + fence.format("x = 1\ny = 2") + chance.choice(["", "\n", "\n\nend"]))


@pytest.mark.parametrize("seed", range(150))
def test_any_edit_is_what_json_would_write(seed: int) -> None:
    """New sources give the text that `json.dumps` gives for the changed notebook, whatever the layout."""
    chance = random.Random(seed)
    cells = [some_cell(chance) for _ in range(chance.randrange(1, 6))]
    indent, ascii_only, as_strings = chance.choice(INDENTS), chance.random() < 0.5, chance.random() < 0.3
    separators = chance.choice([(",", ": "), (",", ":")]) if indent is not None else chance.choice([None, (",", ":")])
    end = chance.choice(["\n", "\r\n"])

    def dumped() -> str:
        laid_out = [
            {**cell, "source": cell["source"] if as_strings else cell["source"].splitlines(keepends=True)}
            for cell in cells
        ]
        node = {"cells": laid_out, "metadata": {"title": "é"}, "nbformat": 4, "nbformat_minor": 5}
        text = json.dumps(node, indent=indent, ensure_ascii=ascii_only, separators=separators) + "\n"
        return chance_bom + text.replace("\n", end)

    chance_bom = chance.choice(["", "", "\ufeff"])
    document = parse(NB, dumped())
    assert splice(document, {block.id: block.source for block in document.blocks}) == document.text

    sources = {block.id: some_source(chance) + "\n" for block in document.blocks if chance.random() < 0.7}
    blocks = iter(document.blocks)
    for cell in cells:
        if cell["cell_type"] == "code" and cell["source"].strip():
            new = sources.get(next(blocks).id, cell["source"])
            cell["source"] = new.removesuffix("\n") + "\n" * cell["source"].endswith("\n")
        elif cell["cell_type"] == "markdown":
            post = parse(MD, cell["source"])
            own = {block.id: sources.get(next(blocks).id, block.source) for block in post.blocks}
            cell["source"] = splice(post, own)
    assert next(blocks, None) is None
    text = splice(document, sources)
    assert text == dumped()
    again = parse(NB, text)
    assert [block.source for block in again.blocks] == [
        sources.get(block.id, block.source) for block in document.blocks
    ]


def test_a_broken_fence_of_a_markdown_cell_is_mended_in_the_file() -> None:
    text = written(code("a"), markdown("# A\n\n```python\nx = 1"), code("b"))
    flaws = [flaw for block in parse(NB, text).blocks for flaw in block.flaws]
    new = apply(text, [edit for flaw in flaws for edit in flaw.edits])
    assert new == text.replace('    "x = 1"\n', '    "x = 1\\n",\n    "```"\n')
    assert [flaw for block in parse(NB, new).blocks for flaw in block.flaws] == []


def test_a_broken_fence_is_not_mended_where_lines_are_not_the_files() -> None:
    cells = [code("a"), markdown("# A\n\n```python\nx = 1")]
    (flaw,) = parse(NB, json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})).blocks[1].flaws
    assert flaw.edits == ()


# The commands.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nb.ipynb").write_bytes(written(markdown("# A"), code(UNFINISHED)).encode("utf-8"))
    return tmp_path


def test_check(folder: Path) -> None:
    done = run("check", "nb.ipynb", folder=folder)
    assert (done.returncode, done.stderr) == (0, done.stderr)
    line = (folder / "nb.ipynb").read_text().split("\n").index('    "print(np.zeros(2), pi)"') + 1
    assert f"nb.ipynb:{line}:7" in done.stdout
    assert f"{line} │ print(np.zeros(2), pi)" in done.stdout


def test_fix_is_in_place(folder: Path) -> None:
    before = (folder / "nb.ipynb").read_bytes()
    shown = run("fix", "--diff", "nb.ipynb", folder=folder)
    assert (shown.returncode, (folder / "nb.ipynb").read_bytes()) == (1, before)
    assert '+    "import numpy as np\\n",' in shown.stdout
    assert run("fix", "nb.ipynb", folder=folder).returncode == 0
    after = (folder / "nb.ipynb").read_bytes()
    assert after == before.replace(
        b'"from math import pi\\n",', b'"from math import pi\\n",\n    "import numpy as np\\n",'
    )
    assert run("fix", "nb.ipynb", folder=folder).returncode == 0
    assert (folder / "nb.ipynb").read_bytes() == after


def test_what_stops_a_cell_is_told_with_its_line(folder: Path) -> None:
    (folder / "nb.ipynb").write_text(
        written(markdown("# A\n\n```python\nok = 1\n```"), code("x = 1\n\nprint(missing)"))
    )
    done = run("check", "--output-format", "json", "nb.ipynb", folder=folder)
    assert done.returncode == 1
    _, block = json.loads(done.stdout)["documents"][0]["blocks"]
    (diagnostic,) = block["diagnostics"]
    row = (folder / "nb.ipynb").read_text().split("\n")[diagnostic["line"] - 1]
    assert row.strip() == '"print(missing)"'


def test_an_unreadable_notebook(folder: Path) -> None:
    (folder / "nb.ipynb").write_text("{")
    done = run("check", "nb.ipynb", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nb.ipynb: not valid JSON at line 1" in done.stderr

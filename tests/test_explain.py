"""The pages of the codes: they can be found, they hold every section, and what they print is true."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from importlib.resources import files

import pytest

from dlexamples.explain import FAMILIES, codes, explain, page_of, title

SECTIONS = ["What", "Why it happens", "Example", "Use instead", "Fix safety"]

RAISES = {
    "DL001": "SyntaxError",
    "DL101": "NameError",
    "DL102": "NameError",
    "DL103": "NameError",
    "DL104": "NameError",
    "DL201": "TypeError",
    "DL202": "AttributeError",
    "DL203": "TypeError",
    "DL204": "ValueError",
    "DL205": "AssertionError",
    "DL206": "UserWarning",
    "DL301": "RuntimeError",
    "DL302": "RuntimeError",
    "DL502": "ModuleNotFoundError",
    "DL503": "FileNotFoundError",
    "DL902": "SystemExit",
}
"""What a plain interpreter raises at the end of the example, where that can be tried everywhere."""

RUN = """
import contextlib, io, json, os, sys, tempfile, warnings
import numpy, torch

def outcome(source):
    # A block starts in an empty folder.
    os.chdir(tempfile.mkdtemp(dir=top))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, "example", "exec"), {"__name__": "__main__"})
    except BaseException as error:
        return type(error).__name__

warnings.simplefilter("error")
with tempfile.TemporaryDirectory() as top:
    print(json.dumps([outcome(source) for source in json.load(sys.stdin)]))
    os.chdir("/")
"""


def fences(code: str, name: str) -> list[str]:
    """What the fences of a section hold that are Python, or a post with fences of its own."""
    found = re.findall(
        r"^(```(?=python)|`{4,}(?=markdown))\w+\n(.*?)^\1$", section(code, name), flags=re.DOTALL | re.MULTILINE
    )
    return [text for _, text in found]


def section(code: str, name: str) -> str:
    body = re.split(r"^## (.+)\n", page_of(code), flags=re.MULTILINE)
    return dict(zip(body[1::2], body[2::2], strict=True))[name].strip()


def has_example(code: str) -> bool:
    page = (files("dlexamples") / "codes" / f"{code}.md").read_text(encoding="utf-8")
    return not page.startswith("---\nexample: none\n---\n")


def outcomes(sources: list[str]) -> list[str | None]:
    if not importlib.util.find_spec("torch"):
        pytest.skip("torch is not installed")
    run = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(sources), capture_output=True, text=True, check=True
    )
    found: list[str | None] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("code", codes())
def test_page_has_a_title_and_every_section(code: str) -> None:
    page = explain(code)
    assert re.match(rf"# {code}: [^\n.]+\n", page)
    assert re.findall(r"^## (.+)$", page, flags=re.MULTILINE) == SECTIONS


@pytest.mark.parametrize("code", codes())
def test_every_section_says_something(code: str) -> None:
    assert all(len(section(code, name)) > 40 for name in SECTIONS if not fences(code, name))


@pytest.mark.parametrize("code", codes())
def test_page_has_an_example_or_says_why_there_is_none(code: str) -> None:
    assert bool(fences(code, "Example")) == has_example(code)
    assert bool(fences(code, "Use instead")) == has_example(code)
    assert has_example(code) or section(code, "Example").startswith("There is none to run: ")


@pytest.mark.parametrize("code", [code for code in codes() if has_example(code)])
def test_what_to_use_instead_is_the_same_example(code: str) -> None:
    broken, mended = (_lines_of_code(code, name) for name in ("Example", "Use instead"))
    assert broken & mended


def _lines_of_code(code: str, name: str) -> set[str]:
    rows = (row.strip() for row in "".join(fences(code, name)).split("\n"))
    return {row for row in rows if row and not row.startswith(("`", "import ", "from "))}


def test_only_codes_without_a_runnable_fault_have_no_example() -> None:
    assert [code for code in codes() if not has_example(code)] == ["DL904"]


def test_examples_raise_what_they_are_about() -> None:
    sources = [fences(code, "Example")[-1] for code in RAISES]
    assert dict(zip(RAISES, outcomes(sources), strict=True)) == RAISES


def test_what_is_to_be_used_instead_raises_nothing() -> None:
    """In a plain interpreter; `test_codes.py` runs those of all codes as a post's author would."""
    mended = [code for code in RAISES if "````" not in section(code, "Use instead")]
    assert dict(zip(mended, outcomes(["".join(fences(code, "Use instead")) for code in mended]), strict=True)) == (
        dict.fromkeys(mended)
    )


def test_case_and_blanks_do_not_matter() -> None:
    assert explain(" dl201 ") == explain("DL201")


def test_front_matter_is_not_shown() -> None:
    assert explain("DL904").startswith("# DL904: ")


def test_unknown_code_names_the_nearest_and_where_all_are_listed() -> None:
    with pytest.raises(
        ValueError, match=r"^no code 'D201'\. Did you mean DL201 .*\? `dlexamples explain` lists all\.$"
    ):
        explain("D201")


@pytest.mark.parametrize("code", ["../DL201", "nonsense", "DL20"])
def test_a_code_is_not_a_path(code: str) -> None:
    with pytest.raises(ValueError, match="no code"):
        explain(code)


def test_every_code_is_of_one_family() -> None:
    assert [code for code in codes() if sum(map(code.startswith, FAMILIES)) != 1] == []


@pytest.mark.parametrize("asked", ["", "dl", "DLxx"])
def test_all_codes_are_listed_with_their_titles(asked: str) -> None:
    rows = explain(asked).split("\n")
    assert [row.split()[0] for row in rows if row.startswith("    ")] == list(codes())
    assert f"    DL201  {title('DL201')}" in rows
    assert "DL5xx: the environment: packages, files, network, hardware" in rows


@pytest.mark.parametrize("asked", ["DL2", "dl2xx", " DL2 "])
def test_a_family_is_listed(asked: str) -> None:
    rows = [row for row in explain(asked).split("\n") if row.startswith("    ")]
    assert [row.split()[0] for row in rows] == [code for code in codes() if code.startswith("DL2")]


def test_a_family_without_codes_is_none() -> None:
    with pytest.raises(ValueError, match="no code 'DL8'"):
        explain("DL8")

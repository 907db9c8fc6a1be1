"""The site: it is built, it asks nobody for anything, it shows what dlexamples does, and its own blocks run."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_cli import run

from dlexamples.explain import codes
from dlexamples.formats import read
from dlexamples.settings import Settings

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SHOWN = [("start.md", ["irises.md"]), ("environment.md", ["--no-install", "old.md"])]
"""Pages that show a post and what `dlexamples check` says of it, with the command's arguments."""
VARIES = re.compile(r"\d+\.\d s|(?<=click )[\d.]+")
LOADED = re.compile(
    r"""<(?:script|img|iframe|link(?=[^>]*rel="(?:stylesheet|preload|icon)"))[^>]*(?:src|href)=["']?(//|https?:)"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with every warning an error: a link to nowhere, a page that the navigation lacks."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generated", DOCS / "generated.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_code_has_its_page(site: Path) -> None:
    assert {path.name for path in (site / "codes").iterdir()} >= set(codes())
    index = (site / "codes" / "index.html").read_text("utf-8")
    assert [code for code in codes() if f'href="{code}/"' not in index] == []


def test_a_link_to_a_code_leads_to_its_page(site: Path) -> None:
    assert 'href="../codes/DL010/"' in (site / "markers" / "index.html").read_text("utf-8")


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(codes())
    assert [(path.name, found[0]) for path in pages if (found := LOADED.search(path.read_text("utf-8")))] == []
    sheets = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert not re.search(r"url\(['\"]?(https?:|//)|@import", sheets)


def test_every_setting_has_a_row_that_says_what_it_is(hooks: ModuleType) -> None:
    rows = [row.split(" | ") for row in hooks.settings_table().split("\n")[2:]]
    assert [row[0] for row in rows] == [
        f"| `{field.name.replace('_', '-')}`" for field in fields(Settings) if field.name != "folder"
    ]
    assert [row[0] for row in rows if len(row[1]) < 10] == []


def test_options_variables_and_defaults_of_the_settings(hooks: ModuleType) -> None:
    rows = dict(row[2:-2].split(" | ", 1) for row in hooks.settings_table().split("\n")[2:])
    assert rows["`timeout`"] == "Seconds for one block. | `60.0` | `--timeout` S | yes"
    assert rows["`cache`"].endswith(" | `true` | `--cache` `--no-cache` | yes")
    assert rows["`sandbox`"].endswith(r' | `"auto"` | `--sandbox` auto\|require\|off | yes')
    assert rows["`accept`"].endswith(' | `["filled"]` | `--accept` VERDICTS | yes')
    assert rows["`posts`"].endswith(" |  |  | ")


def test_the_site_holds_the_table(site: Path) -> None:
    assert "<code>search-timeout</code>" in (site / "settings" / "index.html").read_text("utf-8")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the interpreter tells columns from 3.11")
@pytest.mark.parametrize(("page", "arguments"), SHOWN, ids=[page for page, _ in SHOWN])
def test_the_output_that_is_shown_is_the_output(
    page: str, arguments: list[str], tmp_path: Path, update_cases: bool
) -> None:
    path = DOCS / page
    assert f"`dlexamples check {' '.join(arguments)}`" in path.read_text("utf-8")
    blocks = read(path).blocks
    post = next(block for block in blocks if block.info == "markdown" and "```python" in block.source)
    shown = next(block for block in blocks if block.info == "text" and block.line > post.line)
    (tmp_path / arguments[-1]).write_text(post.source, "utf-8")
    output = run("check", *arguments, folder=tmp_path, COLUMNS="80").stdout
    if update_cases:
        text = path.read_text("utf-8")
        path.write_text(text.replace(f"```text\n{shown.source}```", f"```text\n{output}```"), "utf-8")
        return
    assert VARIES.sub("0", shown.source) == VARIES.sub("0", output)


def test_links_and_pictures_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / "README.md").read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_blocks_of_the_site_run() -> None:
    done = run("check", "docs/", folder=ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 not accepted" in done.stdout

"""What MkDocs is told beside the pages: those of the codes, the table of all settings, and links that hold there, too.

Both are written from what dlexamples itself uses, so that neither is a copy that goes stale.
"""

from __future__ import annotations

import ast
import inspect
import json
import posixpath
import re
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

from dlexamples import settings as module
from dlexamples.commands.check import check
from dlexamples.explain import FAMILIES, codes, page_of, title
from dlexamples.settings import Settings

if TYPE_CHECKING:
    import click
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

_TABLE = re.compile(r"<!-- all settings: .*? -->")
_OF_PACKAGE = re.compile(r"\]\(\.\./dlexamples/codes/(DL\d{3}\.md)\)")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    files.append(File.generated(config, "codes/index.md", content=_index()))
    for code in codes():
        files.append(File.generated(config, f"codes/{code}.md", content=page_of(code)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Beside the repository's files the codes' pages lie in the package; in the site they lie below the page."""
    up = posixpath.relpath("codes", posixpath.dirname(page.file.src_uri) or ".")
    return _TABLE.sub(lambda _: settings_table(), _OF_PACKAGE.sub(rf"]({up}/\1)", markdown))


def _index() -> str:
    rows = ["# Codes", "", "`dlexamples explain CODE` prints the page, `dlexamples explain DL2` lists a family.", ""]
    for family, about in FAMILIES.items():
        own = [code for code in codes() if code.startswith(family)]
        if own:
            rows += [f"## {family}xx: {about}", "", "| code | |", "|---|---|"]
            rows += [*(f"| [{code}]({code}.md) | {title(code)} |" for code in own), ""]
    return "\n".join(rows)


def settings_table() -> str:
    """A row a setting: its name, what it is, its default, how else it is given."""
    options = {option.name: option for option in check.params}
    told = _docstrings()
    rows = ["| setting | | default | option | variable |", "|---|---|---|---|---|"]
    for field in fields(Settings):
        if field.name == "folder":
            continue  # Where they were found, and no setting.
        option = options.get(field.name)
        about = told.get(field.name) or getattr(option, "help", None) or ""
        variable = "yes" if field.name in module._OF_ENVIRONMENT else ""
        name = field.name.replace("_", "-")
        rows.append(f"| `{name}` | {_cell(about)} | {_default(field)} | {_spelled(option)} | {variable} |")
    return "\n".join(rows)


def _docstrings() -> dict[str, str]:
    """Of the fields, which have none at run time."""
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            found[field.target.id] = " ".join(ast.literal_eval(text.value).split())
    return found


def _default(field: Any) -> str:
    """As TOML has it, which is JSON for these; nothing for one that is empty."""
    value = None if field.default is MISSING else field.default
    return "" if value is None or value in ("", ()) else f"`{json.dumps(value)}`"


def _spelled(option: click.Parameter | None) -> str:
    if option is None or not option.opts[0].startswith("-"):
        return ""
    names = [*option.opts, *option.secondary_opts]
    choices = getattr(option.type, "choices", None)
    takes = "\\|".join(choices) if choices else getattr(option, "metavar", None) or ""
    return " ".join(f"`{name}`" for name in names) + (f" {takes}" if takes else "")


def _cell(text: str) -> str:
    text = re.sub(r" *\[default: [^]]*\]", "", text).replace("`folder`", "the folder of `pyproject.toml`")
    return text.replace("|", "\\|")

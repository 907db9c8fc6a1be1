"""Sphinx's doctest directives in MyST: `{testcode} group`, `{testoutput}`, `{testsetup}`, `:skipif: condition`.

https://www.sphinx-doc.org/en/master/usage/extensions/doctest.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_code, in_info
from dlexamples.formats.markers.skips import skip_if
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.info import Info
    from dlexamples.formats.markers.peers import Code

PEER = "sphinx"
DIRECTIVES = {"doctest", "testcleanup", "testcode", "testoutput", "testsetup"}


@in_info(PEER)
def info(info: Info) -> Iterator[Ask | Problem]:
    """`*` stands for every group, and a directive without a group for `default`."""
    if info.directive not in DIRECTIVES:
        return
    group = next(iter(sorted(info.flags - {info.directive, "default", "*"})), "")
    output = frozenset[str]() if info.directive == "testoutput" else None
    yield Ask(info.directive, Marks(session=group), output=output)


@in_code(PEER)
def code(code: Code) -> Iterator[Ask | Problem]:
    if code.info.directive not in DIRECTIVES:
        return
    condition = code.options.get("skipif")
    if condition:
        text = f":skipif: {condition}"
        yield from skip_if(text, condition, f"{PEER}: {text}")
    version = re.fullmatch(r"([<>=!]=?)\s*(\d+)\.(\d+)", code.options.get("pyversion", ""))
    if version:
        text = f":pyversion: {version[0]}"
        condition = f"not sys.version_info[:2] {version[1]} ({version[2]}, {version[3]})"
        yield from skip_if(text, condition, f"{PEER}: {text}")

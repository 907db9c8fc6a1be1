"""JUnit's XML, in the form that Jenkins' schema has (pytest's `xunit2`): a suite a post, a case a fence.

A case carries no properties, and no `file` or `line`, which that schema does not know; the place is in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TextIO
from xml.etree import ElementTree

from dlexamples.model import Verdict
from dlexamples.reports import report
from dlexamples.reports.findings import findings, plain
from dlexamples.repository import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from xml.etree.ElementTree import Element

    from dlexamples.model import Outcome, Policy, Report
    from dlexamples.reports.findings import Finding

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""


@report("junit")
def junit(reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    root = ElementTree.Element("testsuites")
    found = findings(reports, policy)
    lost = [each for each in found if not each.path]
    if lost:
        root.append(_suite("dlexamples", [_of_run(each) for each in lost], 0.0))
    for each in reports:
        path = name_of(each.document.path)
        own = [finding for finding in found if finding.path == plain(path)]
        cases = [_case(outcome, path, own, accepted=policy.accepts(outcome)) for outcome in each.outcomes]
        around = [finding for finding in own if not finding.block]
        seconds = sum(outcome.seconds for outcome in each.outcomes)
        root.append(_suite(path, [*([_document(path, around)] if around else []), *cases], seconds))
    ElementTree.indent(root)
    # Escaped throughout: the stream's encoding is not known here.
    stream.write('<?xml version="1.0" encoding="utf-8"?>\n')
    stream.write(ElementTree.tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii") + "\n")


def _suite(name: str, cases: Iterable[Element], seconds: float) -> Element:
    cases = list(cases)

    def count(kind: str) -> str:
        return str(sum(case.find(kind) is not None for case in cases))

    suite = ElementTree.Element(
        "testsuite",
        name=_text(name),
        tests=str(len(cases)),
        failures=count("failure"),
        errors=count("error"),
        skipped=count("skipped"),
        time=f"{seconds:.3f}",
    )
    suite.extend(cases)
    return suite


def _case(outcome: Outcome, path: str, found: Sequence[Finding], *, accepted: bool) -> Element:
    case = ElementTree.Element("testcase", classname=_text(path), name=_text(outcome.block.id))
    case.set("time", f"{outcome.seconds:.3f}")
    own = [finding for finding in found if finding.block == outcome.block.id]
    if not accepted:
        _add(case, "failure", f"{outcome.verdict.value}: {_headline(own)}", "\n\n".join(map(_told, own)))
    elif outcome.known:
        _add(case, "skipped", f"known, let through by the baseline: {_headline(own)}")
    elif outcome.verdict in {Verdict.SKIPPED, Verdict.NOT_PYTHON}:
        _add(case, "skipped", f"{outcome.verdict.value}: {outcome.reason}")
    for name, text in (("system-out", outcome.stdout), ("system-err", outcome.stderr)):
        if text:
            ElementTree.SubElement(case, name).text = _text(text)
    return case


def _document(path: str, found: Sequence[Finding]) -> Element:
    """Stands for what is wrong with the post itself."""
    case = ElementTree.Element("testcase", classname=_text(path), name="document")
    errors = [each for each in found if each.level == "error"]
    if errors:
        _add(case, "failure", _headline(errors), "\n\n".join(map(_told, errors)))
    others = [each for each in found if each.level != "error"]
    if others:
        ElementTree.SubElement(case, "system-out").text = _text("\n\n".join(map(_told, others)))
    return case


def _of_run(found: Finding) -> Element:
    case = ElementTree.Element("testcase", classname="dlexamples", name=found.code)
    _add(case, "error", found.message.split("\n", 1)[0], found.message)
    return case


def _add(case: Element, kind: str, message: str, text: str = "") -> None:
    element = ElementTree.SubElement(case, kind, message=_text(message))
    if text:
        element.text = _text(text)


def _headline(found: Sequence[Finding]) -> str:
    worst = next((each for each in found if each.level == "error"), found[0])
    return worst.message.split("\n", 1)[0]


def _told(found: Finding) -> str:
    return f"{found.path}:{found.span.line}:{found.span.column}: {found.level}[{found.code}]: {found.text}"


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)

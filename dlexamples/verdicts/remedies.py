"""What would do where no rule mends it: only the author knows what is meant, so nothing of it is ever written."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Fix, Verdict

if TYPE_CHECKING:
    from dlexamples.model import Diagnostic, Outcome

GETS_PAST = "what got past it, and is offered once the rest of the block runs: "
_MEANT = "or say that it is meant: `<!-- dlexamples: raises {error} -->`"
_RELEASE = "or say which release the post is for: `requires:` in its front matter"
REMEDIES = {
    "DL001": "mend it, or label the fence `text` if it is no code to run",
    "DL101": "define it above, or import it",
    "DL202": f"take a name that the installed library has, {_RELEASE}",
    "DL203": f"pass what its signature takes, {_RELEASE}",
    "DL204": f"mend it, {_MEANT}",
    "DL205": "find out which is wrong, the claim or the code, and change that one",
    "DL207": "show what the block prints, or change the code; `...` stands for what varies",
    "DL208": "change the code, or take the promise out",
    "DL301": f"make the shapes meet, {_MEANT}",
    "DL302": f"convert one of them, {_MEANT}",
    "DL303": f"move one of them, {_MEANT}",
    "DL902": f"leave the call out, {_MEANT}",
    "DL903": 'take out what ends the process, or leave the block out: `<!-- dlexamples: skip reason="…" -->`',
}
"""By code; the messages of the others say what would do."""
_ERROR = re.compile(r"\b([A-Z]\w*(?:Error|Exception|Exit|Interrupt|StopIteration))\b")


def with_remedies(outcome: Outcome) -> Outcome:
    """`outcome`, a failure, with what would do beside each error that has no fix."""
    if outcome.verdict is not Verdict.FAILED:
        return outcome
    return replace(outcome, diagnostics=tuple(map(_with_remedy, outcome.diagnostics)))


def _with_remedy(diagnostic: Diagnostic) -> Diagnostic:
    remedy = REMEDIES.get(diagnostic.code)
    if diagnostic.level != "error" or diagnostic.fix or remedy is None:
        return diagnostic
    if any(advice in diagnostic.message for advice in (GETS_PAST, "label the fence")):
        return diagnostic
    error = _ERROR.search(diagnostic.message)
    described = remedy.format(error=error[1] if error else "Exception")
    return replace(diagnostic, fix=Fix(Applicability.DISPLAY, described))

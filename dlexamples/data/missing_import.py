"""One import that a post leaves out, and the proposal that adds it."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.insert import inserted
from dlexamples.model import Applicability, Claim, Fill, Proposal

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene


@dataclass(frozen=True, slots=True)
class Import:
    """One candidate for a name."""

    line: str
    beside: frozenset[str] = frozenset()
    """The session imports one of these packages; any session, when empty."""

    @property
    def module(self) -> str:
        """`torch.nn.functional` of `import torch.nn.functional as F`."""
        return self.line.split()[1]

    @property
    def thing(self) -> str:
        """`torch.utils.data.Dataset` of `from torch.utils.data import Dataset`."""
        words = self.line.split()
        return f"{words[1]}.{words[3]}" if words[0] == "from" else words[1]


def imported(name: str, candidate: Import) -> Any:
    """The object that the import gives, or None where the package is not here or does not load."""
    bound: dict[str, Any] = {}
    try:
        if importlib.util.find_spec(candidate.module.partition(".")[0]) is None:
            return None
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(candidate.line, bound)
    except Exception:
        return None
    return bound.get(name)


def supplied(
    name: str, candidate: Import, why: str, scene: Scene, *, missing: str = "is used but never imported in the post"
) -> Proposal:
    """`candidate` among the imports of the block, for `name`; `missing` is what the post lacks."""
    library = candidate.module.partition(".")[0]
    return Proposal(
        rule="aliases",
        code="DL103",
        message=f"`{name}` {missing}",
        applicability=Applicability.SAFE,
        description=f"add `{candidate.line}`",
        sources=inserted(scene, [], [candidate.line]),
        fills=(Fill(name, library, Claim.REAL, None, "", why, candidate.line + "\n"),),
        label="never imported" if "never" in missing else "not imported yet",
    )

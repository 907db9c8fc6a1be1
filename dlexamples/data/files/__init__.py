"""Files and folders that a post reads and never makes: what the code does with them decides what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.files.making import MAKERS, Asking, Made
from dlexamples.data.files.missing import Missing, is_outside, missing, saved_elsewhere
from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.insert import inserted
from dlexamples.data.refusal import CannotTell
from dlexamples.model import Applicability, Claim, Fill, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

LONGEST_COMMENT = 100


def propose(stop: Stop) -> Iterator[Proposal]:
    """The lines that make the file which the stop misses; a refusal, with its reason, where its contents cannot be
    told; nothing for any other stop."""
    lost = missing(stop)
    if lost is None:
        return
    try:
        yield _proposal(lost)
    except CannotTell as refusal:
        yield _refused(lost, str(refusal))


def _proposal(lost: Missing) -> Proposal:
    if is_outside(lost.path):
        raise CannotTell("it lies too far outside the folder of the post for blocks to write there")
    if elsewhere := saved_elsewhere(lost):
        raise CannotTell(elsewhere)
    maker = MAKERS.items().get(lost.reader) or MAKERS.items().get(lost.suffix or "/")
    if maker is None:
        raise CannotTell("what it holds is for the post to say")
    imports = Imports(lost.scene)
    made = maker(Asking(lost.path, lost.call, lost.reader, lost.scene, imports))
    lines = [*_comment(lost.path, made), *_folder(lost, made, imports), *made.lines]
    source = "\n".join([*grouped(imports.lines), *lines]) + "\n"
    return Proposal(
        rule="files",
        code="DL105",
        message=f"`{lost.path}` is not there: blocks start in an empty folder, and none of them makes it",
        applicability=Applicability.SAFE if made.claim is Claim.REAL else Applicability.UNSAFE,
        description=f"make `{lost.path}`: {made.what}",
        sources=inserted(lost.scene, lines, imports.lines),
        fills=(Fill(lost.path, made.kind, made.claim, made.shape, made.dtype, made.why, source),),
        label="never made",
    )


def _comment(path: str, made: Made) -> list[str]:
    named = f"# {path}: {made.what}"
    return [named] if len(named) <= LONGEST_COMMENT else [f"# {path}:", f"# {made.what}"]


def _folder(lost: Missing, made: Made, imports: Imports) -> list[str]:
    """The line that makes the folder in which the file lies."""
    folder = lost.path.rpartition("/")[0]
    if not folder.strip("./") or made.makes_folders:
        return []
    return [f'{imports.module("os")}.makedirs("{folder}", exist_ok=True)']


def _refused(lost: Missing, reason: str) -> Proposal:
    return Proposal(
        rule="files",
        code="DL503",
        message=f"`{lost.path}` is not there: blocks start in an empty folder. Nothing is made for it: {reason}",
        applicability=Applicability.DISPLAY,
        description="make it in the post, or say where it comes from",
        sources=lost.scene.stop.sources,
        label="no such file",
        final=True,
    )

"""The language: the info string says it, or else the text does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.formats import language
from dlexamples.formats.dialects.magics import without_magics

if TYPE_CHECKING:
    from dlexamples.formats.dialects.draft import Draft

MARKER = re.compile(r"\s*(```|~~~)")


def labelled(draft: Draft) -> Draft:
    """The language that the info string says, if it says one; a notebook's is made of what the kernel says."""
    reading = language.labelled(draft.info)
    if not reading:
        return draft
    why = reading.why
    if draft.fence.form == "cell":
        why = why.replace("the info string", "the notebook's kernel")
    return replace(draft, language=reading.language, why=why)


def told(draft: Draft) -> Draft:
    """The language that the text is in, where nothing else has said it."""
    if draft.language:
        return draft
    bare = without_magics(draft)
    source = bare.source if bare is not draft and bare.tree and bare.tree.body else draft.source
    reading = language.unlabelled(source, draft.fence.heading, draft.bound)
    return replace(draft, language=reading.language, why=reading.why, near_miss=reading.near_miss)


def near_miss(draft: Draft) -> Draft:
    """Why a block in another language may be meant as Python."""
    if draft.near_miss or draft.language == "python":
        return draft
    if draft.fence.form == "indented" and MARKER.match(draft.source):
        return replace(draft, near_miss="it shows a fence, because four blanks or more stand before its markers")
    why = language.near_miss(draft.info, draft.source, draft.fence.heading, draft.bound)
    return replace(draft, near_miss=why)

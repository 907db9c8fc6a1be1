"""A post with the packages that its blocks may find beside those that are installed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.stated import states

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dlexamples.model import Document


def equipped(document: Document, install: bool | None, tell: Callable[[Document, Sequence[str]], None]) -> Document:
    """`document` with an environment of its own where it gets one, and with a flaw for each thing that it states and
    has not. `install`: as in the settings; `tell` hears of the requirements for which an installer is started."""
    is_stating = states(document)
    if install or (install is None and is_stating):
        from dlexamples.install import equipped

        document = equipped(document, tell, only_stated=not install)
    if not is_stating:
        return document
    from dlexamples.stated.compared import compared

    return compared(document)

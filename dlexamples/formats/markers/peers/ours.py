"""Our own markers: `<!-- dlexamples: skip reason="needs 8 GPUs" until=2027-03; timeout 120 -->`.

They stand in a comment, in an info string (`python dlexamples="no-run"`), or in the first lines of the code
(`# dlexamples: no-run`). Several are separated by `;`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.markers.asks import OURS, Ask, MarkerError, Problem, Reach
from dlexamples.formats.markers.hidden_code import fence_of, hidden_rows, rows_of
from dlexamples.formats.markers.peers import hides, in_code, in_comment, in_info
from dlexamples.formats.markers.vocabulary import ONE_BLOCK, OPTIONS, VOCABULARY, last_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dlexamples.formats.elements import Comment, Fence
    from dlexamples.formats.info import Info
    from dlexamples.formats.markers.peers import Code, Note

COMMENT = re.compile(r"dlexamples:[ \t]*")
LINE = re.compile(r"[ \t]*(?:(?:>>>|\.\.\.) )?#\|?[ \t]*dlexamples:[ \t]*(.*?)[ \t]*")
ABOVE = re.compile(r"[ \t]*(?:(?:>>>|\.\.\.) ?)?(?:[#:%].*|---.*|)")
"""What may stand above a block's first statement: comments, options, cell magics."""
TOKEN = re.compile(r"""(?:[^\s;"'\[]|"[^"]*"|'[^']*'|\[[^\]]*\])+|;|(?P<open>["'\[])""")
OPTION = re.compile(r"""([\w-]+)=("[^"]*"|'[^']*'|.*)""", re.DOTALL)
IGNORE = re.compile(r"ignore\[([^\]]*)\]")
SETUP = re.compile(r"(?:^|;)\s*setup\s*(?:;|$)")


class Item(NamedTuple):
    """One marker: `skip start reason="x"` has the name `skip`, the edge `start` and the option `reason`."""

    text: str
    name: str
    edge: str
    words: tuple[str, ...]
    options: Mapping[str, str]


@in_comment(OURS)
def comment(note: Note) -> Iterator[Ask | Problem]:
    """A comment that begins with `dlexamples:`. Below a `setup` it holds code, and its markers are that code's."""
    head = COMMENT.match(note.text)
    if not head:
        return
    text = note.text[head.end() :]
    if not _sets_up(note.text):
        yield from read(text)
        return
    for found in read(text.split("\n")[0].strip()):
        yield replace(found, reach=Reach.INSIDE) if isinstance(found, Ask) else found
    if not hidden_rows(note.comment):
        yield Problem("setup", "DL010", _no_code(note.comment))


@hides(OURS)
def setup(comment: Comment) -> Iterator[Fence]:
    """The lines below `dlexamples: setup`."""
    rows = hidden_rows(comment)
    if rows and _sets_up(rows_of(comment)[0].strip(" \t-")):
        yield fence_of(comment, *rows)


@in_info(OURS)
def info(info: Info) -> Iterator[Ask | Problem]:
    """`python dlexamples="skip reason='needs 8 GPUs'"`, and the same among Pandoc's attributes."""
    text = info.attributes.get("dlexamples")
    if text is not None:
        yield from read(text)


@in_code(OURS)
def code(code: Code) -> Iterator[Ask | Problem]:
    """`# dlexamples: no-run` above the block's first statement; `#| dlexamples: no-run` in Quarto and notebooks."""
    if "dlexamples:" not in code.block.published:
        return
    above = True
    for row in code.block.published.split("\n"):
        line = LINE.fullmatch(row)
        above = above and bool(ABOVE.fullmatch(row))
        if line and above:
            yield from read(line[1])
        elif line:
            told = f"`{row.strip()}` has no effect in the middle of a block; write it above the block's first statement"
            yield Problem(row.strip(), "DL011", told)


def read(text: str) -> Iterator[Ask | Problem]:
    """The markers of a text: each as what it asks for, or as one that asks for nothing and why."""
    broken = next((token for token in TOKEN.finditer(text) if token["open"]), None)
    if broken:
        yield Ask(text.strip())
        yield Problem(text.strip(), "DL010", _never_closed(broken["open"], text[broken.start() :].strip()))
        return
    items = list(_items(text))
    if not items:
        yield Problem("dlexamples:", "DL010", f"`dlexamples:` names no marker; there are {_listed(VOCABULARY)}")
    for item in items:
        yield from _understood(item)


def _sets_up(text: str) -> bool:
    first = text.split("\n")[0]
    head = COMMENT.match(first)
    return bool(head and SETUP.search(first[head.end() :]))


def _items(text: str) -> Iterator[Item]:
    tokens: list[re.Match[str]] = []
    for token in [*TOKEN.finditer(text), None]:
        if token and token[0] != ";":
            tokens.append(token)
        elif tokens:
            yield _item(text[tokens[0].start() : tokens[-1].end()], [each[0] for each in tokens])
            tokens = []


def _item(text: str, tokens: list[str]) -> Item:
    options = {option[1]: option[2].strip("\"'") for word in tokens[1:] if (option := OPTION.fullmatch(word))}
    words = [word for word in tokens[1:] if not OPTION.fullmatch(word)]
    edge = words.pop(0) if words[:1] in (["start"], ["end"]) else ""
    ignored = IGNORE.fullmatch(tokens[0])
    if ignored:
        return Item(text, "ignore", edge, (ignored[1], *words), options)
    return Item(text, tokens[0], edge, tuple(words), options)


def _understood(item: Item) -> Iterator[Ask | Problem]:
    reach = {"start": Reach.START, "end": Reach.END}.get(item.edge, Reach.BELOW)
    scope = item.name if item.edge else ""
    try:
        yield _ask(item, reach, scope)
    except MarkerError as error:
        # It is listed, and asks for nothing.
        yield Ask(item.text, reach=reach, scope=scope)
        yield Problem(item.text, error.code, str(error))


def _ask(item: Item, reach: Reach, scope: str) -> Ask:
    """Raises MarkerError."""
    if item.name not in VOCABULARY:
        near = get_close_matches(item.name.lower().replace("_", "-"), VOCABULARY, n=1)
        guess = f"did you mean `{near[0]}`?" if near else f"there are {_listed(VOCABULARY)}"
        raise MarkerError(f"unknown marker `{item.name}`; {guess}")
    if item.edge and item.name in ONE_BLOCK:
        raise MarkerError(f"`{item.name}` is for one block and has no `{item.edge}`")
    if item.edge == "end":
        return Ask(item.text, reach=reach, scope=scope)
    allowed = OPTIONS.get(item.name, ())
    for option in item.options.keys() - set(allowed):
        near = get_close_matches(option, allowed, n=1)
        takes = f"did you mean `{near[0]}`?" if near else f"it takes {_listed(allowed) or 'none'}"
        raise MarkerError(f"`{item.name}` has no option `{option}`; {takes}")
    return Ask(
        item.text,
        VOCABULARY[item.name](item.words, item.options),
        reach,
        scope,
        frozenset() if item.name == "output" else None,
        until=last_day(item.options),
    )


def _never_closed(mark: str, rest: str) -> str:
    kind = "a bracket" if mark == "[" else "a quote"
    return f'{kind} is never closed in `{rest}`; a value with blanks or quotes is written reason="needs 8 GPUs"'


def _no_code(comment: Comment) -> str:
    if len([row for row in rows_of(comment) if row.strip()]) > 1:
        return "the code of a `setup` ends on a line of its own; write the comment's closing mark on the line below it"
    return "`setup` hides code, and there is none; write its lines below `setup`, inside the comment"


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)

"""What authors do wrong with fences, one mistake a function: each says how a faulty fence may have been meant.

Which of the guesses is right is decided by reading the document with each: see `recovery`.
"""

from __future__ import annotations

import re
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from dlexamples.formats.mended import Change
from dlexamples.formats.prose import HEADING, above_headings, above_words, code_ends, is_prose, parses
from dlexamples.formats.suspects import MARKED, OPENING, Mend, is_python, language_of, opens, suspect
from dlexamples.model import Applicability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dlexamples.formats.suspects import Guess, Suspect

SHOWS_MARKDOWN = {"markdown", "md", "mdx", "qmd", "rmd", "myst", "gfm", "commonmark"}
DIRECTIVE = re.compile(r"\{[\w:-]+\}")
"""MyST's, whose body may be Markdown with fences of its own."""
LITERAL = SHOWS_MARKDOWN | {"text", "txt", "plain", "plaintext", "output", "console", "html"}
"""Languages in which prose is no sign that the code has ended."""
ATTEMPTS = 8
"""So many places are tried for one mistake."""
MANY = 20
"""So many fences that are not closed one after the other are closed together."""
FAR = 400
"""Lines below a fence in which its closing line is looked for."""


def guesses(found: Suspect) -> Iterator[Guess]:
    """How the fence may have been meant, the likeliest first."""
    shows_markdown = found.language in SHOWS_MARKDOWN or DIRECTIVE.match(found.fence.info)
    for mistake in (shows_fences, *MISTAKES) if shows_markdown else (*MISTAKES, shows_fences):
        yield from mistake(found)


# A closing line that closes nothing.


def closes_badly(found: Suspect) -> Iterator[Guess]:
    """A line is meant to close the fence, and to CommonMark does not."""
    quotes = accumulate(row.count('"""') + row.count("'''") for row in found.content)
    rows = enumerate(zip(found.content, quotes, strict=True))
    yield from _closed_by(found, ((k, row, _closing(found, k, row, count % 2 == 1)) for k, (row, count) in rows))


def repeats_the_language(found: Suspect) -> Iterator[Guess]:
    """As in HTML, the closing line names what it closes. It may as well open the next."""
    marked = ((k, row, MARKED.fullmatch(row)) for k, row in enumerate(found.content))
    names = ((k, row) for k, row, m in marked if m and m["rest"].strip().lower() == found.language)
    yield from _closed_by(found, ((k, row, (found.closing,)) for k, row in names))


def _closed_by(found: Suspect, attempts: Iterable[tuple[int, str, tuple[str, ...]]]) -> Iterator[Guess]:
    """The fence closed by one row of the content after the other: its index, itself, what stands in its place."""
    for k, row, new in islice((attempt for attempt in attempts if attempt[2]), ATTEMPTS):
        line = found.fence.first_line + k
        what = f"line {found.published(line)} does not close this fence: {_why_not(found.mark, row)}"
        yield (
            Mend("DL003", found.fence.line, (Change(line - 1, line, new),), what, f"write {found.mark} alone on it"),
        )


def _closing(found: Suspect, k: int, row: str, in_string: bool) -> tuple[str, ...]:
    """What stands in place of the content's row `k` when that was meant to close the fence, else nothing."""
    if marked := MARKED.fullmatch(row):
        rest = marked["rest"].strip()
        if len(marked["indent"]) > 3 and (rest or in_string):
            return ()
        if is_prose(rest):
            return (found.closing, found.indent.rstrip(), found.indent + rest)
        return (found.closing,) if _says_nothing(found, k, rest) else ()
    body = row.rstrip().removesuffix(found.mark)
    if body == row.rstrip() or not body.strip() or found.mark[0] in body:
        return ()
    written = found.rows[found.fence.first_line - 1 + k].text.rstrip()
    return (written.removesuffix(found.mark).rstrip(), found.closing)


def _says_nothing(found: Suspect, k: int, rest: str) -> bool:
    """What stands behind the marker of the content's row `k` opens no fence: a full stop, a word above prose."""
    if not rest or re.fullmatch(r"\W{1,3}", rest):
        return True
    below = next((row for row in islice(found.content, k + 1, None) if row.strip()), "")
    return bool(re.fullmatch(r"\w+", rest)) and (not below or is_prose(below) or bool(HEADING.match(below)))


def _why_not(mark: str, row: str) -> str:
    marked = MARKED.fullmatch(row)
    if not marked:
        return f"{mark} stands behind code, not on a line of its own"
    if marked["rest"].strip():
        return f"`{marked['rest'].strip()[:40]}` stands behind {marked['mark']}"
    if marked["mark"][0] != mark[0]:
        return f"it was opened with {mark}, and {marked['mark']} is another marker"
    if len(marked["mark"]) < len(mark):
        return f"{marked['mark']} is shorter than the opening {mark}"
    return "it is indented by more than three blanks"


def leaves_its_container(found: Suspect) -> Iterator[Guess]:
    """Code, or the closing line, lacks the quote's marks or the list's indentation, which ends both."""
    start, indent = found.fence.end_line, found.indent
    if found.fence.closed or not indent:
        return
    rows = [row.text for row in found.rows[start : start + FAR]]
    marks = ((i, m) for i, row in enumerate(rows) if (m := MARKED.fullmatch(row.lstrip("> \t"))))
    i, marked = next(marks, (0, None))
    if not marked or marked["rest"].strip() or not marked["mark"].startswith(found.mark):
        return
    inside = tuple(_inside(row, indent) for row in rows[:i])
    code = [*found.content, *(row[len(indent) :] for row in inside)]
    if any(row.strip() for row in inside) and not parses("\n".join(code)):
        return
    first, last = found.published(start + 1), found.published(start + i + 1)
    what = f"this fence ends with what it stands in, because line {first} does not begin with `{indent}`"
    would_do = (
        f"put `{indent}` before line {first}" if first == last else f"put `{indent}` before lines {first} to {last}"
    )
    yield (Mend("DL003", found.fence.line, (Change(start, start + i + 1, (*inside, found.closing)),), what, would_do),)


def _inside(row: str, indent: str) -> str:
    if not row.strip():
        return indent.rstrip() or row
    is_quoted = ">" in indent and row.startswith(indent.rstrip())
    return row if is_quoted else indent + row


# A closing line that is not there.


def an_earlier_one_is_open(found: Suspect) -> Iterator[Guess]:
    """The fence opens with the closing line of one above it, which was closed by the opening line of the next."""
    if found.fence.info:
        return
    for fence in islice(reversed(found.above), ATTEMPTS):
        earlier = suspect(fence, (), found.rows)
        if not earlier or _begins_with_prose(earlier):
            continue
        if not fence.closed:
            return
        yield from closes_badly(earlier)
        content = earlier.content
        if (end := _end(earlier.language, content)) < above_headings(content):
            what = f"this fence is never closed, and swallows the text down to line {found.published(fence.end_line)}"
            yield (_closed_at(earlier, fence.line, end, what, Applicability.UNSAFE),)
        # An opening line that says a language is one.
        if fence.info:
            return


def closes_nothing(found: Suspect) -> Iterator[Guess]:
    """A closing line without a fence above it: prose follows."""
    if found.fence.info or not _begins_with_prose(found):
        return
    line = found.fence.line
    closed, deleted = Change(line, line, (found.closing,)), Change(line - 1, line, (found.indent.rstrip(),))
    would_do = "delete the line, or write the opening line of the code above it"
    what = f"this {found.mark} closes no fence, and opens one that is never closed"
    yield (Mend("DL003", line, (closed,), what, would_do, Applicability.UNSAFE, (deleted,)),)


def _begins_with_prose(found: Suspect) -> bool:
    """No code stands in the fence: what opens it was meant to close another."""
    first = next((row for row in found.content if row.strip()), "")
    return not first or is_prose(first) or bool(HEADING.match(first))


def is_forgotten(found: Suspect) -> Iterator[Guess]:
    """The closing line is missing: before the next fence, before the prose, or at the end."""
    content = found.content
    openings = [k for k, row in enumerate(content) if opens(found.mark, row)]
    pieces = list(zip([-1, *openings], [*openings, len(content)], strict=True))
    # The last is closed by what closes the whole. One mistake after the other, unless it is the author's habit.
    unclosed = pieces[:-1] if found.fence.closed else pieces
    few = unclosed if len(unclosed) > MANY else unclosed[:1]
    if few:
        yield tuple(_closed(found, start, stop) for start, stop in few)


def _closed(found: Suspect, start: int, stop: int) -> Mend:
    """The fence that opens with the row `start` of the content (-1: its own) closed before the row `stop` or above."""
    content = found.content[start + 1 : stop]
    first_line = found.fence.first_line
    info = MARKED.sub(r"\g<rest>", found.content[start]).strip() if start >= 0 else found.fence.info
    language = language_of(info)
    if stop < len(found.content):
        end = above_words(content[: _end(language, content)])
        what = (
            f"this fence is never closed, and swallows the one that opens on line {found.published(first_line + stop)}"
        )
    else:
        end = _end(language, content)
        what = "this fence is never closed"
    end = _without_blanks(content[:end])
    sure = not any(row.strip() for row in content[end:])
    applicability = Applicability.SAFE if sure else Applicability.UNSAFE
    return _closed_at(found, first_line + start, start + 1 + end, what, applicability)


def _closed_at(found: Suspect, line: int, end: int, what: str, applicability: Applicability) -> Mend:
    """The fence that opens at `line` closed below `end` rows of the content."""
    row = found.fence.first_line - 1 + end
    would_do = f"close it with {found.mark} below line {found.published(row)}"
    return Mend("DL003", line, (Change(row, row, (found.closing,)),), what, would_do, applicability)


def _end(language: str, content: Sequence[str]) -> int:
    """How many rows are code of the language."""
    if language in LITERAL:
        return len(content)
    return code_ends(content, python=not language or is_python(language))


def _without_blanks(content: Sequence[str]) -> int:
    return max((k for k, row in enumerate(content, 1) if row.strip()), default=0)


# A fence that is meant to be seen.


def shows_fences(found: Suspect) -> Iterator[Guess]:
    """The fence shows others that are as long as itself, so that the closing line of the first closes it."""
    for last, longest in islice(_last_rows(found), ATTEMPTS):
        mark = found.mark[0] * (longest + 1)
        first = found.fence.line - 1
        opening = OPENING.sub(rf"\g<before>{mark}\g<rest>", found.rows[first].text, count=1)
        changes = (Change(first, first + 1, (opening,)), Change(last, last + 1, (found.indent + mark,)))
        if is_python(found.language) and not parses("\n".join(_bare(found, range(first + 1, last)))):
            continue
        closing = found.published(found.fence.end_line)
        what = f"this fence holds another of the same length, whose closing line {closing} closes both"
        would_do = f"write {mark} on lines {found.published(first + 1)} and {found.published(last + 1)}"
        yield (Mend("DL004", found.fence.line, changes, what, would_do),)


def _last_rows(found: Suspect) -> Iterator[tuple[int, int]]:
    """The rows, from 0, that may be the closing line of the whole, each with the length of the longest marker above."""
    depth, longest, ended = 1, len(found.mark), False
    for i in range(found.fence.line, len(found.rows)):
        text = _text(found.rows[i].text, found.indent)
        if text is None:
            return
        marked = MARKED.fullmatch(text)
        if not marked or len(marked["indent"]) > 3 or marked["mark"][0] != found.mark[0]:
            continue
        # What opens behind a row that may close the whole is the reader's, not shown.
        if ended and marked["rest"].strip():
            return
        longest = max(longest, len(marked["mark"]))
        depth += 1 if marked["rest"].strip() else -1
        if depth < 1 and not marked["rest"].strip() and i >= found.fence.end_line:
            ended = True
            yield i, longest


def _bare(found: Suspect, rows: range) -> Iterator[str]:
    return (_text(found.rows[i].text, found.indent) or "" for i in rows)


def _text(row: str, indent: str) -> str | None:
    """A row inside the fence's container without the prefix; None for one outside."""
    if row.startswith(indent.rstrip()):
        return row[len(indent) :]
    return None if row.strip() else ""


MISTAKES: tuple[Callable[[Suspect], Iterator[Guess]], ...] = (
    closes_badly,
    leaves_its_container,
    an_earlier_one_is_open,
    closes_nothing,
    is_forgotten,
    repeats_the_language,
)

"""Lines and columns as Python's parser has them.

`str.splitlines` also splits at form feeds, U+2028 and others that the parser takes for a part of the line; `ast` and
code objects count bytes of UTF-8, authors count characters.
"""


def rows(source: str) -> list[str]:
    """The lines of a block's source, without their ends; at least one."""
    return source.removesuffix("\n").split("\n")


def characters(line: str, column: int) -> int:
    """The character offset of the byte offset `column` in `line`, both from 0."""
    return len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))

"""Columns: `ast` and code objects count bytes of UTF-8, authors count characters."""


def characters(line: str, column: int) -> int:
    """The character offset of the byte offset `column` in `line`, both from 0."""
    return len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))

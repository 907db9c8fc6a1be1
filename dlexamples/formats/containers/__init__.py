"""What holds code in the dialects of Markdown, each as a rule for markdown-it's block parser.

A rule is `(state, first line, end line, silent) -> whether it holds here`, as in
https://github.com/executablebooks/markdown-it-py/blob/master/docs/architecture.md. Where it holds it pushes tokens
and sets `state.line` behind itself; when it is asked silently, it only answers whether it would interrupt a paragraph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.ruler import RuleOptionsType

ANYWHERE: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
"""What a rule interrupts that needs no blank line above."""

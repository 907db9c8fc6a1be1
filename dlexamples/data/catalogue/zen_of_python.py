"""The Zen of Python: 856 characters of English, which the standard library holds.

By Tim Peters, 1999 (PEP 20), in the public domain; `import this` prints it.
"""

from __future__ import annotations

import ast

from dlexamples.data.things import Thing, Uses, thing
from dlexamples.model import Claim

WHAT = "the Zen of Python, by Tim Peters, in the public domain"
_OF_TEXT = {"lower", "upper", "split", "splitlines", "replace", "strip", "encode", "find", "count", "title"}
_TAKES_TEXT = {"set", "Counter", "word_tokenize", "sent_tokenize", "tokenize", "encode", "tokenizer", "nlp", "ord"}
_TAKES_LISTS = {"fit_on_texts", "texts_to_sequences", "adapt", "from_tensor_slices", "zip", "train_test_split"}
_READERS = {"transformers", "tokenizers", "sentence_transformers", "spacy"}
_NAMES = r"((raw|input|sample|full|training|train|source)_)?(text|corpus|content|document|book|txt)"


@thing("zen_of_python", names=_NAMES)
def zen_of_python(uses: Uses) -> Thing | None:
    """One string, where the code treats it as one."""
    is_text = uses.attributes & _OF_TEXT or uses.callees & _TAKES_TEXT or uses.takers & _READERS or _is_cut(uses)
    if uses.callees & _TAKES_LISTS or not is_text:
        return None
    contextlib, codecs = uses.imports.module("contextlib"), uses.imports.module("codecs")
    lines = [
        f"with {contextlib}.redirect_stdout(None):",
        "    import this",
        f'{uses.name} = {codecs}.decode(this.s, "rot13")',
    ]
    why = "the code uses it as one long text, and nothing says which is meant"
    return Thing((uses.name,), lines, WHAT, Claim.STAND_IN, why)


def _is_cut(uses: Uses) -> bool:
    """`text[i : i + length]`."""
    return any(isinstance(key, ast.Slice) for key in uses.keys)

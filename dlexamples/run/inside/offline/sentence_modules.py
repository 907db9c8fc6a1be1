"""What a repository of sentence-transformers has beside the model: how its tokens become a sentence's vector."""

from __future__ import annotations

import json
from pathlib import Path

OWNER = "sentence-transformers/"
LENGTHS = {"all-minilm-l6": 256, "all-mpnet": 384, "all-distilroberta": 512, "multi-qa": 512}
"""The tokens of a sentence that are read, by how a name begins; of the others, 128."""
NORMALIZED = ("all-", "multi-qa-minilm", "multi-qa-distilbert-cos", "multi-qa-mpnet-base-cos")
"""Their vectors have length one."""
PARTS = ("Transformer", "Pooling", "Normalize")


def write_modules(folder: Path, repo_id: str) -> None:
    """The mean of the tokens, of length one where it is published so; nothing for a repository of another owner."""
    if not repo_id.startswith(OWNER):
        return
    name = repo_id.removeprefix(OWNER).lower()
    parts = PARTS if name.startswith(NORMALIZED) else PARTS[:2]
    modules = [
        {"idx": number, "name": str(number), "path": f"{number}_{part}" if number else "", "type": _type(part)}
        for number, part in enumerate(parts)
    ]
    width = json.loads((folder / "config.json").read_text("utf-8"))["hidden_size"]
    length = next((tokens for start, tokens in LENGTHS.items() if name.startswith(start)), 128)
    for path, held in (
        ("modules.json", modules),
        ("sentence_bert_config.json", {"max_seq_length": length, "do_lower_case": False}),
        ("1_Pooling/config.json", {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True}),
    ):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(json.dumps(held), "utf-8")


def _type(part: str) -> str:
    return f"sentence_transformers.models.{part}"

"""Models of the Hugging Face hub for transformers: a repository is written into the cache, and all else is its own.

A repository that names an architecture of the installed library gets that architecture's configuration with few layers,
a tokenizer of its family trained on English, the processors that the library has for it and, once asked for, random
weights. Everything that reads the cache then works as offline: `AutoModelForX`, `pipeline`, `num_labels=`.
"""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path
from typing import Any

from . import Served, beneath, fault, is_ours, served
from .adapters import base_of, write_adapter
from .families import Family, family
from .packaged_models import packaged
from .sentence_modules import write_modules
from .snapshots import WIDEST, write_snapshot, write_weights
from .tokenizers_of_families import RefusedError

WEIGHTS = frozenset({"model.safetensors"})
SMALL = f"a small configuration of the architecture (few layers, at most {WIDEST} wide)"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@beneath("huggingface_hub.file_download")
def hub(module: Any) -> None:
    """Before a file is looked for in the cache, where it would be downloaded to, it is put there."""
    download = module._hf_hub_download_to_cache_dir

    @functools.wraps(download)
    def supplied(**options: Any) -> Any:
        # What a library asks for says what a repository is: timm's hold no configuration of transformers.
        if options["repo_type"] == "model" and "transformers/" in options["headers"].get("user-agent", ""):
            folder = Path(options["cache_dir"], module.repo_folder_name(repo_id=options["repo_id"], repo_type="model"))
            supply(folder, options["repo_id"], str(options["revision"]), options["filename"])
        return download(**options)

    module._hf_hub_download_to_cache_dir = supplied


def supply(repository: Path, repo_id: str, revision: str, filename: str) -> None:
    """Writes the snapshot if nothing is cached, its weights once they are asked for; nothing for an unknown one."""
    known, base = family(repo_id), base_of(repo_id)
    if known is None:
        return
    commit = revision if _COMMIT.fullmatch(revision) else hashlib.sha1(repo_id.encode()).hexdigest()
    snapshot = repository / "snapshots" / commit
    try:
        if not repository.exists():
            if packaged(repo_id, snapshot):
                return
            if base:
                write_adapter(snapshot, base, known)
                _tell(repo_id, known, f"an adapter for {SMALL}, before training")
                return
            write_snapshot(snapshot, known)
            write_modules(snapshot, repo_id)
            _tell(repo_id, known, f"{SMALL}, and a tokenizer trained on English text of Python's manual")
        if filename in WEIGHTS and not base and not (snapshot / filename).exists():
            write_weights(snapshot)
            _tell(repo_id, known, f"random weights of {SMALL}: shapes are checked, predictions mean nothing")
    except RefusedError:
        return
    except Exception as error:
        # Architectures fail in their own ways where their defaults do not suit: then nothing stands in, and the
        # download fails as it would. So it does where the mistake is ours, which is told.
        if is_ours(error):
            fault(error)
        return
    finally:
        if snapshot.exists() and not _COMMIT.fullmatch(revision):
            reference = repository / "refs" / revision
            reference.parent.mkdir(parents=True, exist_ok=True)
            reference.write_text(commit)


def _tell(repo_id: str, known: Family, why: str) -> None:
    served(Served(f'from_pretrained("{repo_id}")', known.model_type, "synthetic", why))

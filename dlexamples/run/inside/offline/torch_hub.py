"""`torch.hub.load` of repositories whose models an installed package has: a folder with their entry points."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Any

from . import beneath

TRANSFORMERS = "\n".join(
    f"def {name}(*args, **options):\n    return transformers.{auto}.from_pretrained(*args, **options)\n"
    for name, auto in {
        "config": "AutoConfig", "tokenizer": "AutoTokenizer", "model": "AutoModel",
        "modelForCausalLM": "AutoModelForCausalLM", "modelForMaskedLM": "AutoModelForMaskedLM",
        "modelForSequenceClassification": "AutoModelForSequenceClassification",
        "modelForQuestionAnswering": "AutoModelForQuestionAnswering",
    }.items()
)  # fmt: skip
REPOSITORIES = {
    "pytorch/vision": (
        "torchvision",
        "from torchvision.models import get_model_builder, list_models\n"
        "globals().update({name: get_model_builder(name) for name in list_models()})\n",
    ),
    "rwightman/pytorch-image-models": (
        "timm",
        "import timm\nfrom timm.models._registry import _model_entrypoints\nglobals().update(_model_entrypoints)\n",
    ),
    "huggingface/pytorch-transformers": ("transformers", f"import transformers\n\n{TRANSFORMERS}"),
}
"""By owner and name, as on GitHub: the package, and a `hubconf.py` with the entry points of the published one."""
REPOSITORIES["huggingface/transformers"] = REPOSITORIES["huggingface/pytorch-transformers"]
REPOSITORIES["huggingface/pytorch-image-models"] = REPOSITORIES["rwightman/pytorch-image-models"]


@beneath("torch.hub")
def hub(module: Any) -> None:
    """`list`, `help` and `load` read a folder as they do once it is downloaded; weights are the packages' affair."""
    download = module._get_cache_or_reload

    @functools.wraps(download)
    def get(github: str, *args: Any, **options: Any) -> Any:
        owner, name, _ = _parts(github)
        package, entries = REPOSITORIES.get(f"{owner}/{name}", ("", ""))
        if not package or importlib.util.find_spec(package) is None:
            return download(github, *args, **options)
        folder = Path(module.get_dir(), f"{owner}_{name}_of_{package}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hubconf.py").write_text(entries)
        return str(folder)

    module._get_cache_or_reload = get


def _parts(github: str) -> tuple[str, str, str]:
    repository, _, ref = github.partition(":")
    owner, _, name = repository.partition("/")
    return owner.lower(), name.lower(), ref

"""Packages that a block imports and that are not installed: under which name pip takes each."""

from __future__ import annotations

import ast
import re
import warnings
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dlexamples.model import Environment, Place
from dlexamples.run.columns import characters, rows
from dlexamples.sessions import installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Where the distribution on PyPI has another name than the import, `-` and `_` taken as one.
NAMES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "clip": "git+https://github.com/openai/CLIP.git",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "google.colab": "google-colab",
    "google.genai": "google-genai",
    "google.generativeai": "google-generativeai",
    "hydra": "hydra-core",
    "IPython": "ipython",
    "ignite": "pytorch-ignite",
    "imblearn": "imbalanced-learn",
    "jwt": "PyJWT",
    "Levenshtein": "python-Levenshtein",
    "magic": "python-magic",
    "mpl_toolkits": "matplotlib",
    "mpl_toolkits.basemap": "basemap",
    "OpenGL": "PyOpenGL",
    "open_clip": "open_clip_torch",
    "PIL": "pillow",
    "pkg_resources": "setuptools",
    "pl_bolts": "lightning-bolts",
    "pptx": "python-pptx",
    "pywt": "PyWavelets",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "skopt": "scikit-optimize",
    "umap": "umap-learn",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
_KNOWN = """
    accelerate albumentations bitsandbytes captum catboost deepspeed diffusers einops einx evaluate
    fastai fastapi flax gradio gymnasium h5py huggingface_hub imageio ipywidgets jax jaxtyping joblib kagglehub
    keras keras_hub keras_tuner langchain librosa lightgbm lightning loguru matplotlib micrograd mlflow monai
    networkx nltk numba numpy ollama omegaconf onnx onnxruntime openai optax optuna pandas peft plotly polars
    pyarrow pydantic pytorch_lightning pytorch_metric_learning requests rouge_score sacrebleu safetensors scipy
    seaborn segmentation_models_pytorch sentence_transformers sentencepiece seqeval shap skorch spacy
    statsmodels streamlit sympy tensorboard tensorflow tensorflow_datasets tensorflow_hub tensorflow_probability
    tiktoken timm tokenizers torch torch_geometric torchaudio torchinfo torchmetrics torchsummary torchtext
    torchvision tqdm transformers trl vit_pytorch wandb x_transformers xgboost
"""
KNOWN = frozenset(_KNOWN.split())
"""Well-known ones that have the import's own name there."""
# Imported under these names, it is a file beside the author's own script.
_OF_AUTHORS = re.compile(
    r"(my|your)_\w+|(utils?|helpers?|models?|networks?|nets?|data|datasets?|dataloaders?|loaders?|config|configs|settings|"
    r"train|trainer|training|main|layers|modules|losses|metrics|common|tools|src|lib|app|module|preprocess(ing)?)"
)


def pip_name(package: str, installs: Sequence[str]) -> str:
    """What `pip install` takes for an import of `package`: what the post says, else what is known, else its own name.

    Empty for a module that reads as a file of the author's own.
    """
    known = NAMES.get(package, package)
    if found := next((name for name in installs if plain(name) == plain(known)), None):
        return found
    # Under the import's own name PyPI has something else, or nothing: `pip install sklearn` fails.
    installs = [name for name in installs if plain(name) != plain(package)]
    about = [name for name in installs if _words(package) <= _words(name) or _words(known) <= _words(name)]
    if len(about) == 1:
        return about[0]
    if package not in NAMES and _OF_AUTHORS.fullmatch(package):
        return ""
    return known if package in NAMES else re.sub("[_.]", "-", package)


def told(package: str, installs: Sequence[str], environment: Environment | None = None) -> str:
    """The sentence for the author. `environment`: what was installed for the post, and why not more."""
    environment = environment or Environment()
    name = pip_name(package, installs)
    if not name:
        return f"module `{package}` is not installed, and reads as a file of the author's own, which the post lacks"
    if environment.alone:
        return f"package `{package}` is not in the environment that the post states; add `{name}` to it"
    if why := environment.refused.get(plain(name)):
        return f"package `{package}` is not installed, and `{name}` was left out for this post: {why}"
    doubt = "" if vouched(package, name, installs) else "if that is its name on PyPI, "
    return f"package `{package}` is not installed; {doubt}install it with `pip install {name}`"


def shares(module: str, environment: Environment) -> bool:
    """Whether the packages above `module` are namespaces (PEP 420), to which each distribution adds modules of its own:
    what is missing is one of those, as `google.colab` is beside protobuf's `google.protobuf`. Nothing is executed."""
    *above, _ = module.split(".")
    names = [".".join(above[: length + 1]) for length in range(len(above))]
    return bool(names) and all(_is_namespace(name, environment) for name in names)


def _is_namespace(package: str, environment: Environment) -> bool:
    try:
        found = None if environment.alone else find_spec(package)
    except (ImportError, ValueError):
        return False
    if found is None and environment.folder and "." not in package:
        found = PathFinder.find_spec(package, [environment.folder])
    return found is not None and found.origin is None and found.submodule_search_locations is not None


def vouched(package: str, name: str, installs: Sequence[str]) -> bool:
    """Whether the post, or what is known, says that pip's `name` gives `package`: another one may be made up, or
    somebody else's."""
    return package in NAMES or package in KNOWN or name in installs


def also_missing(
    source: str, index: int, first: str, line: int, here: Callable[[str], bool] = installed
) -> Iterator[tuple[str, Place]]:
    """The other packages that the block imports, at top level and below `line`, and that are not `here`."""
    seen = {first}
    for node in _imports(source):
        if node.lineno < line:
            continue
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for package in (module.partition(".")[0] for module in modules):
            if package and package not in seen and not here(package):
                seen.add(package)
                text = rows(source)
                start = characters(text[node.lineno - 1], node.col_offset)
                last = node.end_lineno or node.lineno
                yield (
                    package,
                    Place(index, node.lineno, start, last, characters(text[last - 1], node.end_col_offset or 0)),
                )


def _imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(source).body
    return [n for n in body if isinstance(n, ast.Import) or (isinstance(n, ast.ImportFrom) and not n.level)]


def plain(name: str) -> str:
    """As an index compares names (PEP 503), without extras."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def _words(name: str) -> frozenset[str]:
    """`pytorch` and `metric` of `pytorch-metric`; of a repository its own name's."""
    own = re.sub(r"\.git(@.*)?$", "", name).rpartition("/")[2]
    return frozenset(re.split(r"[-_.]+", own.partition("[")[0].lower()))

"""DL502: which packages a block lacks, and what pip would take for each."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.installs import installs
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner
from dlexamples.verdicts.packages import pip_name, told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```bash\npip install pytorch-metric-learning\n```", ("pytorch-metric-learning",)),
        ("`pip install -U 'transformers[torch]>=4.40' datasets==2.1` and then", ("transformers[torch]", "datasets")),
        ("!pip install -q umap-learn  # for the plot", ("umap-learn",)),
        ("%pip install -r requirements.txt", ()),
        ("$ python -m pip install --index-url https://example.org/simple my-package; ls", ("my-package",)),
        ("pip3 install git+https://github.com/openai/CLIP.git", ("git+https://github.com/openai/CLIP.git",)),
        ("pip install .", ()),
        ("Pip installs packages.", ()),
        ("<!-- pip install einops\n-->", ()),
    ],
)
def test_what_a_post_says_to_install(text: str, found: tuple[str, ...]) -> None:
    assert installs(text) == found


@pytest.mark.parametrize(
    ("package", "said", "name"),
    [
        ("cv2", (), "opencv-python"),
        ("cv2", ("opencv-python-headless", "torch"), "opencv-python-headless"),
        ("pytorch_metric_learning", ("pytorch-metric-learning",), "pytorch-metric-learning"),
        ("pytorch_metric_learning", (), "pytorch-metric-learning"),
        ("ignite", ("pytorch-ignite",), "pytorch-ignite"),
        ("clip", ("git+https://github.com/openai/CLIP.git",), "git+https://github.com/openai/CLIP.git"),
        ("torch_geometric", ("torch_geometric", "torch"), "torch_geometric"),
        ("transformers", ("transformers[torch]", "sentence-transformers"), "transformers[torch]"),
        ("sklearn", ("sklearn", "torch"), "scikit-learn"),
        ("bs4", ("beautifulsoup4",), "beautifulsoup4"),
        ("utils", (), ""),
        ("my_project", (), ""),
        ("utils", ("utils",), "utils"),
        ("einops", ("torch",), "einops"),
    ],
)
def test_the_name_that_pip_takes(package: str, said: tuple[str, ...], name: str) -> None:
    assert pip_name(package, said) == name


def test_a_name_that_nobody_vouches_for_is_not_recommended_outright() -> None:
    assert told("cv2", ()) == "package `cv2` is not installed; install it with `pip install opencv-python`"
    assert "if that is its name on PyPI, install it with `pip install deep-magic`" in told("deep_magic", ())
    assert "the author's own" in told("utils", ())


def test_every_package_that_a_block_lacks_is_told_once() -> None:
    text = """Install it: `pip install no-such-one`.

```python
import no_such_one
import no_such_one.parts
import os, no_such_two
try:
    import no_such_three
except ImportError:
    pass
from no_such_two import thing
```
"""
    document = parse(Path("post.md"), text)
    with Pool() as pool:
        (outcome,) = check(document, Runner(pool, document, Conditions(timeout=30.0, device="cpu")))
    assert [(d.code, d.span.line, d.message) for d in outcome.diagnostics] == [
        ("DL502", 4, "package `no_such_one` is not installed; install it with `pip install no-such-one`"),
        (
            "DL502",
            6,
            "package `no_such_two` is not installed; if that is its name on PyPI, "
            "install it with `pip install no-such-two`",
        ),
    ]


@pytest.mark.skipif(find_spec("mpl_toolkits") is None, reason="matplotlib is not installed")
def test_a_distribution_that_adds_to_what_is_here(tmp_path: Path) -> None:
    """`mpl_toolkits` is a namespace: another distribution than matplotlib brings its `basemap`."""
    lines = ["import mpl_toolkits.basemap", "import mpl_toolkits.mplot3d.nothing"]
    document = parse(Path("post.md"), "\n\n".join(f"```python\n{line}\n```" for line in lines))
    told = [
        ("DL502", "package `mpl_toolkits.basemap` is not installed; install it with `pip install basemap`"),
        ("DL202", "package `mpl_toolkits` has no module `mpl_toolkits.mplot3d.nothing`"),
    ]
    with Pool() as pool:
        run = list(check(document, Runner(pool, document, Conditions(timeout=30.0, device="cpu"))))
        looked = list(check(document, Runner(pool, document, Conditions(timeout=30.0, device="cpu", static=True))))
    assert [(d.code, d.message) for outcome in run for d in outcome.diagnostics] == told
    assert [d.code for outcome in looked for d in outcome.diagnostics] == ["DL502", "DL202"]
    assert [outcome.verdict.value for outcome in looked] == ["skipped", "failed"]


def test_a_library_that_wants_another_package_says_so_itself() -> None:
    text = "```python\nraise ModuleNotFoundError('install seqeval first')\n```\n"
    document = parse(Path("post.md"), text)
    with Pool() as pool:
        (outcome,) = check(document, Runner(pool, document, Conditions(timeout=30.0, device="cpu")))
    assert "``" not in outcome.reason
    assert "install seqeval first" in outcome.reason


LIBRARY = """```python
from pathlib import Path

Path("library.py").write_text('''
class DependencyNotInstalled(Exception): ...
class NamespaceNotFound(Exception): ...
def make(name):
    if "/" in name:
        raise NamespaceNotFound("Namespace ALE not found. Have you installed the proper package for ALE?")
    try:
        import no_such_one
    except ImportError as error:
        raise DependencyNotInstalled("run `pip install library[one]`") from error
def ask():
    raise ValueError("run `pip install` first")
''')
import library

CALL
```
"""


@pytest.mark.parametrize(
    ("call", "code", "said"),
    [
        ("library.make('one')", "DL502", "pip install library[one]"),
        ("library.make('ALE/Pong-v5')", "DL502", "`pip install ale-py`"),
        ("library.ask()", "DL204", "ValueError"),
    ],
)
def test_a_package_that_a_library_says_to_install(call: str, code: str, said: str) -> None:
    document = parse(Path("post.md"), LIBRARY.replace("CALL", call))
    with Pool() as pool:
        (outcome,) = check(document, Runner(pool, document, Conditions(timeout=30.0, device="cpu")))
    assert [told.code for told in outcome.diagnostics] == [code]
    assert said in outcome.reason

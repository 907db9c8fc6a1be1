"""What is supplied for missing names: the cases of cases/fill, and the parts that they rest on."""

from __future__ import annotations

import ast
import json
import multiprocessing
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from fill_cases import FENCE, blocks, with_results, without_results
from filling import fill, quiet

from dlexamples.data.catalogue.xor import xor
from dlexamples.data.consumers import forms
from dlexamples.data.forms import EVERY, PREFERENCE, Form, Wanted
from dlexamples.data.imports import Imports
from dlexamples.data.insert import above, among_imports
from dlexamples.data.layout import Layout, written
from dlexamples.data.library import library
from dlexamples.data.made import run
from dlexamples.data.names import Kind, said
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import Scene, beneath, scene
from dlexamples.data.targets import Target
from dlexamples.model import Place, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).parent / "cases" / "fill"
FILLED = sorted(CASES.glob("*.md"))
REFUSED = sorted((CASES / "refused").glob("*.md"))
NEEDS = re.compile(r"<!-- needs (\w+) -->")


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=quiet) as pool:
        yield pool


@pytest.mark.parametrize("path", FILLED, ids=lambda path: path.stem)
def test_filled(path: Path, pool: ProcessPoolExecutor, update_cases: bool) -> None:
    text = path.read_text(encoding="utf-8")
    if lacking := [package for package in NEEDS.findall(text) if find_spec(package) is None]:
        pytest.skip(f"{lacking[0]} is not installed")
    filled = pool.submit(fill, blocks(text)).result()
    found = with_results(text, filled)
    if update_cases:
        path.write_text(found, encoding="utf-8")
    assert found == text or update_cases
    assert filled.proposals, "something is supplied"
    # Keras-style calls on a torch module stay for the repairs.
    assert not filled.error or "epochs" in filled.error


def test_what_cannot_be_downloaded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr("urllib.request.urlopen", fail)
    here = at_first_line("tips.head()\n")
    for source, reason in (
        ('import urllib.request\nurllib.request.urlopen("http://localhost")', "a check has no network"),
        ("import not_installed_here", "not_installed_here is not installed"),
    ):
        with pytest.raises(CannotTell, match=reason):
            run(source, here)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_refused(path: Path, pool: ProcessPoolExecutor, update_cases: bool) -> None:
    """Nothing is written; where data is meant, the author is told why."""
    text = path.read_text(encoding="utf-8")
    filled = pool.submit(fill, blocks(text)).result()
    said = "".join(f"{proposal.code} {proposal.message}\n" for proposal in filled.refusals)
    found = without_results(text) + f"```text refused\n{said}```\n"
    if update_cases:
        path.write_text(found, encoding="utf-8")
    assert found == text or update_cases
    assert filled.sources == tuple(blocks(text))
    # A file that is missing is told by each library in its own class.
    assert filled.error.startswith("NameError") or all(proposal.code == "DL503" for proposal in filled.refusals)
    assert all(proposal.final and proposal.sources == filled.sources for proposal in filled.refusals)


PLAIN = r"""
import contextlib, io, json, sys
sys.modules["dlexamples"] = None
import numpy as np

def rows(value):
    "Every (input, target) of a form, as floats."
    if hasattr(value, "as_numpy_iterator"):
        value = value.as_numpy_iterator()
    if isinstance(value, tuple):
        value = zip(*value)
    found = []
    for x, y in value:
        x = np.asarray(x, dtype=float)
        y = np.asarray(y, dtype=float)
        found += list(zip(x.reshape(-1, x.shape[-1]).tolist(), y.reshape(x.size // x.shape[-1], -1).tolist()))
    return sorted(found)

problems = {}
for name, (text, pair, columns) in json.load(sys.stdin).items():
    scope = {"__name__": "__main__"}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, name, "exec"), scope)
        value = scope[pair[0]] if len(pair) == 1 else (scope[pair[0]], scope[pair[1]])
        found = rows(value)
        n = len(found[0][0])
        bits = [[float(b) for b in row] for row in np.ndindex((2,) * n)]
        assert n == columns and [x for x, _ in found] == bits, found
        assert all(y[-1] == sum(x) % 2 for x, y in found), found
        if hasattr(scope.get("model"), "optimizer") and hasattr(scope["model"], "history"):
            assert float(scope["model"].optimizer.iterations) > 0
    except Exception as error:
        problems[name] = repr(error)
json.dump(problems, sys.stderr if problems else sys.stdout)
sys.exit(bool(problems))
"""

# Which names of each XOR case hold the rows, and of how many bits.
TRUTH_TABLES = {
    "xor-keras-post": (["XOR_data"], 4),
    "xor-keras-post-spaced": (["XOR_data"], 4),
    "xor-keras-pair": (["X_xor", "y_xor"], 2),
    "xor-keras-tape": (["XOR_data"], 2),
    "xor-keras-one-hot": (["xor_inputs", "xor_targets"], 2),
    "xor-torch-loader": (["xor_loader"], 2),
    "xor-torch-dataset": (["xor_dataset"], 3),
    "xor-torch-tensors": (["X_xor", "y_xor"], 2),
    "xor-torch-classes": (["X_xor", "y_xor"], 2),
    "xor-torch-own-fit": (["xor"], 2),
    "xor-keras-slices": (["xor_features", "xor_labels"], 3),
    "xor-torch-tensor-dataset": (["xor_x", "xor_y"], 2),
    "xor-torch-function": (["xor_data"], 2),
    "xor-sklearn": (["X_xor", "y_xor"], 2),
    "xor-numpy": (["XOR_inputs", "XOR_labels"], 2),
    "xor-plain-loop": (["XOR_data"], 2),
    "xor-own-class": (["X_xor", "y_xor"], 3),
    "xor-by-comment": (["X", "y"], 2),
}


def test_xor_runs_in_a_plain_interpreter() -> None:
    """Where dlexamples cannot be imported, each text runs and its data are all 2ⁿ rows with their parity."""
    texts = {
        name: ("".join(_mended((CASES / f"{name}.md").read_text(encoding="utf-8"))), names, bits)
        for name, (names, bits) in TRUTH_TABLES.items()
    }
    run = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", PLAIN],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]


def test_every_xor_case_is_checked_in_a_plain_interpreter() -> None:
    apart = {"xor-torch-training-call", "xor-table", "xor-held-out"}
    assert {path.stem for path in FILLED if path.stem.startswith("xor")} == set(TRUTH_TABLES) | apart


def _mended(text: str) -> list[str]:
    """The blocks of a case as they are after the fills."""
    found: list[str] = []
    for match in FENCE.finditer(text):
        if match[1] == "python":
            found.append(match[2])
        if match[1] == "python mended":
            found[-1] = match[2]
    return found


def test_a_loader_shuffles_where_its_rows_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """On another default device than the CPU, a loader needs a generator of that device."""
    cuda = SimpleNamespace(get_default_device=lambda: SimpleNamespace(type="cuda"))
    monkeypatch.setitem(sys.modules, "torch", cuda)
    lines = loader_lines()
    assert lines[-1].endswith("shuffle=True, generator=torch.Generator(xor_inputs.device))")
    monkeypatch.delitem(sys.modules, "torch")
    assert loader_lines()[-1].endswith("shuffle=True)")


def loader_lines() -> list[str]:
    here = at_first_line("import torch\nfor x, y in xor_loader:\n    pass\n")
    layout = Layout((Wanted("xor_loader", Form.LOADER, ""),), "torch", Target.COLUMN, "4", "xor_inputs", "xor_labels")
    return written(xor(None), layout, Imports(here)).lines


SUBJECTS = frozenset({"xor", "iris", "digits", "breast", "cancer"})


@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("XOR_data", Kind.WHOLE, ""),
        ("xor", Kind.WHOLE, ""),
        ("XORdata", Kind.WHOLE, ""),
        ("xorData", Kind.WHOLE, ""),
        ("x_xor", Kind.FEATURES, ""),
        ("XOR_labels", Kind.TARGETS, ""),
        ("iris_X_train", Kind.FEATURES, "train"),
        ("irisTestLoader", Kind.LOADER, "test"),
        ("breast_cancer", Kind.WHOLE, ""),
        ("X_train", Kind.FEATURES, "train"),
        ("xtrain", Kind.FEATURES, "train"),
        ("trainloader", Kind.LOADER, "train"),
        ("y_val", Kind.TARGETS, "val"),
        ("input_data", Kind.FEATURES, ""),
        ("data", Kind.WHOLE, ""),
    ],
)
def test_a_name_says(name: str, kind: Kind, part: str) -> None:
    spoken = said(name, SUBJECTS)
    assert spoken is not None
    assert (spoken.kind, spoken.part) == (kind, part)


@pytest.mark.parametrize(
    "name",
    ["trainer", "losses", "mean", "xor_gate", "iris_model", "train", "output", "xy", "XOR_dta", "data2", "model", "é"],
)
def test_a_name_says_nothing_of_data(name: str) -> None:
    assert said(name, SUBJECTS) is None


TORCH, KERAS, NUMPY = "import torch\n", "import tensorflow as tf\n", "import numpy as np\n"


@pytest.mark.parametrize(
    ("source", "form"),
    [
        (KERAS + "model.fit(D, epochs=2)", Form.KERAS_BATCHES),
        (KERAS + "model.fit(A, B, validation_data=D)", Form.KERAS_BATCHES),
        (KERAS + "model.evaluate(D)\nmodel.predict(D)", Form.KERAS_BATCHES),
        (KERAS + "for x, y in D:\n    pass", Form.KERAS_BATCHES),
        (KERAS + "train = D.shuffle(16).batch(4)", Form.KERAS_ROWS),
        (KERAS + "for x, y in D.take(1):\n    pass", Form.KERAS_BATCHES),
        (TORCH + "model.train(D, epochs=2)", Form.LOADER),
        (TORCH + "model.fit(D, 10)", Form.LOADER),
        (TORCH + "for x, y in D:\n    pass", Form.LOADER),
        (TORCH + "for i, (x, y) in enumerate(D, 0):\n    pass", Form.LOADER),
        (TORCH + "for i, (x, y) in enumerate(tqdm(D)):\n    pass", Form.LOADER),
        (TORCH + "for batch in tqdm(D):\n    x, y = batch", Form.LOADER),
        (TORCH + "for batch in D:\n    x = batch[0]", Form.LOADER),
        (TORCH + "x, y = next(iter(D))", Form.LOADER),
        (TORCH + "n = len(D.dataset)\nfor x, y in D:\n    pass", Form.LOADER),
        (TORCH + "def run(loader):\n    for x, y in loader:\n        pass\nrun(D)", Form.LOADER),
        (TORCH + "loader = DataLoader(D, batch_size=4)", Form.MAP_DATASET),
        (TORCH + "a, b = random_split(D, [3, 1])\nx, y = D[0]", Form.MAP_DATASET),
        (NUMPY + "for x, y in D:\n    pass", Form.PAIRS),
        (NUMPY + "for (a, b), y in D:\n    pass", Form.PAIRS),
        (NUMPY + "x, y = random.choice(D)", Form.PAIRS),
        (NUMPY + "for i in range(len(D)):\n    x, y = D[i]", Form.PAIRS),
        (NUMPY + "for a, b, y in D:\n    pass", Form.TABLE),
        (NUMPY + "X, y = D[:, :-1], D[:, -1]", Form.TABLE),
        (NUMPY + "X, y = D", Form.PAIR),
        (NUMPY + "X = D.data", Form.BUNCH),
        (NUMPY + "print(D['target'])", Form.BUNCH),
        (NUMPY + "clf.fit(D, y)", Form.FEATURES),
        (NUMPY + "clf.fit(X, D)", Form.TARGETS),
        (NUMPY + "clf.fit(X=A, y=D)", Form.TARGETS),
        (NUMPY + "a, b, c, d = train_test_split(X, D)", Form.TARGETS),
        (KERAS + "model.fit(D, D)", Form.FEATURES),
        (TORCH + "loss = criterion(output, D)", Form.TARGETS),
        (KERAS + "loss = loss_fn(D, output)", Form.TARGETS),
        (KERAS + "tf.data.Dataset.from_tensor_slices((A, D))", Form.TARGETS),
    ],
)
def test_the_code_around_a_name_tells_its_form(source: str, form: Form) -> None:
    found = forms("D", at_first_line(source))
    assert found != EVERY
    assert next(preferred for preferred in PREFERENCE if preferred in found) is form


@pytest.mark.parametrize("source", ["print(D)", "n = len(D)", "def f(D):\n    for x, y in D:\n        pass"])
def test_code_that_tells_nothing(source: str) -> None:
    assert forms("D", at_first_line(source)) == EVERY


@pytest.mark.parametrize(
    "source",
    ["D.head()", "D['age']", "(a, b), (c, d) = D", "for x, y in D:\n    pass\nfor a, b, c in D:\n    pass"],
)
def test_code_that_no_form_serves(source: str) -> None:
    assert not forms("D", at_first_line(source))


def at_first_line(source: str) -> Scene:
    place = Place(0, 1, 0, 1, 1)
    return scene(Stop(NameError("D"), {}, {}, (source,), (source,), place, place))


def test_an_import_that_was_supplied_is_no_word_of_the_author() -> None:
    call, place = "log_loss([0, 1], [0.1, 0.9])\n", Place(0, 2, 0, 2, 28)
    text = "from sklearn.datasets import load_iris\n" + call
    for published, found in ((text, 1), (call, 0)):
        here = scene(Stop(NameError("log_loss"), {}, {}, (text,), (published,), place, place))
        assert len(list(library("log_loss", here))) == found


def test_imports_go_below_a_docstring_and_the_leading_imports() -> None:
    for source, expected in [
        ("f()\n", "import numpy as np\n\nf()\n"),
        ("import torch\nf()\n", "import torch\nimport numpy as np\nf()\n"),
        ('"""Doc."""\nf()\n', '"""Doc."""\n\nimport numpy as np\nf()\n'),
        (
            "from __future__ import annotations\nf()\n",
            "from __future__ import annotations\nimport numpy as np\nf()\n",
        ),
    ]:
        assert among_imports(source, ["import numpy as np"], ast.parse(source), source) == expected


@pytest.mark.parametrize(
    ("published", "so_far", "added", "expected"),
    [
        ("", ["from torch.utils.data import DataLoader"], "import torch", [1, 0]),
        ("", ["import torch"], "from torch import nn", [0, 1]),
        ("", ["import numpy as np"], "import math", [1, 0]),
        ("from torch import nn\n", ["from torch import nn"], "import torch", [0, 1]),
        ("import b\n", ["import b", "import c", "from a import d"], "import a", [0, 3, 1, 2]),
    ],
)
def test_supplied_imports_are_in_order_and_the_authors_stay(
    published: str, so_far: list[str], added: str, expected: list[int]
) -> None:
    source = "\n".join([*so_far, "f()\n"])
    lines = [*so_far, added]
    found = among_imports(source, [added], ast.parse(source), published)
    assert found == "\n".join([*(lines[index] for index in expected), "f()\n"])


def test_supplied_imports_from_one_module_share_a_line_and_leave_the_authors() -> None:
    published = "from torch.utils.data import DataLoader\nf()\n"
    first = among_imports(published, ["from torch.utils.data import TensorDataset"], ast.parse(published), published)
    found = among_imports(first, ["from torch.utils.data import Dataset"], ast.parse(first), published)
    lines = ["from torch.utils.data import DataLoader", "from torch.utils.data import Dataset, TensorDataset", "f()\n"]
    assert found == "\n".join(lines)


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        ("a = 1\nf(a)\n", 2, "a = 1\nNEW\nf(a)\n"),
        ("a = 1\n# Train\nf(a)\n", 3, "a = 1\nNEW\n# Train\nf(a)\n"),
        ("a = 1\n\n# Train\n\nf(a)\n", 5, "a = 1\n\nNEW\n\n# Train\n\nf(a)\n"),
        ("a = 1\n# was one\n\nf(a)\n", 4, "a = 1\n# was one\n\nNEW\n\nf(a)\n"),
        ("f(a)\n", 1, "NEW\n\nf(a)\n"),
    ],
)
def test_lines_go_above_the_comment_of_a_statement(source: str, line: int, expected: str) -> None:
    assert above(source, line, ["NEW"]) == expected


@cache
def _catalogue_files() -> list[str]:
    folder = Path(__file__).parents[1] / "dlexamples" / "data" / "catalogue"
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


def test_a_data_set_is_one_file_with_a_case() -> None:
    for name in _catalogue_files():
        assert any(path.stem.startswith(name.replace("_", "-")) for path in FILLED), name


def test_a_framework_is_not_imported_to_look_for_a_name_that_it_lacks() -> None:
    """Keras takes seconds; a torch post that speaks of it asks for its names."""
    if find_spec("keras") is None:
        pytest.skip("keras is not installed")
    looked_up = (
        "import sys\nfrom dlexamples.data import index\n"
        "assert not index._may_have('NoSuchLayer', 'keras')\n"
        "assert index._may_have('Dense', 'keras')\n"
        "assert 'keras' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", looked_up], check=True)


def test_a_library_stands_on_the_framework_that_its_modules_have_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    framework, part, other = (ModuleType(name) for name in ("torch", "engines.loop", "tables"))
    part.torch = framework  # type: ignore[attr-defined]
    other.torch = "a name alone"  # type: ignore[attr-defined]
    for module in (framework, part, other):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    assert beneath(frozenset({"engines", "json"})) == {"torch"}
    assert beneath(frozenset({"tables", "engine", "json"})) == frozenset()

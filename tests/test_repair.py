"""Each case is a post: `python` fences, each that changes followed by a `python mended` fence with what it becomes."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from markdown_it import MarkdownIt
from mending import mend, run

from dlexamples.model import Applicability, Place
from dlexamples.repair import propose

if TYPE_CHECKING:
    from markdown_it.token import Token

    from dlexamples.model import Proposal

CASES = Path(__file__).parent / "cases" / "torch_training"
MENDED = sorted(CASES.glob("*.md"))
UNCHANGED = sorted((CASES / "unchanged").glob("*.md"))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


@dataclass(frozen=True)
class Case:
    path: Path
    text: str
    fences: tuple[Token, ...]

    @property
    def published(self) -> tuple[str, ...]:
        return tuple(fence.content for fence in self.fences if fence.info == "python")

    @property
    def expected(self) -> tuple[str, ...]:
        """The mended text of each block: the published one where no `python mended` fence follows."""
        found: list[str] = []
        for fence in self.fences:
            if fence.info == "python":
                found.append(fence.content)
            else:
                found[-1] = fence.content
        return tuple(found)

    def with_mended(self, sources: tuple[str, ...]) -> str:
        """The case's text with these mended blocks."""
        lines = self.text.splitlines(keepends=True)
        kept: list[str] = []
        line = block = 0
        for fence in self.fences:
            assert fence.map
            first, last = fence.map
            kept += lines[line:first]
            line = last
            if fence.info != "python":
                while kept and kept[-1] == "\n":
                    kept.pop()
                continue
            kept += lines[first:last]
            if sources[block] != fence.content:
                kept.append(f"\n```python mended\n{sources[block]}```\n")
            block += 1
        return "".join(kept + lines[line:])


def read_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    fences = tuple(token for token in MarkdownIt("commonmark").parse(text) if token.type == "fence")
    assert fences
    assert all(fence.info in ("python", "python mended") for fence in fences)
    return Case(path, text, fences)


def trains(case: Case) -> bool:
    """Whether the case calls for training by a name at top level, which the driver can watch."""
    return any(f".{method}(" in source for source in case.published for method in ("fit", "train"))


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_mended(path: Path, update_cases: bool) -> None:
    case = read_case(path)
    mended = mend(case.published)
    assert mended.error is None, mended.sources
    assert mended.proposals
    assert not trains(case) or mended.trained or "class Trainer" in case.published[0]
    if update_cases:
        path.write_text(case.with_mended(mended.sources), encoding="utf-8")
        return
    assert mended.sources == case.expected


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_mended_text_needs_no_more(path: Path) -> None:
    mended = mend(read_case(path).expected)
    assert mended.error is None
    assert not mended.proposals


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_mended_without_columns_in_tracebacks(path: Path) -> None:
    case = read_case(path)
    assert mend(case.published, columns=False).sources == case.expected


@pytest.mark.parametrize("path", UNCHANGED, ids=lambda path: path.stem)
@pytest.mark.parametrize("columns", [True, False])
def test_unchanged(path: Path, columns: bool) -> None:
    mended = mend(read_case(path).published, columns=columns)
    assert not mended.proposals
    assert mended.sources == read_case(path).published


def test_the_mended_text_runs_in_a_plain_interpreter(tmp_path: Path) -> None:
    """Every mended session in one fresh process, each in a namespace of its own; warnings are errors."""
    sessions = ["\n".join(read_case(path).expected) for path in MENDED]
    script = tmp_path / "sessions.py"
    script.write_text(
        "import sys\n"
        f"for source in {sessions!r}:\n"
        "    exec(compile(source, '<session>', 'exec'), {'__name__': '__main__'})\n"
        "assert not [name for name in sys.modules if name.startswith('dlexamples')]\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-W", "error:Using a target size:UserWarning", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def first_proposal(source: str) -> Proposal:
    stop, *_ = run((source,), (source,))
    assert stop
    return next(propose(stop))


@pytest.mark.parametrize(
    ("width", "loss", "expected"),
    [
        (64, "mse", "targets = targets.expand(-1, 64)"),
        (64, "cross_entropy", "loss = criterion(model(inputs), targets)"),
        (1, "bce", "loss = criterion(model(inputs), targets)"),
    ],
)
def test_data_that_is_not_there_yet(width: int, loss: str, expected: str) -> None:
    """It will be a loader with integer labels for a loss over classes, with one column of floats for another."""
    source = (
        "import torch\n"
        f"model = torch.nn.Linear(2, {width})\n"
        f"model.compile(loss='{loss}', optimizer='adam')\n"
        "model.fit(XOR_data, epochs=2)\n"
    )
    (mended,) = mend((source,)).sources
    assert "for inputs, targets in XOR_data:\n" in mended
    assert f"{expected}\n" in mended
    assert ("expand" in mended) is ("expand" in expected)


def test_data_on_another_device_moves_to_the_models() -> None:
    source = (
        "import torch\n"
        "X, y = torch.rand(8, 2), torch.rand(8, 1)\n"
        "model = torch.nn.Linear(2, 1, device='meta')\n"
        "criterion, optimizer = torch.nn.MSELoss(), torch.optim.Adam(model.parameters())\n"
        "model.fit(X, y)\n"
    )
    mended = first_proposal(source).sources[0]
    assert "device = next(model.parameters()).device\n" in mended
    assert "inputs, targets = inputs.to(device), targets.to(device)\n" in mended


def test_what_the_author_calls_device_is_used() -> None:
    source = (
        "import torch\n"
        "device = torch.device('meta')\n"
        "model = torch.nn.Linear(2, 1).to(device)\n"
        "predictions = model.predict(torch.rand(8, 2))\n"
    )
    assert "predictions = model(torch.rand(8, 2).to(device)).cpu().numpy()\n" in first_proposal(source).sources[0]


def test_a_proposal_says_what_and_where() -> None:
    source = (
        "import torch\n\nnet = torch.nn.Linear(2, 1)\nnet.compile(loss='bce', optimizer='adam', run_eagerly=True)\n"
    )
    proposal = first_proposal(source)
    assert proposal.rule == "torch_compile"
    assert proposal.code == "DL201"
    assert proposal.message == "Keras-style `compile` on a torch module"
    assert proposal.label == "`net` is a `torch.nn.Linear`, which has no Keras-style `compile`"
    assert proposal.applicability is Applicability.UNSAFE
    assert proposal.related == (("`net` is made here", Place(0, 3, 0, 3, 27)),)
    assert "takes logits" in proposal.description
    assert "`run_eagerly=True` has no counterpart and is left out" in proposal.description


SMALL = """
import torch
X, y, model = torch.rand(33, 3), torch.randint(0, 2, (33,)), torch.nn.Linear(3, 2)
"""
TRAINED = SMALL + "criterion, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters())\n"
REFUSED = [
    (TRAINED + "model.fit(X, y, class_weight={0: 1.0, 1: 2.0})", "`class_weight={0: 1.0, 1: 2.0}` has no counterpart"),
    (TRAINED + "model.fit(X, y, sample_weight=X[:, 0])", "`sample_weight=X[:, 0]` has no counterpart"),
    (TRAINED + "model.fit(X, y, steps_per_epoch=3)", "`steps_per_epoch=3` has no counterpart"),
    (TRAINED + "model.fit(*(X, y))", "what `*(X, y)` holds is not written at the call"),
    (TRAINED + "model.fit([X, X], y)", "`[X, X]` holds several inputs"),
    (TRAINED + "model.fit(X)", "`X` holds inputs without targets"),
    (TRAINED + "h = model.fit(X, y)\nprint(h.params)", "`h.params` of the history is used later"),
    (TRAINED + "outputs = [model.predict(x) for x in X]", "it stands inside an expression"),
    (TRAINED + "loss, precision, recall = model.evaluate(X, y)", "unpacked into other figures than loss"),
    (
        TRAINED + "if X.sum() > 0:\n    model.fit(X, y)\nelse:\n    model.fit(X, y, epochs=2)",
        "another branch trains the model as well",
    ),
    (
        TRAINED + "def go(val=None):\n    model.fit(X, y, validation_data=val)\ngo()\ngo((X, y))",
        "`val` is None in one run of it and may be data in another",
    ),
    (SMALL + "model.compile(loss='magic', optimizer='adam')", "torch has no loss for 'magic'"),
    (SMALL + "model.compile(loss='mse', optimizer='magic')", "torch has no optimizer for 'magic'"),
    (
        SMALL + "class Adam: __module__ = 'keras.src.optimizers'\nmodel.compile(loss='mse', optimizer=Adam())",
        "`Adam()` is an object of Keras",
    ),
    (
        SMALL + "try:\n    model.compile(loss='mse', optimizer='adam')\nexcept AttributeError:\n    pass",
        "`except` would hide that the next such call fails",
    ),
    (
        SMALL + "other = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)\n"
        "model.compile(loss='mse', optimizer=other)",
        "`other` holds the parameters of another model",
    ),
    (
        SMALL + "def go(m):\n    m.compile(loss='bce', optimizer='adam')\n"
        "go(model)\ngo(torch.nn.Sequential(model, torch.nn.Sigmoid()))",
        "some models of the session end in a sigmoid and others do not",
    ),
    (
        "import torch\nX, y = torch.rand(9, 4), torch.ones(9)\nmodel = torch.nn.Linear(4, 3)\n"
        "model.compile(loss='binary_crossentropy', optimizer='adam')\nmodel.fit(X, y)",
        "the loss is binary, and the model gives 3 values a row for one target",
    ),
    (
        "import torch\nX, y = torch.rand(9, 4), torch.ones(9, 1)\nmodel = torch.nn.Linear(4, 1)\n"
        "model.compile(loss='bce', optimizer='adam', metrics=['accuracy', 'precision'])\n"
        "h = model.fit(X, y)\nprint(h.history['val_precision'])",
        "the metric `precision`, which is used later, has no counterpart",
    ),
    (
        "import torch\ndef build(loss):\n    model = torch.nn.Linear(2, 1)\n    model"
        ".compile(loss=loss, optimizer='adam')\n    return model\n"
        "net = build('mse')\nnet.fit(torch.rand(4, 2), torch.rand(4, 1))",
        "`compile` stands in `build` and takes `loss` from there",
    ),
    (
        "import torch\nX, y = torch.rand(4, 2), torch.rand(4, 1)\na, b = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)\n"
        "a.compile(loss='mse', optimizer='adam')\nb.compile(loss='mae', optimizer='adam')\n"
        "for m in (a, b):\n    m.fit(X, y)",
        "the session compiles models in more than one way",
    ),
    (
        "import torch\nX = torch.rand(4, 2)\nmodel = torch.nn.Linear(2, 3)\n"
        "model.compile(loss='mse', optimizer='adam')\nfor y in (torch.rand(4, 1), torch.rand(4, 3)):\n"
        "    model.fit(X, y)",
        "the form that these targets need may be wrong for the others",
    ),
]


@pytest.mark.parametrize(("source", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_a_refusal_says_why(source: str, reason: str) -> None:
    (mended,) = mend((source,)).sources
    stop, *_ = run((mended,), (source,))
    assert stop
    refusal = next(propose(stop))
    assert refusal.final
    assert refusal.code == "DL201"
    assert refusal.message.startswith("Keras-style `")
    assert "on a torch module; no fix is offered because " in refusal.message
    assert reason in refusal.message
    assert refusal.sources == stop.sources


@pytest.mark.parametrize("seen", ["history", "verbose"])
def test_nothing_is_computed_that_nobody_sees(seen: str) -> None:
    source = (
        "import torch\n"
        "X, y = torch.rand(8, 2), torch.rand(8, 1)\n"
        "model = torch.nn.Linear(2, 1)\n"
        f"{'h = ' if seen == 'history' else ''}model.fit(X, y, validation_data=(X, y), verbose=0)\n"
    )
    (mended,) = mend((source,)).sources
    assert ("val_loss" in mended) is (seen == "history")
    assert "print" not in mended


def random_states() -> list[str]:
    return [repr(random.getstate()), repr(np.random.get_state(legacy=True)), repr(torch.get_rng_state().tolist())]


def test_looking_does_not_disturb_the_session() -> None:
    source = (
        "import random, numpy as np, torch\n"
        "X, y = torch.rand(8, 2), torch.rand(8, 1)\n"
        "model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2), torch.nn.Dropout())\n"
        "loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, y), shuffle=True)\n"
        "model.fit(loader)\n"
    )
    stop, *_ = run((source,), (source,))
    assert stop
    model = stop.namespace["model"]
    states = random_states()
    parameters = [value.clone() for value in model.state_dict().values()]
    assert list(propose(stop))
    assert states == random_states()
    assert all(map(torch.equal, parameters, model.state_dict().values()))
    assert model.training

"""Training is shortened where the number of its epochs is written down, and nowhere else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlexamples.epochs import Shortened, shortened
from dlexamples.formats import read

CASES = Path(__file__).parent / "cases"

SHORTER = {
    "an argument": ("model.fit(x, y, epochs=100)", "model.fit(x, y, epochs=2)", 100),
    "of Keras 1": ("model.fit(x, y, nb_epoch=10)", "model.fit(x, y, nb_epoch=2)", 10),
    "of Lightning": ("Trainer(max_epochs=10)", "Trainer(max_epochs=2)", 10),
    "of Transformers": ("Arguments(num_train_epochs=3.0)", "Arguments(num_train_epochs=2.0)", 3),
    "of a schedule": ("OneCycle(epochs=5, steps_per_epoch=9)", "OneCycle(epochs=2, steps_per_epoch=9)", 5),
    "counted from the first": ("m.fit(x, initial_epoch=10, epochs=30)", "m.fit(x, initial_epoch=10, epochs=12)", 20),
    "a name": ("num_epochs = 100  # a lot", "num_epochs = 2  # a lot", 100),
    "a constant": ("EPOCHS = 1_000", "EPOCHS = 2", 1000),
    "with a type": ("n_epochs: int = 50", "n_epochs: int = 2", 50),
    "one of several": ("lr, epochs, size = 0.1, 250, 64", "lr, epochs, size = 0.1, 2, 64", 250),
    "in camel case": ("numEpochs = 20", "numEpochs = 2", 20),
    "an attribute": ("self.max_epochs = 20", "self.max_epochs = 2", 20),
    "a default": ("def train(model, epochs=100): ...", "def train(model, epochs=2): ...", 100),
    "a keyword's default": ("def train(*, lr, n_epochs=9): ...", "def train(*, lr, n_epochs=2): ...", 9),
    "a loop": ("for epoch in range(100): train()", "for epoch in range(2): train()", 100),
    "from one": ("for epoch in range(1, 101): train()", "for epoch in range(1, 3): train()", 100),
    "with a step": ("for epoch in range(0, 100, 10): train()", "for epoch in range(0, 20, 10): train()", 10),
    "of Python 2": ("for epoch in xrange(60000): train()", "for epoch in xrange(2): train()", 60000),
    "under a bar": ("for epoch in tqdm(range(100), 'x'): train()", "for epoch in tqdm(range(2), 'x'): train()", 100),
    "under a bar of its own": ("for epoch in tqdm.trange(100): train()", "for epoch in tqdm.trange(2): train()", 100),
    "of iterations": ("for iteration in range(500): train()", "for iteration in range(2): train()", 500),
    "of episodes": ("for i_episode in range(500): play()", "for i_episode in range(2): play()", 500),
    "without a name": ("for _ in range(99):\n    loss.backward()", "for _ in range(2):\n    loss.backward()", 99),
    "of Keras": ("for t in range(9):\n    opt.apply_gradients(g)", "for t in range(2):\n    opt.apply_gradients(g)", 9),
    "in a comprehension": ("h = [train() for epoch in range(10)]", "h = [train() for epoch in range(2)]", 10),
    "behind other letters": ("é = 'ü'; epochs = 10; ö = 1", "é = 'ü'; epochs = 2; ö = 1", 10),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected", "was"), SHORTER.values(), ids=SHORTER)
def test_shorter(source: str, expected: str, was: int) -> None:
    assert shortened(source, 2) == (expected, [Shortened(1, was, 2)])


LEFT = {
    "short enough": "model.fit(x, epochs=2)\nfor epoch in range(1): ...",
    "computed": "epochs = 10 * n\nfor epoch in range(n): ...\nmodel.fit(x, epochs=args.epochs)",
    "from where nobody knows": "model.fit(x, initial_epoch=n, epochs=30)\nfor epoch in range(n, 30): ...",
    "backwards": "for epoch in range(100, 0, -1): ...",
    "batches": "for i in range(100):\n    x = batch(i)",
    "batches of an epoch": "for epoch in range(2):\n    for i in range(100):\n        loss.backward()",
    "folds": "for fold in range(5):\n    for x in loader:\n        loss.backward()",
    "a function in a loop": "for size in range(9):\n    def step():\n        loss.backward()",
    "another argument": "model.fit(x, steps_per_epoch=100, warmup_epochs=5, batch_size=32)",
    "another name": "epoch = 50\nbatch_size = 64\nepoch_length = 500\nepochs_to_wait = 9\nepoch_loss = 7.0",
    "a name in a text": "print('epochs=100')  # epochs = 100",
    "a truth": "epochs = True",
    "a text": "epochs = '100'",
    "a list": "for epoch in [10, 20, 30]: ...",
    "nothing to count": "for epoch in range(): ...\nfor epoch in itertools.count(): ...",
    "no Python": "epochs = = 100",
    "nothing": "",
}


@pytest.mark.parametrize("source", LEFT.values(), ids=LEFT)
def test_left_as_it_is(source: str) -> None:
    assert shortened(source, 2) == (source, [])


def test_every_number_of_a_block_is_shortened() -> None:
    source = "EPOCHS = 100\n\nfor epoch in range(50):\n    model.fit(x, epochs=7); other.fit(\n        y, epochs=9)\n"
    expected = "EPOCHS = 3\n\nfor epoch in range(3):\n    model.fit(x, epochs=3); other.fit(\n        y, epochs=3)\n"
    was = [Shortened(1, 100, 3), Shortened(3, 50, 3), Shortened(4, 7, 3), Shortened(5, 9, 3)]
    assert shortened(source, 3) == (expected, was)


def test_two_on_one_line() -> None:
    source = "a.fit(x, epochs=100); b.fit(x, epochs=20)"
    assert shortened(source, 5)[0] == "a.fit(x, epochs=5); b.fit(x, epochs=5)"


@given(st.integers(1, 10**6), st.integers(1, 100))
def test_never_longer(written: int, asked: int) -> None:
    source, changes = shortened(f"model.fit(x, epochs={written})", asked)
    assert source == f"model.fit(x, epochs={min(written, asked)})"
    assert bool(changes) == (written > asked)


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.md")), ids=lambda path: path.stem)
def test_only_numbers_of_a_post_change(path: Path) -> None:
    """Every block of the cases stays the same program but for its numbers."""
    for block in read(path).blocks:
        source, changes = shortened(block.source, 1)
        assert source.count("\n") == block.source.count("\n")
        rows = enumerate(zip(block.source.split("\n"), source.split("\n"), strict=True), 1)
        assert {number for number, (before, after) in rows if before != after} == {change.line for change in changes}
        if changes:
            assert without_numbers(source) == without_numbers(block.source)


def without_numbers(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            node.value = 0
    return ast.dump(tree)

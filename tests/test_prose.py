"""Data of which only a post's prose speaks."""

from __future__ import annotations

import pytest

from dlexamples.data.choice import choose
from dlexamples.data.names import Said, said
from dlexamples.data.refusal import NothingSaysWhich
from dlexamples.data.scene import scene
from dlexamples.model import Place, Post, Stop

CODE = "import torch\nfor images, labels in train_loader:\n    pass\n"


def chosen(prose: str, code: str = CODE) -> tuple[str, bool]:
    place = Place(0, 2, 0, 2, 34)
    here = scene(Stop(NameError("train_loader"), {}, {}, (code,), (code,), place, place, Post(text=prose)))
    spoken = said("train_loader")
    assert isinstance(spoken, Said)
    choice = choose("train_loader", spoken, here)
    return choice.dataset.name, choice.by_prose


@pytest.mark.parametrize(
    ("prose", "name"),
    [
        ("We train on MNIST.", "mnist"),
        (
            "Fashion-MNIST is harder than MNIST. Fashion MNIST has clothes. `FashionMNIST` is loaded so.",
            "fashion-mnist",
        ),
    ],
)
def test_the_data_set_of_which_a_post_speaks(prose: str, name: str) -> None:
    assert chosen(prose) == (name, True)


@pytest.mark.parametrize("prose", ["", "We train a model.", "On MNIST, and later on CIFAR-10."])
def test_prose_that_does_not_say_which(prose: str) -> None:
    with pytest.raises(NothingSaysWhich):
        chosen(prose)


def test_a_comment_in_the_code_wins_over_the_prose() -> None:
    code = CODE.replace("train_loader:", "train_loader:  # CIFAR-10")
    assert chosen("MNIST, MNIST and MNIST", code) == ("cifar10", False)

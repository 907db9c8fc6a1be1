"""What a post says that its trainings give: which sentences and which output are read as that, and which are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlexamples.formats import parse
from dlexamples.results import results
from dlexamples.results.figures import figures
from dlexamples.results.wording import told

TRAINING = "```python\nmodel.fit(mnist_x, mnist_y, epochs=10)\n```\n"


@pytest.mark.parametrize(
    ("sentence", "metric", "number"),
    [
        ("We reach an accuracy of about 98 %.", "accuracy", "98"),
        ("After training, our model achieves 97.5% test accuracy.", "accuracy", "97.5"),
        ("The network gets to an accuracy of 0.97 on the test set.", "accuracy", "0.97"),
        ("You should see a test accuracy of around 97%.", "accuracy", "97"),
        ("The accuracy on the test set is 97.2%.", "accuracy", "97.2"),
        ("This gives us roughly 89 % validation accuracy.", "accuracy", "89"),
        ("Final accuracy: 97 %", "accuracy", "97"),
        ("Our network classifies 95% of the test images correctly.", "accuracy", "95"),
        ("The loss falls to 0.02, so it has learned.", "loss", "0.02"),
        ("We see that the training loss drops from 2.3 to 0.1.", "loss", "0.1"),
        ("We got a mean squared error of 0.012 on the test data.", "loss", "0.012"),
        ("It converges after about 10 epochs.", "epochs", "10"),
        ("The model converges within 25 epochs.", "epochs", "25"),
    ],
)
def test_a_sentence_about_this_training(sentence: str, metric: str, number: str) -> None:
    assert [(found, match["number"]) for found, match in told(sentence)] == [(metric, number)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Random guessing gives an accuracy of 10 %.",
        "If you train longer, you get an accuracy of 99 %.",
        "The paper reports that it reaches an accuracy of 95 %.",
        "A linear model reaches 92 % accuracy, but our network is better.",
        "State-of-the-art models get to 99.8 % accuracy, and this is one.",
        "This improves the accuracy by 2 %.",
        "We stop training once the accuracy reaches 99 %.",
        "We see that an accuracy of 50 % is no better than chance.",
        "Can you reach an accuracy of 99%?",
        "Dropout with a rate of 50 % improves our accuracy.",
        "We use a learning rate of 0.01 and a loss of our own.",
        "We want an accuracy of 98 %.",
        "Our model gets to 94 % accuracy on [Cats and Dogs](https://example.org).",
        "Before training, our network has an accuracy of 9.8 %.",
        "The initial loss is 2.3, as it should be for 10 classes.",
        "It should converge faster with momentum.",
        "Imagine that it always predicts 0: its accuracy is 99 %.",
        "As soon as it reaches 100% accuracy we stop.",
        "We measure the accuracy of 3 models.",
        "In the last chapter we got an accuracy of 85 %.",
        "You could get an accuracy of 99 % with it.",
        "Each of these models reaches 90 % accuracy.",
    ],
)
def test_a_sentence_about_something_else(sentence: str) -> None:
    assert list(told(sentence)) == []


def of(text: str) -> list[tuple[str, str, float, int]]:
    return [(each.block, each.text, each.value, each.span.line) for each in results(parse(Path("post.md"), text))]


def test_a_sentence_is_of_the_block_above_it_in_its_section() -> None:
    text = f"# One\n\n{TRAINING}\n# Two\n\n{TRAINING}\nWe get an accuracy of\n98 %.\n"
    assert of(text) == [("two-1", "accuracy of 98 %", 98.0, 13)]


def test_or_of_the_one_below_that_it_announces() -> None:
    assert of(f"# One\n\nThe following network reaches an accuracy of 98 %:\n\n{TRAINING}") == [
        ("one-1", "accuracy of 98 %", 98.0, 3)
    ]


def test_a_sentence_about_the_post_is_of_its_only_training() -> None:
    introduction = "In this post we reach an accuracy of 98 %.\n\n"
    assert [found[0] for found in of(f"{introduction}# One\n\n{TRAINING}")] == ["one-1"]
    assert of(f"{introduction}# One\n\n{TRAINING}\n# Two\n\n{TRAINING}") == []


@pytest.mark.parametrize(
    "text",
    [
        "# One\n\nWe get an accuracy of 98 %.\n\n# Two\n\n" + TRAINING,
        TRAINING + "\n> We get an accuracy of 98 %.\n",
        TRAINING + "\n| we get | an accuracy of 98 % |\n|---|---|\n",
        TRAINING + "\n<!-- We get an accuracy of 98 %. -->\n",
        TRAINING + "\nAfter 50 epochs we get an accuracy of 98 %.\n",
        TRAINING + "\nWe get an accuracy of 98 % on CIFAR.\n",
        "---\ntitle: We get an accuracy of 98 %\n---\n" + TRAINING,
        "```python\nx = 1\n```\n\nWe get an accuracy of 98 %.\n",
    ],
    ids=[
        "another section",
        "a quote",
        "a table",
        "a comment",
        "another length",
        "other data",
        "a title",
        "no training",
    ],
)
def test_what_is_said_of_something_else(text: str) -> None:
    assert of(text) == []


def test_and_what_is_said_of_the_same() -> None:
    assert of(TRAINING + "\nAfter 10 epochs we get an accuracy of 98 % on MNIST.\n")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Epoch 3/10, loss: 0.21", [("loss", 0.21, "epoch loss", (3, 10))]),
        ("[2,  4000] loss: 1.852", [("loss", 1.852, "loss", (2, 4000))]),
        (
            "Iteration: 500. Loss: 1.5. Accuracy: 70",
            [("loss", 1.5, "iteration loss", (500,)), ("accuracy", 70, "iteration loss accuracy", (500,))],
        ),
        ("Test accuracy: 97.2 %", [("accuracy", 97.2, "test accuracy", ())]),
        ("Accuracy of the network on the 10000 test images: 54 %", [("accuracy", 54, "accuracy", ())]),
        (
            "Test set: Average loss: 0.05, Accuracy: 9843/10000 (98%)",
            [
                ("loss", 0.05, "test set average loss", ()),
                ("accuracy", 98, "test set average loss accuracy", ()),
            ],
        ),
        ("Accuracy: 9/10", [("accuracy", 0.9, "accuracy", ())]),
        ("loss: tensor(0.3133, grad_fn=<NllLossBackward0>)", [("loss", 0.3133, "loss", ())]),
        ("{'accuracy': 0.84, 'f1': 0.89}", [("accuracy", 0.84, "accuracy", ())]),
        (
            "1688/1688 ━━━━━━━━━━ 3s 2ms/step - accuracy: 0.41 - val_loss: 1.49",
            [("accuracy", 0.41, "accuracy", ()), ("loss", 1.49, "val_loss", ())],
        ),
        (
            "54000/54000 [==============================] - 13s 238us/sample - loss: 1.49 - val_acc: 0.41",
            [("loss", 1.49, "loss", ()), ("accuracy", 0.41, "val_acc", ())],
        ),
        ("loss = criterion(output, target)", []),
        ("glossary: 3, accurate to 5 digits", []),
        ("(32, 10)", []),
    ],
)
def test_numbers_of_a_row_of_output(row: str, expected: list[tuple[str, float, str, tuple[int, ...]]]) -> None:
    assert [(each.metric, each.value, each.name, each.step) for each in figures(row)] == expected


def test_keras_names_the_epoch_in_the_row_above() -> None:
    assert [each.step for each in figures("Epoch 2/5\n10/10 - 1s - 1ms/step - loss: 0.2\n")] == [(2,)]


def test_output_is_of_the_block_above_and_the_last_number_counts() -> None:
    shown = "```text\nEpoch 1: loss 0.9\nEpoch 2: loss 0.4\nshape (3, 4)\n```\n"
    assert of(f"{TRAINING}\nThis prints:\n\n{shown}") == [("post-1", "loss 0.4", 0.4, 9)]
    assert of(f"```yaml\nloss: 0.5\n```\n\n{TRAINING}\n```yaml\nloss: 0.5\n```\n") == []
    assert of(f"{TRAINING}\n# Another section\n\n{shown}") == []


def test_output_that_a_marker_has_compared_is_not_compared_twice() -> None:
    shown = "```text\nEpoch 1: loss 0.9\n```\n"
    assert of(f"{TRAINING}\n<!-- dlexamples: output -->\n{shown}") == []

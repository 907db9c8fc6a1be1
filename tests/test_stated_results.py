"""DL431 by its facts: how far a run may be from what the post says, and when that is not judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.model import Diagnostic, Result, Span
from dlexamples.run.conditions import Conditions
from dlexamples.run.runner import Runner
from dlexamples.training import findings
from dlexamples.training.evidence import Fit, Optimizer, Training, Values

if TYPE_CHECKING:
    from dlexamples.run.pool import Pool

PLACE = Span(9, 1, 9, 20)
OPTIMIZER = Optimizer("Adam", 1, 2, 2, 3000, 3000, True, 0, True, True, (), "torch", 0.01, (), (), 0, ())
TRAINING = Training(optimizers=(OPTIMIZER,))


def said(metric: str, value: float, text: str = "") -> Result:
    return Result("a-1", metric, value, text or f"{metric} of {value}", PLACE)


def shown(metric: str, value: float, name: str, *step: int) -> Result:
    return Result("a-1", metric, value, f"{name} {value}", PLACE, name, step)


def told(result: Result, printed: str, **known: Any) -> list[tuple[str, str]]:
    training = replace(TRAINING, results=(result,), printed={"a-1": printed}, **known)
    return [(finding.level, finding.message.rpartition(", and ")[2]) for _, finding in findings(training)]


def is_told(result: Result, printed: str, **known: Any) -> bool:
    return [level for level, _ in told(result, printed, **known)] == ["warning"]


def test_an_accuracy_may_fall_a_few_points_short() -> None:
    assert told(said("accuracy", 98, "accuracy of 98 %"), "test accuracy: 0.89\n") == []
    assert told(said("accuracy", 98, "accuracy of 98 %"), "test accuracy: 0.87\n") == [
        ("warning", "this run comes to 87.0% at most")
    ]
    assert is_told(said("accuracy", 98, "98 % accuracy"), "accuracy: 11.2\n")


def test_better_than_a_sentence_says_is_nothing_to_tell() -> None:
    assert told(said("accuracy", 60, "accuracy of 60 %"), "accuracy: 0.99\n") == []
    assert told(said("loss", 0.5), "loss: 2.3\nloss: 0.01\n") == []


def test_the_best_of_all_accuracies_counts_but_of_a_test_those_of_a_test() -> None:
    printed = "train accuracy: 0.99\ntest accuracy: 0.31\n"
    assert told(said("accuracy", 98, "accuracy of 98 %"), printed) == []
    assert is_told(said("accuracy", 98, "test accuracy of 98 %"), printed)


def test_output_is_compared_in_the_same_step() -> None:
    printed = "Epoch 1: accuracy 0.40\nEpoch 2: accuracy 0.55\nEpoch 3: accuracy 0.61\n"
    assert is_told(shown("accuracy", 0.95, "epoch accuracy", 3), printed)
    assert told(shown("accuracy", 0.66, "epoch accuracy", 3), printed) == []
    # The post's training is longer, or prints something else.
    assert told(shown("accuracy", 0.95, "epoch accuracy", 9), printed) == []
    assert told(shown("accuracy", 0.95, "epoch test accuracy", 3), printed) == []


def test_output_that_is_much_better_is_another_one() -> None:
    assert is_told(shown("accuracy", 52, "accuracy"), "accuracy: 98\n")
    assert told(shown("accuracy", 80, "accuracy"), "accuracy: 98\n") == []
    assert told(shown("accuracy", 52, "accuracy"), "accuracy: 98\n", sampled=True) == []


@pytest.mark.parametrize(
    ("value", "last", "far"),
    [(0.02, 0.05, False), (0.02, 0.11, False), (0.02, 1.9, True), (0.02, 2.3, True), (1.9, 2.3, False)],
)
def test_a_loss_has_half_of_the_way_to_go(value: float, last: float, far: bool) -> None:
    assert is_told(said("loss", value), f"epoch 1 loss: 2.3\nepoch 2 loss: {last}\n") == far
    assert is_told(shown("loss", value, "epoch loss", 2), f"epoch 1 loss: 2.3\nepoch 2 loss: {last}\n") == far


def test_a_loss_that_is_printed_once_may_be_ten_times_as_large() -> None:
    assert told(shown("loss", 0.03, "test loss"), "test loss: 0.25\n") == []
    assert is_told(shown("loss", 0.03, "test loss"), "test loss: 2.5\n")


def test_a_loss_is_as_exact_as_it_is_written() -> None:
    assert told(said("loss", 0.0, "loss of 0.00"), "loss: 2.3\nloss: 0.014\n") == []
    assert is_told(said("loss", 0.0, "loss of 0.0000"), "loss: 2.3\nloss: 0.3\n")


def fit(*losses: float) -> Fit:
    history = {"loss": losses}
    return Fit("Sequential", 3, 2, (), True, 100, history, Values(), Values(), (), (), -1.0, 4, 0, 0, False)


def test_when_it_converges() -> None:
    flat, slow, fast = (0.7, 0.7, 0.69, 0.69), (2.0, 1.9, 1.8, 0.1), (2.0, 0.3, 0.2, 0.1)
    assert is_told(said("epochs", 2), "", fits=(fit(*flat),))
    assert is_told(said("epochs", 2), "", fits=(fit(*slow),))
    assert told(said("epochs", 2), "", fits=(fit(*fast),)) == []
    assert told(said("epochs", 9), "", fits=(fit(*fast),)) == []


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"shortened": True}, "training was shortened"),
        ({"invented": True}, "made up"),
        ({"served": True}, "made up"),
        ({"random": True}, "drawn at random"),
        ({"mended": True}, "mended"),
        ({"sampled": True, "optimizers": (replace(OPTIMIZER, steps=100),)}, "100 updates"),
    ],
)
def test_what_is_not_judged_is_a_note_that_says_why(known: dict[str, Any], why: str) -> None:
    [(level, message)] = told(said("accuracy", 98, "accuracy of 98 %"), "accuracy: 0.1\n", **known)
    assert level == "note"
    assert why in message


def test_a_part_of_the_rows_makes_for_less() -> None:
    assert told(said("accuracy", 98, "accuracy of 98 %"), "accuracy: 0.75\n", sampled=True) == []
    assert is_told(said("accuracy", 98, "accuracy of 98 %"), "accuracy: 0.7\n", sampled=True)


def test_nothing_is_said_where_nothing_was_trained_or_that_did_not_end() -> None:
    result = said("accuracy", 98, "accuracy of 98 %")
    assert told(result, "accuracy: 0.1\n", optimizers=()) == []
    assert told(result, "accuracy: 0.1\n", stopped=True, shortened=True) == []


POST = """\
```python
import torch
from torch import nn

torch.initial_seed()
x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = torch.tensor([0, 1, 1, 0])
model = nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)
for epoch in range(10):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print("Accuracy:", CHANCE)
```

It reaches an accuracy of 100 %.
"""


def of_results(pool: Pool, text: str, conditions: Conditions) -> list[Diagnostic]:
    runner = Runner(pool, parse(Path("post.md"), text), conditions)
    found = [each for outcome in check(runner.document, runner) for each in outcome.diagnostics]
    assert not runner.faults
    return [each for each in found if each.code == "DL431"]


def test_what_another_seed_gives_is_chance(pool: Pool) -> None:
    """The runs have the seeds 0 and 1, or whichever: what differs between them decides."""
    of_seed = "1.0 if torch.initial_seed() % 2 == {} else 0.25"
    conditions = Conditions(device="cpu")
    by_seed = [of_results(pool, POST.replace("CHANCE", of_seed.format(number)), conditions) for number in (0, 1)]
    assert by_seed == [[], []]
    [always] = of_results(pool, POST.replace("CHANCE", "0.25"), conditions)
    assert (always.level, always.span) == ("warning", Span(18, 15, 18, 32))


def test_shortened_training_is_not_judged(pool: Pool) -> None:
    [note] = of_results(pool, POST.replace("CHANCE", "0.25"), Conditions(device="cpu", epochs=2))
    assert note.level == "note"
    assert note.message.endswith("not judged, for training was shortened")

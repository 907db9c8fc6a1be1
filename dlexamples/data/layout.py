"""How a table is written down under the names that are missing, each in the form that its consumer takes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlexamples.data.forms import Form, Wanted
from dlexamples.data.refusal import CannotTell
from dlexamples.data.table import Ask

if TYPE_CHECKING:
    from dlexamples.data.imports import Imports
    from dlexamples.data.table import Table
    from dlexamples.data.targets import Target

ORDER = ("", "train", "val", "test")


@dataclass(frozen=True, slots=True)
class Layout:
    """What is to be written."""

    wanted: tuple[Wanted, ...]
    values: str
    """`torch`, `numpy` or `raw`, as in `Ask`."""
    target: Target
    batch: str
    """An integer, or the post's own name for it."""
    inputs: str
    """What temporaries are called: `XOR_inputs`."""
    labels: str
    """`XOR_labels`."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that are missing, the one to train on first."""
        return tuple(part for part in ORDER if any(wanted.part == part for wanted in self.wanted))

    def named(self, form: Form, part: str, temporary: str) -> str:
        """The missing name that holds these inputs or targets, else a temporary; `_` where nobody needs them."""
        own = [wanted.name for wanted in self.wanted if wanted.form is form and wanted.part == part]
        if own:
            return own[0]
        inner, _, kind = temporary.rpartition("_")
        return "_".join(word for word in (inner, part, kind) if word) if self.combines(part) else "_"

    def halves(self, one: str, other: str) -> tuple[str, ...]:
        """The names of two parts, in the order in which train_test_split gives them."""
        return (
            *(self.named(Form.FEATURES, part, self.inputs) for part in (one, other)),
            *(self.named(Form.TARGETS, part, self.labels) for part in (one, other)),
        )

    def combines(self, part: str) -> bool:
        """Whether inputs and targets of that part go into something that holds both."""
        apart = {Form.FEATURES, Form.TARGETS, Form.BUNCH}
        return any(wanted.part == part and wanted.form not in apart for wanted in self.wanted)


@dataclass(frozen=True, slots=True)
class Written:
    """The code of a fill, and where the inputs can be seen once it has run."""

    lines: list[str]
    inputs: str
    parts: dict[str, str] = field(default_factory=dict)
    """Where those of a part can be seen, when it has its own."""


def written(table: Table, layout: Layout, imports: Imports) -> Written:
    """Lines that bind every wanted name."""
    if table.parted and (len(layout.parts) > 1 or layout.parts == ("test",)):
        return _published(table, layout, imports)
    if len(layout.parts) > 1 and table.may_be_split:
        return _held_out(table, layout, imports)
    return _together(table, layout, imports)


def _together(table: Table, layout: Layout, imports: Imports) -> Written:
    """All rows under every name."""
    combines = any(layout.combines(part) for part in layout.parts)
    inputs = next((w.name for w in layout.wanted if w.form is Form.FEATURES), "")
    labels = next((w.name for w in layout.wanted if w.form is Form.TARGETS), "")
    x, y = inputs or layout.inputs, labels or layout.labels
    ask = Ask(x, y, bool(inputs) or combines, bool(labels) or combines, layout.target, layout.values, imports)
    lines = table.arrays(ask) if ask.wants_x or ask.wants_y else []
    for wanted in layout.wanted:
        if wanted.name not in (x, y):
            lines.append(f"{wanted.name} = {_value(wanted, x, y, table, layout, imports)}")
    bunch = next((f"{wanted.name}.data" for wanted in layout.wanted if wanted.form is Form.BUNCH), "")
    return Written(lines, x if ask.wants_x else bunch)


def _published(table: Table, layout: Layout, imports: Imports) -> Written:
    """The parts in which the data set is published; of three, the one to validate on is split off the training part."""
    assert table.parted
    *first, last = layout.parts
    asks = []
    for part in (first[0] if first else "train", last):
        x, y = layout.named(Form.FEATURES, part, layout.inputs), layout.named(Form.TARGETS, part, layout.labels)
        is_split = part == layout.parts[0] and len(first) > 1
        wants = (x != "_" or is_split, y != "_" or is_split)
        names = (x if x != "_" else layout.inputs, y if y != "_" else layout.labels)
        asks.append(Ask(*names, *wants, layout.target, layout.values, imports))
    lines = table.parted(*asks)
    if len(first) > 1:
        split = imports.item("sklearn.model_selection", "train_test_split")
        x, y = asks[0].x, asks[0].y
        lines += _split(split, layout.halves(*first), x, y, "0.1", "", how="random_state=0")
    for wanted in layout.wanted:
        if wanted.form not in {Form.FEATURES, Form.TARGETS}:
            inputs = layout.named(Form.FEATURES, wanted.part, layout.inputs)
            labels = layout.named(Form.TARGETS, wanted.part, layout.labels)
            lines.append(f"{wanted.name} = {_value(wanted, inputs, labels, table, layout, imports)}")
    parts = {part: layout.named(Form.FEATURES, part, layout.inputs) for part in layout.parts}
    return Written(lines, "", {part: "" if name == "_" else name for part, name in parts.items()})


def _held_out(table: Table, layout: Layout, imports: Imports) -> Written:
    """A fifth of the rows is held out; of two held-out parts, each is a fifth.

    The rows are split as arrays and become tensors afterwards: scikit-learn reads no tensor on a GPU.
    """
    x, y = layout.inputs, layout.labels
    arrays = "numpy" if layout.values == "torch" else layout.values
    lines = table.arrays(Ask(x, y, True, True, layout.target, arrays, imports))
    split = imports.item("sklearn.model_selection", "train_test_split")
    train, *held = layout.parts
    tensor = f"{imports.module('torch')}.tensor" if layout.values == "torch" else ""
    if len(held) == 1:
        halves, size = layout.halves(train, held[0]), str(table.held_out or 0.2)
        lines += _split(split, halves, x, y, size, tensor, how=_how(table, y))
    else:
        xs, ys = layout.named(Form.FEATURES, train, x), layout.named(Form.TARGETS, train, y)
        lines += _split(split, (xs, x, ys, y), x, y, "0.4", "", how=_how(table, y))
        lines += _split(split, layout.halves(*held), x, y, "0.5", tensor, how=_how(table, y))
        lines += [f"{name} = {tensor}({name})" for name in (xs, ys) if tensor and name != "_"]
    for wanted in layout.wanted:
        if wanted.form not in {Form.FEATURES, Form.TARGETS}:
            inputs = layout.named(Form.FEATURES, wanted.part, x)
            labels = layout.named(Form.TARGETS, wanted.part, y)
            lines.append(f"{wanted.name} = {_value(wanted, inputs, labels, table, layout, imports)}")
    return Written(lines, x)


def _split(split: str, names: tuple[str, ...], x: str, y: str, size: str, tensor: str, *, how: str) -> list[str]:
    given = f"    {x}, {y}, test_size={size}, {how}"
    if tensor:
        return [f"{', '.join(names)} = map({tensor}, {split}(", given, "))"]
    return [f"{', '.join(names)} = {split}(", given, ")"]


def _how(table: Table, y: str) -> str:
    """Which rows are held out: the last in time, else some of each class."""
    if table.ordered:
        return "shuffle=False"
    return f"stratify={y}, random_state=0" if table.stratified else "random_state=0"


def _value(wanted: Wanted, x: str, y: str, table: Table, layout: Layout, imports: Imports) -> str:
    """The expression for one name, of inputs `x` and targets `y` that are bound already."""
    match wanted.form:
        case Form.FEATURES:
            return x
        case Form.TARGETS:
            return y
        case Form.KERAS_BATCHES | Form.KERAS_ROWS:
            tf = imports.module("tensorflow", "tf")
            # The rows of most tables are sorted by class, and Keras shuffles no Dataset itself.
            shuffle = "" if wanted.part in {"test", "val"} else f".shuffle({table.rows})"
            batches = f"{shuffle}.batch({layout.batch})" if wanted.form is Form.KERAS_BATCHES else ""
            return f"{tf}.data.Dataset.from_tensor_slices(({x}, {y})){batches}"
        case Form.LOADER:
            loader, rows = (imports.item("torch.utils.data", name) for name in ("DataLoader", "TensorDataset"))
            shuffle = "" if wanted.part in {"test", "val"} else f", shuffle=True{_generator(x, imports)}"
            return f"{loader}({rows}({x}, {y}), batch_size={layout.batch}{shuffle})"
        case Form.MAP_DATASET:
            return f"{imports.item('torch.utils.data', 'TensorDataset')}({x}, {y})"
        case Form.PAIRS:
            return f"list(zip({x}, {y}))"
        case Form.PAIR:
            return f"({x}, {y})"
        case Form.TABLE:
            library = imports.module("torch") if layout.values == "torch" else imports.module("numpy", "np")
            return f"{library}.column_stack([{x}, {y}])"
        case Form.BUNCH:
            if table.bunch is None:
                raise CannotTell("scikit-learn has no Bunch of it")
            return table.bunch(imports)


def _generator(x: str, imports: Imports) -> str:
    """A loader shuffles on the default device, and its own generator is always the CPU's."""
    torch = sys.modules.get("torch")
    if torch is None or torch.get_default_device().type == "cpu":
        return ""
    return f", generator={imports.module('torch')}.Generator({x}.device)"

"""How a table is written down under the names that are missing, each in the form that its consumer takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.data.forms import Form, Wanted
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

    def combines(self, part: str) -> bool:
        """Whether inputs and targets of that part go into something that holds both."""
        apart = {Form.FEATURES, Form.TARGETS, Form.BUNCH}
        return any(wanted.part == part and wanted.form not in apart for wanted in self.wanted)


@dataclass(frozen=True, slots=True)
class Written:
    """The code of a fill, and where the inputs can be seen once it has run."""

    lines: list[str]
    inputs: str


def written(table: Table, layout: Layout, imports: Imports) -> Written:
    """Lines that bind every wanted name."""
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


def _held_out(table: Table, layout: Layout, imports: Imports) -> Written:
    """A fifth of the rows is held out; of two held-out parts, each is a fifth."""
    x, y = layout.inputs, layout.labels
    lines = table.arrays(Ask(x, y, True, True, layout.target, layout.values, imports))
    split = imports.item("sklearn.model_selection", "train_test_split")
    first, *others = layout.parts
    if len(others) == 2:
        apart = (layout.named(Form.FEATURES, first, x), x, layout.named(Form.TARGETS, first, y), y)
        lines += _split(split, apart, x, y, "0.4")
        first, *others = others
    names = (
        *(layout.named(Form.FEATURES, part, x) for part in (first, *others)),
        *(layout.named(Form.TARGETS, part, y) for part in (first, *others)),
    )
    lines += _split(split, names, x, y, "0.5" if len(layout.parts) == 3 else "0.2")
    bound = {name for line in lines for name in line.partition(" = ")[0].split(", ")}
    for wanted in layout.wanted:
        if wanted.name not in bound:
            inputs = layout.named(Form.FEATURES, wanted.part, x)
            labels = layout.named(Form.TARGETS, wanted.part, y)
            lines.append(f"{wanted.name} = {_value(wanted, inputs, labels, table, layout, imports)}")
    return Written(lines, x)


def _split(split: str, names: tuple[str, ...], x: str, y: str, size: str) -> list[str]:
    given = f"{x}, {y}, test_size={size}, stratify={y}, random_state=0"
    return [f"{', '.join(names)} = {split}(", f"    {given}", ")"]


def _value(wanted: Wanted, x: str, y: str, table: Table, layout: Layout, imports: Imports) -> str:
    """The expression for one name, of inputs `x` and targets `y` that are bound already."""
    match wanted.form:
        case Form.FEATURES:
            return x
        case Form.TARGETS:
            return y
        case Form.KERAS_BATCHES | Form.KERAS_ROWS:
            tf = imports.module("tensorflow", "tf")
            batches = f".batch({layout.batch})" if wanted.form is Form.KERAS_BATCHES else ""
            return f"{tf}.data.Dataset.from_tensor_slices(({x}, {y})){batches}"
        case Form.LOADER:
            loader, rows = (imports.item("torch.utils.data", name) for name in ("DataLoader", "TensorDataset"))
            shuffle = "" if wanted.part in {"test", "val"} else ", shuffle=True"
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
            assert table.bunch is not None
            return table.bunch(imports)

"""The text that makes a `DataLoader` of the data of a call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.repair import live
from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training.refusal import CannotMend
from dlexamples.repair.torch_training.repeats import is_fixed

if TYPE_CHECKING:
    from dlexamples.repair.torch_training.call import KerasCall
    from dlexamples.repair.torch_training.data import Source

LONG = 88
MARKS = 30
"""About how much shorter a template's line gets when its marked names are spelled."""


def option(call: KerasCall, parameter: str, default: str) -> str:
    """A switch as code: '' for off, `True` for on, the author's own expression where that decides."""
    code = call.arguments.get(parameter, default)
    if is_fixed(call, code):
        return "" if live.value_of(call.stop, code) in (0, False) else "True"
    return code


def loader_lines(
    call: KerasCall, source: Source, name: str, *, shuffle: str = "", trains: bool = False
) -> tuple[tuple[str, ...], Source]:
    """Template lines that make a `DataLoader` of the source, and the source that its batches are."""
    single = trains and leaves_one_row(call, source)
    if source.form == "batches":
        if single:
            raise CannotMend("the last batch holds one row, for which batch normalisation has no variance")
        return source.setup, source
    batch_size = call.arguments.get("batch_size", "32")
    options = f"batch_size={batch_size}" + f", shuffle={shuffle}" * bool(shuffle) + ", drop_last=True" * single
    named = free_name(call.stop, name.replace("loader", "set"))
    lines, dataset = dataset_lines(source, named, LONG - len(options) - len(name))
    lines.append(f"{name} = ⟦torch.utils.data.DataLoader⟧({dataset}, {options})")
    is_cast = source.is_cast or source.form == "arrays"
    rows = source.has_rows and not single
    return tuple(lines), replace(
        source, form="batches", code=name, value=None, setup=(), is_cast=is_cast, has_rows=rows
    )


def dataset_lines(source: Source, name: str, room: int) -> tuple[list[str], str]:
    """Template lines that make a data set of all rows, and the code to use for it: a name when `room` is short."""
    lines = list(source.setup)
    if source.form != "arrays":
        return lines, source.code if source.form == "dataset" else f"{source.code}.dataset"
    parts = [cast.of(a.code, tensor=a.is_tensor) for a, cast in zip(source.arrays, source.casts, strict=False)]
    code = f"⟦torch.utils.data.TensorDataset⟧({', '.join(parts)})"
    if len(code) <= room:
        return lines, code
    if len(code) + len(name) <= LONG + MARKS:
        return [*lines, f"{name} = {code}"], name
    return [*lines, f"{name} = ⟦torch.utils.data.TensorDataset⟧(", *(f"    {part}," for part in parts), ")"], name


def leaves_one_row(call: KerasCall, source: Source) -> bool:
    """Whether the last of several batches holds a single row, which `BatchNorm1d` cannot train on."""
    norm = live.torch_module().nn.BatchNorm1d
    if not source.has_rows or not any(isinstance(part, norm) for part in call.module.modules()):
        return False
    if source.form == "batches":
        size = getattr(source.value, "batch_size", None)
        return bool(size and size > 1 and not source.value.drop_last and len(source.value.dataset) % size == 1)
    size = call.value("batch_size") if "batch_size" in call.arguments else 32
    rows = row_count(source)
    return isinstance(size, int) and rows is not None and rows > size > 1 and rows % size == 1


def row_count(source: Source) -> int | None:
    """The number of rows of arrays or a data set; None when it is not known."""
    value = source.arrays[0].value if source.form == "arrays" else source.value
    return source.rows if value is None else len(value)

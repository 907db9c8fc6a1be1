"""The data of a Keras-style call: its form, one real batch of it, and the text that makes batches of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training import forms, probe
from dlexamples.repair.torch_training.contract import Cast, input_cast, is_class_loss, target_cast
from dlexamples.repair.torch_training.refusal import CannotMend
from dlexamples.repair.torch_training.repeats import is_fixed

if TYPE_CHECKING:
    from dlexamples.repair.torch_training.call import KerasCall

LONG = 88
MARKS = 30
"""About how much shorter a template's line gets when its marked names are spelled."""


@dataclass(frozen=True, slots=True)
class Array:
    """One array of the call."""

    code: str
    value: Any = None
    """None when it is not known yet: then it is taken for a tensor, which is what a torch loop would be given."""

    @property
    def is_tensor(self) -> bool:
        return self.value is None or forms.is_tensor(self.value)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows come from: `batches` as they are, a `dataset`, or a pair of `arrays`."""

    form: str
    code: str = ""
    value: Any = None
    arrays: tuple[Array, ...] = ()
    setup: tuple[str, ...] = ()
    sample: probe.Sample | None = None
    labelled: bool = True
    """A batch holds inputs and targets, not inputs alone."""
    device: str = ""
    """Code of the model's device when the data lies on another one."""
    casts: tuple[Cast, Cast] = field(default=(Cast(), Cast()))
    """Of inputs and targets."""
    is_cast: bool = False
    """The casts are already in the text that makes the batches."""

    takes_outputs_shape: bool = False
    """The targets take the shape of the outputs where the loss compares them."""
    is_sized: bool = True
    """`len` tells the number of batches."""
    has_rows: bool = True
    """`len(loader.dataset)` tells the number of rows."""

    @property
    def is_known(self) -> bool:
        """Whether there is anything alive to look at."""
        return self.value is not None or any(array.value is not None for array in self.arrays)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(cast.note for cast in self.casts if cast.note)


def read_source(call: KerasCall, x: str, y: str = "", *, prefix: str) -> Source:
    """The data that the code of one or two arguments stands for. Raises CannotMend for what a loop cannot go through.

    Names that have to be made for it begin with `prefix`: `train_`, `val_`, `test_`.
    """
    if not y and (pair := _written_pair(x)):
        x, y = pair
    source = _two_arrays(call, x, y) if y else _one_argument(call, x, prefix)
    if source is None:
        raise CannotMend(_unreadable(call, x, y))
    return _with_device(call, source)


def _unreadable(call: KerasCall, x: str, y: str) -> str:
    value = live.argument_of(call.stop, x)
    if isinstance(value, dict) or (isinstance(value, (list, tuple)) and any(forms.is_array(part) for part in value)):
        return f"`{x}` holds several inputs, and how the model takes them is not known"
    if y:
        return f"`{x}` and `{y}` are not both arrays"
    if forms.is_array(value) or forms.is_dataset(value) or forms.is_batches(value):
        return f"`{x}` holds inputs without targets" if call.method != "predict" else f"`{x}` holds no plain inputs"
    return f"`{x}` is nothing that a training loop can go through"


def with_casts(call: KerasCall, source: Source, loss: Any) -> Source:
    """The source with what its inputs and targets need for the model and the loss."""
    sample = source.sample
    if not source.is_known and call.method != "predict":
        sample = probe.expected_sample(call.module, classes=is_class_loss(loss))
    return replace(source, sample=sample, casts=(input_cast(sample), target_cast(loss, sample)))


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
    value = source.arrays[0].value if source.form == "arrays" else source.value
    if value is None or not source.has_rows or not any(isinstance(part, norm) for part in call.module.modules()):
        return False
    if source.form != "batches":
        size = call.value("batch_size") if "batch_size" in call.arguments else 32
        return isinstance(size, int) and len(value) > size > 1 and len(value) % size == 1
    size = getattr(value, "batch_size", None)
    return bool(size and size > 1 and not value.drop_last and len(value.dataset) % size == 1)


def _written_pair(code: str) -> tuple[str, str] | None:
    """`(X, y)` as its two parts."""
    try:
        node = ast.parse(code.strip(), mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(node, (ast.Tuple, ast.List)) or len(node.elts) != 2:
        return None
    if all(isinstance(part, (ast.Constant, ast.List, ast.Tuple)) for part in node.elts):
        return None
    first, second = (ast.unparse(part) for part in node.elts)
    return first, second


def _two_arrays(call: KerasCall, x: str, y: str) -> Source | None:
    known = [live.argument_of(call.stop, code) for code in (x, y)]
    if any(value is not live.MISSING and not forms.is_array(value) for value in known):
        return None
    arrays = tuple(_array(code, value) for code, value in zip((x, y), known, strict=True))
    return Source("arrays", arrays=arrays, sample=_sample(call, arrays))


def _array(code: str, value: Any) -> Array:
    if value is live.MISSING:
        return Array(code)
    return Array(f"{code}.to_numpy()" if forms.is_frame(value) else code, value)


def _one_argument(call: KerasCall, code: str, prefix: str) -> Source | None:
    value = live.argument_of(call.stop, code)
    if value is live.MISSING:
        return Source("arrays", arrays=(Array(code),)) if call.method == "predict" else Source("batches", code)
    if forms.is_array(value) and call.method == "predict":
        return Source("arrays", arrays=(_array(code, value),), sample=_sample(call, (_array(code, value),)))
    if forms.is_pair(value):
        return _unpacked(call, prefix, value, f"{{}} = {code}")
    if forms.is_dataset(value):
        sized = _has_length(value)
        source = Source("dataset", code, value, is_sized=sized, has_rows=sized)
        return _from_batch(call, source, probe.collated(value))
    if forms.is_batches(value) or _is_list_of_batches(call, value):
        return _from_batch(call, _batches(call, code, value, prefix), probe.first_batch(value))
    if forms.is_samples(value):
        return _unpacked(call, prefix, tuple(zip(*value, strict=True)), f"{{}} = zip(*{code})")
    return None


def _batches(call: KerasCall, code: str, value: Any, prefix: str) -> Source:
    """Batches under a name: a loop goes through them again and again."""
    setup: tuple[str, ...] = ()
    if isinstance(ast.parse(code.strip(), mode="eval").body, ast.Call):
        name = free_name(call.stop, f"{prefix}loader")
        setup, code = (f"{name} = {code}",), name
    rows = forms.is_loader(value) and _has_length(value.dataset)
    return Source("batches", code, value, setup=setup, is_sized=_has_length(value), has_rows=rows)


def _has_length(value: Any) -> bool:
    try:
        return len(value) >= 0
    except TypeError:
        return False


def _unpacked(call: KerasCall, prefix: str, parts: Any, line: str) -> Source | None:
    """The pair under two names of its own."""
    plain = "" if prefix == "train_" else prefix
    names = [free_name(call.stop, plain + name, f"{prefix}{name}") for name in ("features", "labels")]
    stacked = [forms.is_tensor(part[0]) if isinstance(part, tuple) else False for part in parts]
    values = [live.torch_module().stack(part) if on else part for part, on in zip(parts, stacked, strict=True)]
    if not all(forms.is_array(value) for value in values):
        return None
    codes = [f"⟦torch.stack⟧({name})" if on else name for name, on in zip(names, stacked, strict=True)]
    arrays = tuple(_array(name, value) for name, value in zip(codes, values, strict=True))
    setup = (line.format(", ".join(names)),)
    return Source("arrays", arrays=arrays, setup=setup, sample=_sample(call, arrays))


def _from_batch(call: KerasCall, source: Source, batch: Any) -> Source | None:
    """The source with its sample; None for batches that are no inputs with targets."""
    if batch is None:
        return source
    alone = forms.is_tensor(batch)
    if not alone and not (isinstance(batch, (list, tuple)) and len(batch) in (1, 2)):
        return None
    inputs, targets = (batch, None) if alone else (batch[0], batch[1] if len(batch) == 2 else None)
    if call.method != "predict" and targets is None:
        return None
    sample = probe.sample_of(call.module, inputs, targets)
    return replace(source, sample=sample, labelled=not alone)


def _sample(call: KerasCall, arrays: tuple[Array, ...]) -> probe.Sample | None:
    parts = [None if array.value is None else probe.as_tensor(array.value) for array in arrays]
    return probe.sample_of(call.module, parts[0], parts[1] if len(parts) > 1 else None)


def _is_list_of_batches(call: KerasCall, value: Any) -> bool:
    """A list of (inputs, targets) whose first inputs the model takes whole."""
    if not isinstance(value, (list, tuple)) or not forms.is_samples(value):
        return False
    inputs, targets = value[0]
    one_target_a_row = forms.is_tensor(targets) and targets.dim() > 0 and forms.rows(targets) == forms.rows(inputs)
    return one_target_a_row and probe.sample_of(call.module, inputs, targets) is not None


def _with_device(call: KerasCall, source: Source) -> Source:
    """The source with the model's device, when the data is known to lie on another one."""
    if source.sample is None or source.sample.inputs.device == source.sample.outputs.device:
        return source
    model_device = source.sample.outputs.device
    named = live.scope(call.stop).get("device")
    if named is not None and str(named).partition(":")[0] == model_device.type:
        return replace(source, device="device")
    name = free_name(call.stop, "device", "model_device")
    setup = (*source.setup, f"{name} = next({call.receiver}.parameters()).device")
    return replace(source, device=name, setup=setup)

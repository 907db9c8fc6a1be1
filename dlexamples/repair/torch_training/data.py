"""The data of a Keras-style call: its form, one real batch of it, and the text that makes batches of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.names import free_name
from dlexamples.repair.torch_training import forms, probe
from dlexamples.repair.torch_training.contract import Cast, input_cast, is_class_loss, target_cast
from dlexamples.repair.torch_training.devices import device_of, parameters_device
from dlexamples.repair.torch_training.refusal import CannotMend
from dlexamples.repair.torch_training.tensorflow_data import all_rows, is_tensorflow_dataset

if TYPE_CHECKING:
    from dlexamples.repair.torch_training.call import KerasCall


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

    rows: int | None = None
    """How many there are, where no value tells."""
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
    if is_tensorflow_dataset(value) and (found := all_rows(value, code)):
        return _unpacked(call, prefix, found[0], f"{{}} = {found[1]}")
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
    """The source with the model's device, when the post moves the model, or the data lies on another device."""
    if source.sample is not None and source.sample.inputs.device != source.sample.outputs.device:
        model_device = source.sample.outputs.device
        named = live.scope(call.stop).get("device")
        if named is not None and str(named).partition(":")[0] == model_device.type:
            return replace(source, device="device")
        device, lines = parameters_device(call)
    else:
        device, lines = device_of(call, [array.code for array in source.arrays] or [source.code])
    return replace(source, device=device, setup=(*source.setup, *lines))

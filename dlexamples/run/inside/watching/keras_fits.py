"""Keras's `fit`: the model, the data that go in as they are, and the history that comes out."""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator
from types import FrameType
from typing import Any

from . import Watch, watches
from .places import is_direct, line_of
from .revealing import MOST_COLUMNS, MOST_ROWS, Revealing
from .seen import BATCH, Coincidence, Fit, Values
from .splits import coincident, rows_of

LIBRARIES = ("keras", "tensorflow", "tf_keras")
MOST_LOOKED_AT = 4096
BATCHES = 8
"""As many rows are compared with their targets as in so many batches of torch's."""
FEWEST_ROWS = 3
"""Predictions, beyond which it is no chance that all are the same."""
_PENALTIES = (
    "kernel_regularizer", "bias_regularizer", "activity_regularizer", "embeddings_regularizer", "recurrent_regularizer",
)  # fmt: skip
_PASSES_ON = {
    "_BatchDataset", "_CacheDataset", "_OptionsDataset", "_ParallelBatchDataset", "_PrefetchDataset", "_RepeatDataset",
    "_ShuffleDataset",
}  # fmt: skip
"""Steps of `tf.data` that leave the rows as they are."""


@watches("keras.src.backend.tensorflow.trainer", "keras.src.backend.torch.trainer", "keras.src.backend.jax.trainer")
def fits(module: Any, watch: Watch) -> None:
    from keras.src.trainers.trainer import Trainer

    watcher = _Watcher(watch)
    watch.calls.watch(Trainer.compile, watcher.compiled)
    for name in ("TensorFlowTrainer", "TorchTrainer", "JAXTrainer"):
        if trainer := getattr(module, name, None):
            watch.calls.watch(trainer.fit, watcher.start, watcher.end)
            watch.calls.watch(trainer.predict, watcher.asked, watcher.predicted)


class _Watcher:
    """What is done when `compile` starts, and when `fit` starts and returns."""

    def __init__(self, watch: Watch) -> None:
        self.seen = watch
        self.open: dict[int, tuple[Fit, int]] = {}
        """By the model's id: the call that runs, and the updates before it."""
        self.ended: dict[int, tuple[weakref.ref[Any], Fit]] = {}
        """By the model's id: its last call."""
        self.inputs_differ = False
        """Those of the `predict` that runs."""
        self.compiles: dict[int, int] = {}
        """By the model's id: the line on which it was compiled last."""

    def compiled(self, frame: FrameType) -> None:
        self.compiles[id(frame.f_locals["self"])] = line_of(frame, self.seen.filename)

    def start(self, frame: FrameType) -> None:
        model = frame.f_locals["self"]
        line = line_of(frame, self.seen.filename)
        if not line or not is_direct(frame, self.seen.filename, LIBRARIES):
            return
        fit = Fit(type(model).__name__, line, self.compiles.get(id(model), 0))
        layers = list(model._flatten_layers(include_self=False))
        fit.layers = tuple(type(layer).__name__ for layer in layers)
        fit.plain = _is_plain(frame.f_locals, model, layers)
        inputs, targets = _data(frame.f_locals["x"], frame.f_locals["y"])
        fit.input_shape = _add(fit.inputs, inputs)
        _add(fit.targets, targets)
        fit.revealed = _revealed(inputs, targets)
        self._compare(frame.f_locals.get("validation_data"), inputs, line)
        fit.batches, fit.of_one_class = _in_order(frame.f_locals)
        self.open[id(model)] = (fit, _updates(model))
        self.seen.fitting[id(model)] = fit

    def _compare(self, validation: Any, inputs: Any, line: int) -> None:
        import numpy

        held = _data(*validation[:2])[0] if isinstance(validation, (tuple, list)) and len(validation) > 1 else None
        if held is None:
            held = _data(validation, None)[0]
        if found := coincident(numpy, rows_of(numpy, inputs), rows_of(numpy, held)):
            names = "the training data", "`validation_data`"
            self.seen.coincidences[f"fit on {line}", names[1]] = Coincidence(*names, line, *found)

    def end(self, frame: FrameType, history: Any) -> None:
        model = frame.f_locals["self"]
        self.seen.fitting.pop(id(model), None)
        fit, before = self.open.pop(id(model), (None, 0))
        if fit is None or history is None:
            return
        fit.updates = _updates(model) - before
        fit.history = {name: [float(value) for value in values] for name, values in _scalars(history.history)}
        fit.trainable = len(model.trainable_variables)
        self.seen.fits.append(fit)
        self.ended[id(model)] = weakref.ref(model), fit

    def asked(self, frame: FrameType) -> None:
        self.inputs_differ = _rows_differ(frame.f_locals["x"])

    def predicted(self, frame: FrameType, value: Any) -> None:
        model = frame.f_locals["self"]
        found, fit = self.ended.get(id(model), (None, None))
        if fit is None or found is None or found() is not model or not self.inputs_differ:
            return
        fit.alike = getattr(value, "ndim", 0) == 2 and len(value) > FEWEST_ROWS and not _rows_differ(value)


def _is_plain(arguments: dict[str, Any], model: Any, layers: list[Any]) -> bool:
    weighted = any(arguments.get(name) is not None for name in ("class_weight", "sample_weight"))
    penalties = any(getattr(layer, name, None) is not None for layer in layers for name in _PENALTIES)
    added = any(getattr(layer, "_losses", None) for layer in layers)
    return not (weighted or penalties or added) and not isinstance(getattr(model, "loss", None), (list, tuple, dict))


def _scalars(history: dict[str, list[Any]]) -> Iterator[tuple[str, list[Any]]]:
    for name, values in history.items():
        if all(isinstance(value, (int, float)) or getattr(value, "ndim", 1) == 0 for value in values):
            yield name, values


def _updates(model: Any) -> int:
    optimizer = getattr(model, "optimizer", None)
    return 0 if optimizer is None else int(optimizer.iterations.numpy())


def _data(inputs: Any, targets: Any) -> tuple[Any, Any]:
    """Inputs and targets as arrays or tensors, where they lie in memory as such; else None. Nothing is drawn from a
    data set, whose order would be another one then."""
    while type(inputs).__name__ in _PASSES_ON:
        inputs = inputs._input_dataset
    if type(inputs).__name__ == "_TensorSliceDataset":
        held = inputs._tensors
        return (held[0], held[1]) if len(held) == 2 else (None, None)
    return inputs, targets


def _revealed(inputs: Any, targets: Any) -> list[int]:
    """The columns of the inputs that tell the target."""
    import numpy

    rows, wanted = rows_of(numpy, inputs), targets
    if type(wanted).__module__.partition(".")[0] == "tensorflow" and hasattr(wanted, "numpy"):
        wanted = wanted.numpy()
    if rows is None or rows.ndim != 2 or not isinstance(wanted, numpy.ndarray) or wanted.shape[:1] != rows.shape[:1]:
        return []
    if wanted.ndim == 2 and wanted.shape[1] > 1:
        is_one_hot = ((wanted == 0) | (wanted == 1)).all() and (wanted.sum(1) == 1).all()
        wanted = wanted.argmax(1) if is_one_hot else wanted
    if wanted.dtype.kind not in "fiub" or wanted.size != len(wanted):
        return []
    step = max(1, len(rows) // (BATCHES * MOST_ROWS))
    revealing = Revealing()
    revealing.add(rows[::step, :MOST_COLUMNS].tolist(), wanted.reshape(-1)[::step].tolist())
    return revealing.columns()


def _in_order(arguments: dict[str, Any]) -> tuple[int, int]:
    """(batches, those of one class) of a `fit` whose class indices lie in memory and are not shuffled; else zeros."""
    inputs, targets, size = arguments["x"], arguments["y"], arguments.get("batch_size") or 32
    if type(inputs).__name__ in _PASSES_ON:
        step, sizes = inputs, []
        while type(step).__name__ in _PASSES_ON - {"_ShuffleDataset"}:
            sizes += [step._batch_size] if hasattr(step, "_batch_size") else []
            step = step._input_dataset
        if type(step).__name__ != "_TensorSliceDataset" or len(sizes) != 1:
            return 0, 0
        size, targets = int(sizes[0]), _data(step, None)[1]
    elif arguments.get("shuffle", True):
        return 0, 0
    labels = _labels(targets)
    if labels is None or size < BATCH:
        return 0, 0
    batches = [labels[at : at + size] for at in range(0, len(labels) - size + 1, size)]
    return len(batches), sum(bool((batch == batch[0]).all()) for batch in batches)


def _labels(targets: Any) -> Any:
    """One class index a row, of indices or of one-hot rows; None where it is neither."""
    if type(targets).__name__ == "EagerTensor":
        targets = targets.numpy()
    if type(targets).__module__ != "numpy" or getattr(targets, "ndim", 0) not in {1, 2} or not targets.size:
        return None
    if targets.ndim == 1 or targets.shape[1] == 1:
        return targets.reshape(-1)
    is_one_hot = bool(((targets == 0) | (targets == 1)).all() and (targets.sum(1) == 1).all())
    return targets.argmax(1) if is_one_hot else None


def _rows_differ(data: Any) -> bool:
    """False also for what is no array."""
    if type(data).__name__ == "EagerTensor":
        data = data.numpy()
    is_array = type(data).__module__ == "numpy" and getattr(data, "ndim", 0) > 0
    return is_array and bool((data != data[:1]).any())


def _add(values: Values, data: Any) -> tuple[int | None, ...]:
    """Some numbers of an array, evenly spread; its shape, or () where it is none."""
    if type(data).__module__.partition(".")[0] == "tensorflow" and hasattr(data, "numpy"):
        data = data.numpy()
    if type(data).__module__ != "numpy" or getattr(data.dtype, "kind", "") not in "fiub" or not data.size:
        return ()
    step = max(1, math.ceil(data.size / MOST_LOOKED_AT))
    # An even step would take the same column of each row.
    values.add([float(number) for number in data.reshape(-1)[:: step | 1].tolist()])
    return tuple(data.shape)

"""A case of cases/decision: what is supplied for its names, and whether that is what its code trains on.

Runs in a process of its own, as `filling` does.
"""

from __future__ import annotations

import contextlib
import io
import types
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from filling import Filled, empty_folder, fill

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ROWS = 200
"""So many rows tell whether targets follow from inputs."""


@dataclass(frozen=True)
class Decided:
    filled: Filled
    supplied: dict[str, str]
    """What stands under each name that was supplied, as the table has it."""
    claims: dict[str, str]
    broken: str
    """What does not hold of it; empty when all does."""


def decide(published: Sequence[str], holds: str) -> Decided:
    """The session with its names supplied, what these are, and whether the case's own assertions hold."""
    namespace: dict[str, Any] = {}
    filled = fill(published, namespace)
    if filled.error:
        return Decided(filled, {}, {}, "")
    fills = {made.name: made for proposal in filled.proposals for made in proposal.fills}
    supplied = {name: described(_as_supplied(made, namespace)) for name, made in fills.items()}
    claims = {name: made.claim.value for name, made in fills.items()}
    helpers = {
        "learned": learned,
        "learned_everywhere": learned_everywhere,
        "disjoint": disjoint,
        "rows": rows,
        "why": lambda name: fills[name].why,
        "np": np,
    }
    try:
        _run(holds, {**helpers, **namespace})
    except AssertionError as error:
        return Decided(filled, supplied, claims, _told(error, holds))
    return Decided(filled, supplied, claims, "")


def described(value: Any) -> str:
    """`tensor (200, 4) float32`, `DataLoader of (tensor (32, 4) float32, tensor (32,) int64)`."""
    kind = type(value).__name__
    if kind == "DataLoader":
        return f"DataLoader of {described(next(iter(value)))}"
    if hasattr(value, "element_spec"):
        return f"tf.data of {described(next(iter(value)))}"
    if kind == "TensorDataset":
        return f"Dataset of {described(value[0])}"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {described(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, tuple | list) and not all(isinstance(inner, str) for inner in value):
        return f"({', '.join(described(inner) for inner in value)})"
    if isinstance(value, list):
        return f"list of {len(value)} str"
    if hasattr(value, "shape"):
        name = {"ndarray": "array", "EagerTensor": "tensor", "Tensor": "tensor"}.get(kind, kind)
        dtype = str(getattr(value.dtype, "name", value.dtype)).removeprefix("torch.")
        return f"{name} {tuple(int(size) for size in value.shape)} {dtype}"
    return f"{kind} {value}" if isinstance(value, int | float) else kind


def rows(batches: Any) -> Any:
    """The inputs of a tf.data.Dataset of batches."""
    return np.concatenate([np.asarray(batch[0]) for batch in batches])


def disjoint(one: Any, other: Any) -> None:
    """No row is in both parts, and each has some."""
    first, second = ({row.tobytes() for row in _flat(part)} for part in (one, other))
    assert first, "the one part has no rows"
    assert second, "the other part has no rows"
    assert not first & second, f"{len(first & second)} rows are in both parts"


def learned(*values: Any) -> None:
    """The last follows from the others: a forest, cross-validated, is better than the most frequent class, or mean."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from sklearn.model_selection import cross_val_score

    *inputs, targets = (np.asarray(value)[:MOST_ROWS] for value in values)
    x = np.concatenate([_flat(part) for part in inputs], axis=1)
    y = targets.reshape(len(x), -1).squeeze()
    assert len(y) == len(x), f"{len(y)} targets for {len(x)} rows"
    if y.ndim == 1 and set(np.unique(y)) <= set(range(len(x))):
        labels = y.astype(int)
        most = np.bincount(labels).max() / len(labels)
        score = cross_val_score(ExtraTreesClassifier(15, random_state=0), x, labels, cv=3).mean()
        assert score > most + 0.1, f"accuracy {score:.2f}, and the most frequent class has {most:.2f}"
        return
    score = cross_val_score(ExtraTreesRegressor(15, random_state=0), x, y, cv=3, scoring="r2").mean()
    assert score > 0.1, f"r2 {score:.2f}"


def learned_everywhere(inputs: Any, targets: Any) -> None:
    """The target of a place follows from the input there: pixels of images, tokens of sequences.

    The places of both are in the same order; channels may stand before or behind them.
    """
    x, y = np.asarray(inputs)[:8], np.asarray(targets)[:8]
    x = x[:, None] if x.ndim == 2 else x
    if x.shape[:-1] != y.shape[: x.ndim - 1]:
        x = np.moveaxis(x, 1, -1)
        y = y if y.shape == x.shape[:-1] else np.moveaxis(y, 1, -1)
    few = slice(None, None, max(1, x.size // x.shape[-1] // MOST_ROWS))
    learned(x.reshape(-1, x.shape[-1])[few], y.reshape(x.size // x.shape[-1], -1)[few])


def _flat(value: Any) -> Any:
    array = np.asarray(value)
    return np.ascontiguousarray(array.reshape(len(array), -1))


def _as_supplied(made: Any, namespace: dict[str, Any]) -> Any:
    """What the fill binds, which the session may have bound anew since."""
    with contextlib.suppress(NameError):
        return _run(made.source, {})[made.name]
    return namespace[made.name]


def _run(source: str, names: dict[str, Any]) -> dict[str, Any]:
    namespace = types.ModuleType("__main__").__dict__
    namespace.update(names)
    with empty_folder(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        exec(compile(source, "<case>", "exec"), namespace)
    return namespace


def _told(error: AssertionError, source: str) -> str:
    trace = error.__traceback__
    lines = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<case>":
            lines.append(source.splitlines()[trace.tb_lineno - 1])
        trace = trace.tb_next
    return f"{lines[-1]}: {error}"

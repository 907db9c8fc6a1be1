"""A `tf.data.Dataset` for a torch module: an earlier block has one under the name that a torch block trains on."""

from __future__ import annotations

from typing import Any

MOST_ROWS = 100_000
"""More than that is no data to hold in memory at once."""


def is_tensorflow_dataset(value: Any) -> bool:
    return hasattr(value, "as_numpy_iterator") and hasattr(value, "unbatch") and hasattr(value, "element_spec")


def all_rows(value: Any, code: str) -> tuple[tuple[Any, ...], str] | None:
    """The inputs and targets of a data set of pairs as NumPy arrays, and the code that gives them.

    None for other elements, and for a data set that does not end, or not soon.
    """
    spec = value.element_spec
    if not isinstance(spec, tuple) or len(spec) != 2 or not hasattr(spec[0], "shape"):
        return None
    batched = spec[0].shape.rank is not None and spec[0].shape.rank >= 2
    rows = value.unbatch() if batched else value
    count = sum(1 for _ in rows.take(MOST_ROWS + 1))
    if not 0 < count <= MOST_ROWS:
        return None
    text = f"{code}{'.unbatch()' if batched else ''}.batch({count}).as_numpy_iterator()"
    return next(rows.batch(count).as_numpy_iterator()), f"next({text})"

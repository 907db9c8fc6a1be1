"""The forms in which training data comes, told from the live object."""

from __future__ import annotations

import sys
from typing import Any

from dlexamples.repair.live import torch_module


def is_tensor(value: Any) -> bool:
    torch = torch_module()
    return torch is not None and isinstance(value, torch.Tensor)


def is_frame(value: Any) -> bool:
    """A pandas DataFrame or Series."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series))


def is_ndarray(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def is_numbers(value: Any) -> bool:
    """Numbers in nested lists or tuples."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(is_numbers(item) for item in value)
    return isinstance(value, (bool, int, float))


def is_array(value: Any) -> bool:
    """One array of values, in any of the forms that `torch.tensor` can take."""
    return is_tensor(value) or is_ndarray(value) or is_frame(value) or (is_numbers(value) and not is_scalar(value))


def is_scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float))


def is_loader(value: Any) -> bool:
    torch = torch_module()
    return torch is not None and isinstance(value, torch.utils.data.DataLoader)


def is_dataset(value: Any) -> bool:
    torch = torch_module()
    return torch is not None and isinstance(value, torch.utils.data.Dataset)


def is_pair(value: Any) -> bool:
    """(X, y): two arrays of as many rows. Two lists of numbers are a pair when the first holds rows."""
    if not isinstance(value, (list, tuple)) or len(value) != 2 or not all(is_array(item) for item in value):
        return False
    first, second = value
    nested = not isinstance(first, (list, tuple)) or isinstance(first[0], (list, tuple))
    return nested and rows(first) == rows(second) and not (is_numbers(value) and isinstance(second[0], (list, tuple)))


def is_samples(value: Any) -> bool:
    """A list with an (x, y) for every row."""
    if not isinstance(value, (list, tuple)) or not value or is_pair(value):
        return False
    return all(isinstance(row, (list, tuple)) and len(row) == 2 for row in value)


def is_batches(value: Any) -> bool:
    """Anything that a training loop can go through as it is."""
    return is_loader(value) or (hasattr(value, "__iter__") and hasattr(value, "__next__"))


def rows(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") and not (is_tensor(value) and value.dim() == 0) else 0

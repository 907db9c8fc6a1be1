"""What is said of a network whose weights would have been downloaded."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator

from . import Served, served

WHY = "random weights: shapes are checked, predictions mean nothing"


def tell(call: str, architecture: str) -> None:
    """`call` as an author knows it."""
    served(Served(call, architecture, "synthetic", WHY))


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Weights are drawn by a generator of their own: the block's random state stays. What is written on the way, which
    the real loader does not write, is not shown."""
    import torch

    with torch.device("cpu"), torch.random.fork_rng(devices=[]), contextlib.redirect_stderr(io.StringIO()):
        torch.manual_seed(0)
        yield

"""What the lines of a fill bind: they are run beside the names that are alive."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from dlexamples.data.refusal import CannotTell

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene


def run(source: str, scene: Scene) -> dict[str, Any]:
    """Raises CannotTell when a library is not here, or what it would download."""
    made = dict(scene.stop.namespace)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, "<fill>", "exec"), made)
    except ImportError as error:
        raise CannotTell(f"{error.name or error} is not installed") from error
    except URLError as error:
        raise CannotTell("it has to be downloaded, and a check has no network") from error
    return made


def form(value: Any) -> tuple[tuple[int, ...] | None, str]:
    """Shape and dtype, where it has such."""
    shape: Any = getattr(value, "shape", None)
    if not isinstance(shape, tuple) and not hasattr(shape, "as_list"):
        return None, ""
    dtype: Any = getattr(value, "dtype", "")
    # TensorFlow's own shows itself as `<dtype: 'float32'>`.
    name = str(dtype.name) if str(dtype).startswith("<dtype") else str(dtype)
    return tuple(int(size) for size in shape), name.removeprefix("torch.")

"""Removes what blocks have left in a folder, whatever it is.

`shutil.rmtree` gives up below some thousand folders, where a path is longer than the kernel takes, and before a folder
that its owner may not read.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat


def remove(folder: str) -> None:
    """With the folder itself, if it is there. Raises OSError for what stays."""
    with contextlib.suppress(FileNotFoundError):
        empty(folder)
        os.rmdir(folder)


def empty(folder: str) -> None:
    """Nothing in it may be in use. What lies in a folder is moved up before that goes, so that no path gets long.

    Raises OSError for what stays, once all else is gone.
    """
    names = itertools.count()
    while found := _entries(folder):
        stays = [error for path in found if (error := _take_away(path, folder, names))]
        if stays:
            raise stays[0]


def _take_away(path: str, folder: str, names: itertools.count[int]) -> OSError | None:
    """The reason where it stays."""
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            os.unlink(path)
            return None
        for below in _entries(path):
            if stat.S_ISDIR(os.lstat(below).st_mode):
                _open(below)  # A folder that is moved gets another `..`, for which it is written to.
            os.rename(below, _new(folder, names))
        os.rmdir(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error
    return None


def _entries(folder: str) -> list[str]:
    _open(folder)
    with os.scandir(folder) as entries:
        return [entry.path for entry in entries]


def _open(folder: str) -> None:
    """To its owner."""
    with contextlib.suppress(OSError):
        os.chmod(folder, stat.S_IRWXU)


def _new(folder: str, names: itertools.count[int]) -> str:
    return next(path for name in names if not os.path.lexists(path := os.path.join(folder, f"removed-{name}")))

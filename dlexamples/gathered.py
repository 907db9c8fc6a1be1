"""Sequences of posts and of their reports: where they are many, they lie on the disk, and one is read when it is looked
at."""

from __future__ import annotations

import pickle
import tempfile
import threading
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

FEW = 64
"""So many stay in memory."""

Place = tuple[int, int]
"""Where an item lies: its first byte, and how many it takes."""


def gathered(items: Iterable[T], most: int) -> Sequence[T]:
    """`most`: how many there may be, which says where they lie."""
    if most <= FEW:
        return tuple(items)
    shelf: Shelf[T] = Shelf()
    return shelf.sequence([shelf.put(item) for item in items])


class Shelf(Generic[T]):
    """Items in a file without a name, which goes with the last that holds this. From any thread."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when this is collected.
        self._lock = threading.Lock()
        weakref.finalize(self, self._file.close)

    def put(self, item: T) -> Place:
        data = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            begin = self._file.seek(0, 2)
            self._file.write(data)
        return begin, len(data)

    def get(self, place: Place) -> T:
        begin, length = place
        with self._lock:
            self._file.seek(begin)
            data = self._file.read(length)
        item: T = pickle.loads(data)
        return item

    def sequence(self, places: Sequence[Place]) -> Sequence[T]:
        """The items that lie there, each read anew whenever it is asked for."""
        return _Shelved(self, places)


class _Shelved(Sequence[T]):
    def __init__(self, shelf: Shelf[T], places: Sequence[Place]) -> None:
        self._shelf = shelf
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return _Shelved(self._shelf, self._places[index])
        return self._shelf.get(self._places[index])

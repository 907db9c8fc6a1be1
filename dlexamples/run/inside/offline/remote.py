"""What lies at a well-known URL: contents are registered here by files of this folder, and asked for by the others.

A maker under `@lies_at(pattern)` gives the `Remote` of a URL that ends as its pattern says: query and archive suffix
are taken off before, so that `cifar-10-python` is found as `.tar.gz` or unpacked, and `iris.data` as it is. What no
maker knows stays the network's business, and its download fails as it would.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import re
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any, BinaryIO, NamedTuple

from . import Served, made_here, served

ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip", ".gz")


class Data(NamedTuple):
    """What is told of it; the fields are those of `Served`."""

    dataset: str
    claim: str
    why: str
    shape: tuple[int, ...] | None = None
    dtype: str = ""


class Remote(NamedTuple):
    data: Data
    files: Iterable[tuple[str, bytes]]
    """What is there, unpacked: the paths in the archive, or the one file."""


Maker = Callable[["re.Match[str]"], "Remote | None"]

_MAKERS: list[tuple[re.Pattern[str], Maker]] = []
_CALLS: list[str] = []
_WRITTEN: dict[str, Data] = {}
"""By real path: the files that hold what stands in. Their checksums are not those of the original."""


def lies_at(pattern: str) -> Callable[[Maker], Maker]:
    """Registers a maker for the URLs of which `pattern` matches the end, from the start of a part of their path."""

    def register(maker: Maker) -> Maker:
        _MAKERS.append((re.compile(rf"(?:^|/)(?:{pattern})$"), maker))
        return maker

    return register


def find(url: str) -> Remote | None:
    """What stands in for what `url` holds, unpacked."""
    plain, _ = _split(url)
    for pattern, maker in _MAKERS:
        if match := pattern.search(plain):
            with made_here():
                found = maker(match)
            if found:
                return found
    return None


def body(url: str, plain_tar: bool = False) -> tuple[Data, bytes] | None:
    """What a download of `url` gives, packed as its suffix says, but hardly compressed, for speed."""
    found = find(url)
    if found is None:
        return None
    _, suffix = _split(url)
    if suffix == ".gz":
        return found.data, gzip.compress(_single(found), compresslevel=0)
    if not suffix:
        return found.data, _single(found)
    packed = io.BytesIO()
    if suffix == ".zip":
        with zipfile.ZipFile(packed, "w") as archive:
            for name, contents in found.files:
                archive.writestr(name, contents)
        return found.data, packed.getvalue()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, contents in found.files:
            entry = tarfile.TarInfo(name)
            entry.size = len(contents)
            tar.addfile(entry, io.BytesIO(contents))
    plain = packed.getvalue()
    return found.data, plain if plain_tar or suffix == ".tar" else gzip.compress(plain, compresslevel=0)


def unpack(url: str, folder: str) -> bool:
    """Writes what `url` holds into `folder`, unpacked."""
    found = find(url)
    if found is None:
        return False
    # Of some there are thousands of files: what is the same for all of them is asked for once.
    folder, made = os.path.realpath(folder), set[str]()
    for name, contents in found.files:
        path = os.path.join(folder, name)
        if (parent := os.path.dirname(path)) not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        with open(path, "wb") as file:
            file.write(contents)
        _WRITTEN[path] = found.data
    return True


def write(path: str, contents: bytes, data: Data) -> None:
    with written(path, data) as file:
        file.write(contents)


@contextlib.contextmanager
def written(path: str, data: Data) -> Iterator[BinaryIO]:
    """A new file that stands in for what a library would have put there."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "wb") as file:
        yield file
    _WRITTEN[os.path.realpath(path)] = data


def stands_in(path: Any, name: str = "") -> bool:
    """Whether the file at `path` is one of ours; the report is told that it was used."""
    data = _WRITTEN.get(os.path.realpath(path)) if os.path.exists(path) else None
    if data:
        tell(data, name)
    return data is not None


def tell(data: Data, name: str = "") -> None:
    served(Served(name or authors_call(), *data))


@contextlib.contextmanager
def calling(name: str) -> Iterator[None]:
    """What is asked for within is asked by this call of the author's, of which no frame tells the name."""
    _CALLS.append(name)
    try:
        yield
    finally:
        _CALLS.pop()


def authors_call() -> str:
    """The call in the post that led here, by the name under which the library publishes it."""
    if _CALLS:
        return _CALLS[-1]
    frame: FrameType | None = sys._getframe()
    inner = frame
    while frame and frame.f_globals.get("__name__") != "__main__":
        inner, frame = frame, frame.f_back
    assert inner
    name, module = inner.f_code.co_name, str(inner.f_globals.get("__name__", ""))
    owner, method = name, ""
    if "self" in inner.f_locals:
        # Of the author's own class, the one of the library's that it derives from.
        own, *others = type(inner.f_locals["self"]).__mro__
        owner = next((base.__name__ for base in (own, *others) if base.__module__ == module), own.__name__)
        method = f".{name}"
    parts = module.replace(".src.", ".").split(".")
    for length in range(1, len(parts)):
        package = sys.modules.get(".".join(parts[:length]))
        if package and owner in vars(package) and vars(package)[owner] is inner.f_globals.get(owner):
            parts = parts[:length]
            break
    return ".".join([*parts, owner]) + method.removesuffix(".__init__")


def _split(url: str) -> tuple[str, str]:
    """The URL without query and archive suffix, and that suffix."""
    plain = re.split(r"[?#]", url, maxsplit=1)[0]
    suffix = next((suffix for suffix in ARCHIVES if plain.endswith(suffix)), "")
    return plain.removesuffix(suffix), suffix


def _single(found: Remote) -> bytes:
    [(_, contents)] = found.files
    return contents

"""Tiny wheels, built here, and an index of nothing else: installers are tried without a network."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TINY = {"tiny_one/__init__.py": "from tiny_two import TWO\n\nONE = TWO - 1\n"}


def wheel(
    folder: Path, name: str, version: str = "1.0", *, files: dict[str, str], requires: tuple[str, ...] = ()
) -> None:
    """A wheel of pure Python (PEP 427) in `folder`. `files`: by their path in it."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    metadata = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    held = {
        **files,
        f"{info}/METADATA": "\n".join([*metadata, ""]),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*held, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
        for path, text in {**held, f"{info}/RECORD": record}.items():
            archive.writestr(path, text)

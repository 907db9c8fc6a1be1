"""torchvision.datasets: the MNIST family, CIFAR, SVHN, and Oxford's flowers and pets.

The library's own classes read the files, so that what is derived from them, transforms and `classes` are as they are.
A set that is not downloaded is not there, as for a reader. FakeData and ImageFolder download nothing.
"""

from __future__ import annotations

import os
from typing import Any

from . import beneath, mnist, remote


@beneath(*(f"torchvision.datasets.{name}" for name in ("mnist", "cifar", "svhn", "flowers102", "oxford_iiit_pet")))
def downloads(module: Any) -> None:
    """What would be downloaded is written unpacked; it is not the original, whose checksum it need not have."""
    if hasattr(module, "check_integrity"):
        module.check_integrity = _ours_or_sound(module.check_integrity)
    for name in ("download_and_extract_archive", "download_url"):
        if hasattr(module, name):
            setattr(module, name, _written(getattr(module, name)))


def _ours_or_sound(check_integrity: Any) -> Any:
    def check_integrity_here(fpath: Any, md5: str | None = None) -> bool:
        return remote.stands_in(fpath) or check_integrity(fpath, md5)

    return check_integrity_here


def _written(download: Any) -> Any:
    def download_here(url: str, download_root: Any, *arguments: Any, **options: Any) -> None:
        folder = os.path.expanduser(download_root)
        if not remote.unpack(url, folder):
            download(url, download_root, *arguments, **options)

    return download_here


@beneath("torchvision.datasets.mnist")
def one_split(module: Any) -> None:
    """EMNIST's archive holds all of its splits, of a gigabyte and more."""

    def download(self: Any) -> None:
        if not self._check_exists():
            data, files = mnist.emnist(self.split)
            for name, contents in files.items():
                remote.write(os.path.join(self.raw_folder, name), contents, data)

    module.EMNIST.download = download


@beneath("torchvision.datasets.oxford_iiit_pet")
def told(module: Any) -> None:
    """It looks for its folders alone."""
    check = module.OxfordIIITPet._check_exists

    def check_exists(self: Any) -> bool:
        remote.stands_in(self._anns_folder / "trainval.txt")
        found: bool = check(self)
        return found

    module.OxfordIIITPet._check_exists = check_exists

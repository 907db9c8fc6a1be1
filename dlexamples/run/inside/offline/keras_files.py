"""keras.utils.get_file, and with it all of keras.datasets, in Keras 3 and in tf_keras.

The library's own code goes on from the file: its splits, its seeds, its words that are out of the vocabulary.
"""

from __future__ import annotations

import functools
import os
from typing import Any

from . import beneath, remote

DATASETS = (
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
)


@beneath("keras.src.utils.file_utils", "tf_keras.src.utils.data_utils")
def downloads(module: Any) -> None:
    """What is downloaded is written; it is not the original, whose checksum it need not have."""
    urlretrieve, validate_file = module.urlretrieve, module.validate_file

    def urlretrieve_here(url: str, filename: Any = None, *arguments: Any, **options: Any) -> Any:
        # Of an archive with this name only its contents are seen, and its format is found out.
        found = remote.body(url, plain_tar=os.fspath(filename or "").endswith("_archive"))
        if found is None:
            return urlretrieve(url, filename, *arguments, **options)
        data, contents = found
        remote.write(filename, contents, data)
        remote.tell(data)
        return filename, None

    def validate_file_here(fpath: Any, *arguments: Any, **options: Any) -> Any:
        return remote.stands_in(fpath) or validate_file(fpath, *arguments, **options)

    module.urlretrieve, module.validate_file = urlretrieve_here, validate_file_here


@beneath(*(f"{keras}.src.datasets.{name}" for keras in ("keras", "tf_keras") for name in DATASETS))
def told_again(module: Any) -> None:
    """A block that finds the file of an earlier block is told of it, too: not every loader gives a checksum."""
    get_file = module.get_file

    @functools.wraps(get_file)
    def get_file_here(*arguments: Any, **options: Any) -> Any:
        path = get_file(*arguments, **options)
        remote.stands_in(path)
        return path

    module.get_file = get_file_here

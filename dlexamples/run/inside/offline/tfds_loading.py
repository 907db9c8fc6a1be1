"""`tfds.load` and `tfds.builder` of well-known names: the record files that preparing the data set would have written.

All that reads them is the library's own: features, subsplits, `as_supervised`, `info`, `tfds.data_source`.
"""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import beneath, made_here
from .remote import Data, tell
from .tfds_rows import described, examples
from .tfds_splits import splits

ORDERS = 8
"""Files of a split that hold its distinct rows in an order of their own; further ones are links to them."""
_WRITTEN: dict[str, Data] = {}
"""By folder of a prepared data set."""


@beneath("tensorflow_datasets.core.dataset_info")
def counts(module: Any) -> None:
    """How many rows there are is known before they are prepared, as from the network."""
    initialize = module.DatasetInfo.initialize_from_bucket

    @functools.wraps(initialize)
    def initialize_from_bucket(self: Any) -> None:
        known = splits(self.full_name)
        if known is None:
            initialize(self)
            return
        self.set_splits(_split_infos({split: [count] for split, count in known.items()}, 0))

    module.DatasetInfo.initialize_from_bucket = initialize_from_bucket


@beneath("tensorflow_datasets.core.dataset_builder")
def prepared(module: Any) -> None:
    download_and_prepare = module.DatasetBuilder.download_and_prepare
    generate = module.GeneratorBasedBuilder._download_and_prepare

    @functools.wraps(download_and_prepare)
    def download_and_prepare_here(self: Any, *arguments: Any, **options: Any) -> None:
        if splits(self.info.full_name) and isinstance(self, module.GeneratorBasedBuilder):
            from tensorflow_datasets.core import download

            config = options.get("download_config") or download.DownloadConfig()
            options["download_config"] = dataclasses.replace(config, try_download_gcs=False)
        download_and_prepare(self, *arguments, **options)
        if data := _WRITTEN.get(os.path.realpath(self.data_dir)):
            tell(data, f'tfds.load("{self.name}")')

    @functools.wraps(generate)
    def generate_here(self: Any, dl_manager: Any, download_config: Any) -> None:
        known = splits(self.info.full_name)
        if known is None:
            generate(self, dl_manager, download_config)
            return
        most = download_config.max_examples_per_split
        lengths = {split: count if most is None else min(count, most) for split, count in known.items()}
        shards: dict[str, list[int]] = {}
        size = 0
        for split, count in lengths.items():
            with made_here():
                rows = list(map(self.info.features.serialize_example, examples(self, split, count)))
            shards[split] = _shard_lengths(count, len(rows))
            size += sum(map(len, rows)) * count // len(rows)
            _write(self, split, rows, shards[split])
        self.info.set_splits(_split_infos(shards, size // len(shards)))
        final = os.path.join(self.data_dir_root, self.info.full_name)
        _WRITTEN[os.path.realpath(final)] = described(self, sum(lengths.values()))

    module.DatasetBuilder.download_and_prepare = download_and_prepare_here
    module.GeneratorBasedBuilder._download_and_prepare = generate_here


def _shard_lengths(count: int, distinct: int) -> list[int]:
    full, rest = divmod(count, distinct)
    return [distinct] * full + [rest] * (rest > 0)


def _write(builder: Any, split: str, rows: Sequence[bytes], lengths: Sequence[int]) -> None:
    """Every file holds the distinct rows once, the last one what is left; `rows` are mixed already."""
    import numpy as np
    from tensorflow_datasets.core import file_adapters, naming

    format_ = builder.info.file_format or file_adapters.DEFAULT_FILE_FORMAT
    adapter = file_adapters.ADAPTER_FOR_FORMAT[format_]
    template = naming.ShardedFileTemplate(
        data_dir=Path(builder.data_dir), dataset_name=builder.name, split=split, filetype_suffix=format_.file_suffix
    )
    paths = [Path(path) for path in template.sharded_filepaths(len(lengths))]
    generator = np.random.default_rng(0)
    for number, (path, length) in enumerate(zip(paths, lengths, strict=True)):
        if number >= ORDERS and length == len(rows):
            os.link(paths[number % ORDERS], path)
            continue
        order = generator.permutation(len(rows))[:length] if number else range(length)
        adapter.write_examples(path, _keyed(rows, order))


def _keyed(rows: Sequence[bytes], order: Any) -> Iterator[tuple[int, bytes]]:
    for number in order:
        yield int(number), rows[number]


def _split_infos(lengths: dict[str, list[int]], size: int) -> Any:
    from tensorflow_datasets.core import splits as library

    return library.SplitDict(
        [library.SplitInfo(name=split, shard_lengths=shards, num_bytes=size) for split, shards in lengths.items()]
    )

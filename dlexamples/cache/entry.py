"""An entry of the cache as bytes: JSON, because a cache that is restored from elsewhere is not to be code.

The first line is the digest of the rest: what is damaged, cut short or somebody else's is no entry.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from dlexamples.cache.ground import Ground  # noqa: TC001 - msgspec reads the annotations
from dlexamples.model import Outcome  # noqa: TC001

if TYPE_CHECKING:
    import msgspec


@dataclass(frozen=True, slots=True)
class Entry:
    """The outcomes of one session, their lines counted from its first block's."""

    key: str
    line: int | None
    """The first block's line, where outcomes tell lines in their texts; None where they hold wherever it stands."""
    ground: Ground
    outcomes: tuple[Outcome, ...]


def encoded(entry: Entry) -> bytes | None:
    """None for what JSON cannot hold: half of a surrogate pair that a block printed."""
    import msgspec

    try:
        data = msgspec.json.encode(entry)
    except (UnicodeEncodeError, msgspec.MsgspecError):
        return None
    return _digest(data) + b"\n" + data


def decoded(key: str, data: bytes | None) -> Entry | None:
    """None for what `encoded` has not made under this key."""
    if data is None:
        return None
    import msgspec

    digest, _, rest = data.partition(b"\n")
    if digest != _digest(rest):
        return None
    try:
        entry: Entry = _decoder().decode(rest)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return entry if entry.key == key else None


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(Entry)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()

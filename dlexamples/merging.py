"""`dlexamples report merge`: the reports of several machines as that of one.

A report tells what happened to a post as it was, so the posts are read again and have to be what they were: a report of
last week's post would be a green light for today's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.errors import ToldError
from dlexamples.formats import UnreadablePost, read
from dlexamples.model import Reports
from dlexamples.reports.json import digest
from dlexamples.reports.rebuilt import rebuilt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from dlexamples.model import Report


class NotMergeable(ToldError, ValueError):  # noqa: N818 - it says what the reports are
    """Which file it is, what was found in it, and what would do."""


@dataclass(frozen=True, slots=True)
class Part:
    """One JSON report, as it was read."""

    path: Path
    tree: dict[str, Any]

    @property
    def shard(self) -> tuple[int, int] | None:
        shard = self.tree.get("shard")
        return (shard["index"], shard["count"]) if shard else None


def merged(paths: Sequence[Path]) -> Reports:
    """The reports in these files as one. Raises NotMergeable."""
    parts = [_part(path) for path in paths]
    posts = _posts_of_shards(parts)
    found = _once(parts)
    _require_all(parts, found, posts)
    place = {name: number for number, name in enumerate(posts)}
    return Reports(
        tuple(_report(*found[name]) for name in sorted(found, key=lambda name: place.get(name, len(place)))),
        faults=tuple(_different(part.tree.get("faults", ()) for part in parts)),
        problems=tuple(_different(part.tree.get("problems", ()) for part in parts)),
    )


def _part(path: Path) -> Part:
    try:
        tree = json.loads(path.read_bytes())
        _valid()(tree, name_prefix="report")
    except OSError as error:
        raise NotMergeable(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotMergeable(f"{path} is no report of dlexamples, for it is not JSON: {error}; {_WOULD_DO}") from error
    except ValueError as error:
        raise NotMergeable(f"{path} is no report of dlexamples: {error}; {_WOULD_DO}") from error
    return Part(path, tree)


_WOULD_DO = "write one with `dlexamples check --output-format json -o FILE`"


@cache
def _valid() -> Callable[..., Any]:
    """Checks a JSON report against its schema. Raises ValueError."""
    from fastjsonschema import compile as compiled

    schema = files("dlexamples.reports") / "schema.json"
    check: Callable[..., Any] = compiled(json.loads(schema.read_text("utf-8")))
    return check


def _posts_of_shards(parts: Sequence[Part]) -> list[str]:
    """The posts of the run, of which `parts` are all the shards; empty where they are no shards."""
    shards = {part.path: shard for part in parts if (shard := part.shard)}
    if not shards:
        return []
    first = next(part for part in parts if part.path in shards)
    _, count = shards[first.path]
    for part in parts:
        if part.path not in shards:
            raise NotMergeable(
                f"{part.path} is no shard, and {first.path} is one of {count}; merge shards by themselves"
            )
        if shards[part.path][1] != count:
            index, other = shards[part.path]
            raise NotMergeable(f"{part.path} is shard {index}/{other}, and {first.path} is one of {count}")
        if part.tree["shard"]["posts"] != first.tree["shard"]["posts"]:
            raise NotMergeable(f"{_differing_posts(first, part)}; run all shards on the same posts")
    missing = sorted(set(range(1, count + 1)) - {index for index, _ in shards.values()})
    if missing:
        names = ", ".join(f"{index}/{count}" for index in missing)
        raise NotMergeable(f"shard{'s' * (len(missing) > 1)} {names} missing: name its report, too")
    return list(first.tree["shard"]["posts"])


def _differing_posts(first: Part, other: Part) -> str:
    before, after = first.tree["shard"]["posts"], other.tree["shard"]["posts"]
    for name in (*before, *after):
        if (name in before) != (name in after):
            has, lacks = (first, other) if name in before else (other, first)
            return f"{has.path} is of a run with {name}, and {lacks.path} of one without"
    return f"{first.path} and {other.path} have the posts in another order"


def _once(parts: Sequence[Part]) -> dict[str, tuple[Part, dict[str, Any]]]:
    """By the post's path, in the order of the reports: where it was found, and what is told of it."""
    found: dict[str, tuple[Part, dict[str, Any]]] = {}
    for part in parts:
        for document in part.tree["documents"]:
            name = document["path"]
            first, other = found.setdefault(name, (part, document))
            if document.get("sha256") != other.get("sha256"):
                raise NotMergeable(
                    f"{first.path} and {part.path} tell of two texts of {name}; run both on the same one"
                )
            if _timeless(document) != _timeless(other):
                raise NotMergeable(f"{first.path} and {part.path} say different things of {name}; leave one out")
    return found


def _require_all(parts: Sequence[Part], told: Collection[str], posts: Sequence[str]) -> None:
    """Each post of the run is told of: machines that hold the posts in different places deal them out differently. One
    that was lost is a fault that its shard tells."""
    lost = [name for name in posts if name not in told]
    if lost and not any("faults" in part.tree for part in parts):
        raise NotMergeable(f"no shard tells of {', '.join(lost)}: the posts have to lie in the same place everywhere")


def _report(part: Part, document: dict[str, Any]) -> Report:
    name = document["path"]
    try:
        post = read(Path(name))
        same = digest(post) == document["sha256"]
        found = rebuilt(document, post) if same else None
    except UnreadablePost as error:
        raise NotMergeable(f"{part.path} tells of a post that is not here: {error}; merge where `check` ran") from error
    except KeyError as error:
        raise NotMergeable(
            f"{part.path} was written by an older dlexamples: {error} is missing; check again"
        ) from error
    except ValueError as error:
        raise NotMergeable(f"{part.path} was written by another dlexamples: {name}: {error}; check again") from error
    if found is None:
        raise NotMergeable(f"{name} has changed since {part.path} was written; run `dlexamples check` again")
    return found


def _timeless(tree: Any) -> Any:
    """Without what another run of the same post tells otherwise: how long it took."""
    if isinstance(tree, dict):
        kept = {key: _timeless(value) for key, value in tree.items() if key != "seconds"}
        return kept | {"verified_on": kept["verified_on"].split(" in ")[0]} if "verified_on" in kept else kept
    return [*map(_timeless, tree)] if isinstance(tree, list) else tree


def _different(parts: Iterable[Sequence[str]]) -> Iterator[str]:
    """What cannot be read is told by every shard."""
    yield from dict.fromkeys(text for part in parts for text in part)

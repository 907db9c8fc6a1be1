"""`--shard 2/4`: each post in exactly one shard, whichever machine deals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import validated
from test_cli import GOOD, run

from dlexamples.formats import parse
from dlexamples.shards import in_shard, parsed

if TYPE_CHECKING:
    from dlexamples.model import Document

BLOCK = "```python\nx = 1\n```\n"


def documents(count: int, folder: Path = Path("docs")) -> list[Document]:
    """Posts of 0 to 12 blocks each."""
    return [parse(folder / f"post-{number}.md", BLOCK * (number * 7 % 13)) for number in range(count)]


def dealt(posts: list[Document], count: int) -> dict[str, int]:
    """By the post's name: its shard."""
    shards = {index: in_shard(posts, parsed(f"{index}/{count}")) for index in range(1, count + 1)}
    found = {document.path.name: index for index, part in shards.items() for document in part}
    assert sum(map(len, shards.values())) == len(found) == len(posts)
    assert all(list(part) == [document for document in posts if document in part] for part in shards.values())
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 7, 60])
def test_each_post_is_in_exactly_one_shard(count: int) -> None:
    assert set(dealt(documents(40), count).values()) <= set(range(1, count + 1))


def test_another_order_and_another_folder_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = dealt(documents(40), 4)
    assert dealt(documents(40)[::-1], 4) == here
    monkeypatch.chdir(tmp_path)
    assert dealt(documents(40, tmp_path / "docs"), 4) == here


def test_shards_have_as_much_to_do_as_each_other() -> None:
    posts = documents(100)
    found = dealt(posts, 4)
    loads = [sum(len(p.blocks) + 1 for p in posts if found[p.path.name] == index) for index in range(1, 5)]
    assert max(loads) <= 1.1 * sum(loads) / 4


def test_most_posts_stay_where_they_are_when_one_is_added() -> None:
    before, after = dealt(documents(100), 4), dealt(documents(101), 4)
    assert sum(before[name] != after[name] for name in before) <= 20


@pytest.mark.parametrize("value", ["0/3", "4/3", "2", "a/b", "1/", "-1/2", "1/2/3", "1/1001", "", "1/²"])
def test_bad_shards(tmp_path: Path, value: str) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    done = run("check", "--shard", value, "good.md", folder=tmp_path)
    assert (done.returncode, f"--shard {value!r} is no shard: it takes 2/4" in done.stderr) == (2, True)
    assert done.stdout == ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for number in range(4):
        (tmp_path / "docs" / f"post-{number}.md").write_text(BLOCK)
    (tmp_path / "docs" / "prose.md").write_text("# A\n\ntext\n")
    return tmp_path


def test_a_run_of_each_shard(folder: Path) -> None:
    paths = [f"docs/post-{number}.md" for number in range(4)] + ["docs/prose.md"]
    found: list[str] = []
    for index in (1, 2, 3):
        done = run("check", "--shard", f"{index}/3", "--output-format", "json", "docs", folder=folder)
        report = validated(done.stdout)
        # Prose alone in a folder, where other posts hold Python: accepted, as in a run of all.
        assert done.returncode == 0, done.stderr
        assert report["shard"] == {"index": index, "count": 3, "posts": paths}
        found += [document["path"] for document in report["documents"]]
    assert sorted(found) == paths


def test_a_shard_without_posts(folder: Path) -> None:
    for index in (1, 2):
        done = run("check", "--shard", f"{index}/2", "--output-format", "json", "docs/post-0.md", folder=folder)
        report = validated(done.stdout)
        assert done.returncode == 0
        assert ("no post in shard" in done.stderr) is not bool(report["documents"])


def test_a_shard_without_python_is_told_as_in_a_run_of_all(folder: Path) -> None:
    both = ("docs/post-0.md", "docs/prose.md")
    codes = sorted(run("check", "--shard", f"{index}/2", *both, folder=folder).returncode for index in (1, 2))
    assert codes == [0, 5]
    (folder / "prose").mkdir()
    for name in ("a.md", "b.md"):
        (folder / "prose" / name).write_text("text\n")
    codes = sorted(run("check", "--shard", f"{index}/3", "prose", folder=folder).returncode for index in (1, 2, 3))
    assert codes == [0, 5, 5]


def test_every_shard_tells_what_cannot_be_read(folder: Path) -> None:
    (folder / "docs" / "latin.md").write_bytes(b"# caf\xe9\n")
    for index in (1, 2):
        done = run("check", "--shard", f"{index}/2", "--output-format", "json", "docs", folder=folder)
        assert (done.returncode, "latin.md" in done.stderr) == (2, True)
        assert ["latin.md" in problem for problem in validated(done.stdout)["problems"]] == [True]

"""`check --changed [REF]` and `--part-of FOLDER`: which posts of a repository are checked."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from contract import validated
from repositories import commit, git, repository
from test_cli import Done, run

GOOD = "# A\n\n```python\nx = 1\n```\n"
BROKEN = "# A\n\n```python\nprint(missing)\n```\n"
PROSE = "# A\n\nText.\n"


@pytest.fixture(autouse=True)
def no_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the pipeline that runs these tests, nor of a hook of git's, speaks to them."""
    for name in [*os.environ]:
        if name == "CI" or name.startswith(("GIT_", "GITHUB_", "CI_")):
            monkeypatch.delenv(name)


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Two posts on `main`, and a branch that is checked out."""
    folder = repository(tmp_path / "posts", good=GOOD, broken=BROKEN)
    git(folder, "checkout", "--quiet", "-b", "topic")
    return folder


def checked(folder: Path, *arguments: str, **environment: str) -> tuple[list[str], Done]:
    """The posts that were checked, and what was said."""
    done = run("check", "--output-format", "json", *arguments, folder=folder, **environment)
    return [document["path"] for document in validated(done.stdout)["documents"]], done


def test_nothing_that_git_knows_unchanged_is_checked(posts: Path) -> None:
    found, done = checked(posts, "--changed", ".")
    assert (found, done.returncode) == ([], 0)
    assert "0 of 2 posts changed since" in done.stderr
    assert "(main): nothing was checked" in done.stderr


def test_changes_are_committed_staged_unstaged_or_new(posts: Path) -> None:
    commit(posts, committed=GOOD)
    for name in ("staged", "unstaged", "new"):
        (posts / f"{name}.md").write_text(GOOD)
    git(posts, "add", "staged.md")
    (posts / "good.md").write_text(GOOD + "\nMore.\n")
    found, done = checked(posts, ".", "--changed")
    assert found == ["committed.md", "good.md", "new.md", "staged.md", "unstaged.md"]
    assert "5 of 6 posts changed since" in done.stderr


def test_what_others_did_meanwhile_is_no_change(posts: Path) -> None:
    commit(posts, mine=GOOD)
    git(posts, "checkout", "--quiet", "main")
    commit(posts, good=GOOD + "\nMore.\n")
    git(posts, "checkout", "--quiet", "topic")
    assert checked(posts, "--changed", ".")[0] == ["mine.md"]
    assert checked(posts, "--changed", "main", ".")[0] == ["mine.md"]


def test_a_reference(posts: Path) -> None:
    first = commit(posts, one=GOOD)
    git(posts, "tag", "v1")
    commit(posts, two=GOOD)
    for ref in (first, "v1", "HEAD~1", "topic~1"):
        assert checked(posts, f"--changed={ref}", ".")[0] == ["two.md"]
    assert checked(posts, "--changed", "HEAD", ".")[0] == []


def test_a_path_behind_the_option_is_a_path(posts: Path) -> None:
    (posts / "new.md").write_text(GOOD)
    assert checked(posts, "--changed", "new.md")[0] == ["new.md"]
    assert checked(posts, "--changed", "good.md")[0] == []


def test_a_pipeline_says_where_a_branch_goes(posts: Path, tmp_path: Path) -> None:
    git(posts, "checkout", "--quiet", "-b", "release", "main")
    released = commit(posts, released=GOOD)
    git(posts, "checkout", "--quiet", "-b", "fix")
    commit(posts, fixed=GOOD)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(posts), "clone")
    assert checked(clone, "--changed", ".", GITHUB_BASE_REF="release")[0] == ["fixed.md"]
    assert checked(clone, "--changed", ".", CI_MERGE_REQUEST_DIFF_BASE_SHA=released)[0] == ["fixed.md"]
    # The clone's `origin/HEAD` is the branch that was checked out; an upstream of its own goes first.
    assert checked(clone, "--changed", ".")[0] == []


def test_the_upstream_is_what_a_branch_is_compared_with(posts: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(posts), "clone")
    clone = tmp_path / "clone"
    commit(clone, mine=GOOD)
    found, done = checked(clone, "--changed", ".")
    assert (found, "(origin/topic)" in done.stderr) == (["mine.md"], True)


def test_an_upstream_of_another_name_goes_first(posts: Path, tmp_path: Path) -> None:
    git(posts, "branch", "release", "main")
    git(tmp_path, "clone", "--quiet", str(posts), "clone")
    clone = tmp_path / "clone"
    git(clone, "checkout", "--quiet", "-b", "fix", "--track", "origin/release")
    commit(clone, mine=GOOD)
    assert "(origin/release)" in checked(clone, "--changed", ".")[1].stderr


def test_what_is_pushed_is_still_changed(posts: Path, tmp_path: Path) -> None:
    """`git push -u` makes the branch's own copy its upstream."""
    git(posts, "checkout", "--quiet", "main")
    git(tmp_path, "clone", "--quiet", str(posts), "clone")
    clone = tmp_path / "clone"
    git(clone, "checkout", "--quiet", "-b", "new")
    commit(clone, mine=BROKEN)
    git(clone, "push", "--quiet", "-u", "origin", "new")
    found, done = checked(clone, "--changed", ".")
    assert (found, done.returncode, "(origin/main)" in done.stderr) == (["mine.md"], 1, True)


@pytest.fixture
def shallow(posts: Path, tmp_path: Path) -> Path:
    """As a pipeline checks a branch out: its last commit, and no other branch."""
    commit(posts, mine=BROKEN)
    git(posts, "config", "uploadpack.allowAnySHA1InWant", "true")
    clone = tmp_path / "shallow"
    git(tmp_path, "init", "--quiet", "shallow")
    git(clone, "fetch", "--quiet", "--depth=1", f"file://{posts}", "topic")
    git(clone, "checkout", "--quiet", "FETCH_HEAD")
    return clone


def test_a_shallow_clone_is_not_green(shallow: Path) -> None:
    absent = "1" * 40
    for environment, said in (
        ({}, "git knows no branch here that this one left"),
        ({"CI": "true"}, "git knows no branch here that this one left"),
        ({"GITHUB_BASE_REF": "main"}, "this pipeline compares with origin/main"),
        ({"CI_MERGE_REQUEST_DIFF_BASE_SHA": absent}, f"this pipeline compares with {absent}"),
    ):
        done = run("check", "--changed", ".", folder=shallow, **environment)
        assert (done.returncode, said in done.stderr, "fetch-depth: 0" in done.stderr) == (2, True, True), done.stderr


def test_a_pipeline_without_a_branch_to_compare_with_is_not_green(posts: Path) -> None:
    git(posts, "branch", "--delete", "--force", "main")
    assert run("check", "--changed", ".", folder=posts, CI="true").returncode == 2
    assert checked(posts, "--changed", ".")[1].returncode == 0
    git(posts, "update-ref", "refs/remotes/origin/develop", "HEAD~0")
    commit(posts, mine=GOOD)
    assert checked(posts, "--changed", ".", CI="true", CI_DEFAULT_BRANCH="develop")[0] == ["mine.md"]


def test_what_was_pushed_to_the_default_branch_has_changed(posts: Path, tmp_path: Path) -> None:
    git(posts, "checkout", "--quiet", "main")
    before = git(posts, "rev-parse", "HEAD").strip()
    commit(posts, one=GOOD)
    commit(posts, two=GOOD)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"before": before}))
    github = {"CI": "true", "GITHUB_EVENT_PATH": str(event)}
    assert checked(posts, "--changed", ".", **github)[0] == ["one.md", "two.md"]
    assert checked(posts, "--changed", ".", CI="true", CI_COMMIT_BEFORE_SHA=before)[0] == ["one.md", "two.md"]
    assert checked(posts, "--changed", ".", CI="true", CI_COMMIT_BEFORE_SHA="0" * 40)[0] == []
    event.write_text(json.dumps({"before": "1" * 40}))
    assert run("check", "--changed", ".", folder=posts, **github).returncode == 2


def test_a_branch_that_is_called_as_a_path_is_no_guess(posts: Path) -> None:
    (posts / "docs").mkdir()
    (posts / "docs" / "a.md").write_text(GOOD)
    git(posts, "branch", "docs", "main")
    done = run("check", "--changed", "docs", folder=posts)
    assert (done.returncode, "`refs/heads/docs` is the branch alone, `./docs` the path" in done.stderr) == (2, True)
    assert checked(posts, "--changed", "./docs")[0] == ["docs/a.md"]
    assert checked(posts, "--changed=refs/heads/docs", "docs")[0] == ["docs/a.md"]


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "new.md").write_text(GOOD)
    git(tmp_path, "add", "new.md")
    (tmp_path / "other.md").write_text(GOOD)
    assert checked(tmp_path, "--changed", ".")[0] == ["new.md", "other.md"]


def test_posts_of_no_repository_are_checked(posts: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text(GOOD)
    assert checked(posts, "--changed", "../outside.md", "good.md")[0] == ["../outside.md"]


def test_what_git_ignores_is_checked_where_it_is_named(posts: Path) -> None:
    (posts / ".gitignore").write_text("drafts/\n")
    (posts / "drafts").mkdir()
    (posts / "drafts" / "a.md").write_text(GOOD)
    assert checked(posts, "--changed", "drafts/a.md", "good.md")[0] == ["drafts/a.md"]


def test_a_link_changes_with_what_it_leads_to(posts: Path) -> None:
    (posts / "link.md").symlink_to("good.md")
    commit(posts)
    git(posts, "checkout", "--quiet", "-b", "next")
    git(posts, "branch", "--force", "main", "next")
    assert checked(posts, "--changed", "link.md")[0] == []
    (posts / "good.md").write_text(GOOD + "\nMore.\n")
    assert checked(posts, "--changed", "link.md")[0] == ["link.md"]


def test_names_that_git_would_quote(posts: Path) -> None:
    names = ["ü ö.md", 'a"b.md', "tab\there.md"]
    for name in names:
        (posts / name).write_text(GOOD, encoding="utf-8")
    commit(posts)
    found, _ = checked(posts, "--changed", ".")
    assert sorted(found) == sorted(names)
    git(posts, "branch", "--force", "main", "topic")
    assert checked(posts, "--changed", ".")[0] == []


def test_from_a_folder_of_the_repository(posts: Path) -> None:
    (posts / "deep").mkdir()
    (posts / "deep" / "a.md").write_text(GOOD)
    commit(posts)
    assert checked(posts / "deep", "--changed", "..")[0] == ["../deep/a.md"]


def test_settings_list_the_posts(posts: Path) -> None:
    (posts / "pyproject.toml").write_text('[tool.dlexamples]\nposts = ["."]\n')
    (posts / "new.md").write_text(GOOD)
    assert [Path(name).name for name in checked(posts, "--changed")[0]] == ["new.md"]


def test_prose_that_changed_is_no_fault_where_another_post_holds_python(posts: Path) -> None:
    (posts / "about.md").write_text(PROSE)
    assert checked(posts, "--changed", ".")[1].returncode == 0
    alone = repository(posts.parent / "alone", about=PROSE)
    (alone / "more.md").write_text(PROSE)
    assert checked(alone, "--changed", ".")[1].returncode == 5


def test_no_report_is_written_over_a_post_that_is_left_out(posts: Path) -> None:
    for option in ("-o", "--report=json="):
        given = [option, "good.md"] if option == "-o" else [f"{option}good.md"]
        assert run("check", *given, ".", "--changed", folder=posts).returncode == 2
    assert (posts / "good.md").read_text() == GOOD


def test_a_post_that_is_gone_is_told(posts: Path) -> None:
    (posts / "good.md").unlink()
    done = run("check", "good.md", "--changed", folder=posts)
    assert (done.returncode, "good.md: no such file" in done.stderr) == (2, True)
    done = run("check", "--changed=HEAD", "nothing.md", folder=posts)
    assert (done.returncode, "nothing.md: no such file" in done.stderr) == (2, True)


def test_what_git_cannot_say_is_told(posts: Path, tmp_path: Path) -> None:
    def refused(folder: Path, *arguments: str, **environment: str) -> str:
        done = run("check", *arguments, folder=folder, **environment)
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr

    assert "--changed nowhere: git knows no such commit here" in refused(posts, "--changed=nowhere", ".")
    (tmp_path / "a.md").write_text(GOOD)
    assert "not a git repository" in refused(tmp_path, "--changed", "a.md")
    git(posts, "checkout", "--quiet", "--orphan", "apart")
    commit(posts, apart=GOOD)
    assert "no commit that HEAD and main share" in refused(posts, "--changed", ".")
    assert "which is not installed" in refused(posts, "--changed", ".", PATH=str(tmp_path))


def test_posts_of_a_folder_may_be_prose(tmp_path: Path) -> None:
    for name, text in (("about", PROSE), ("good", GOOD), ("broken", BROKEN)):
        (tmp_path / f"{name}.md").write_text(text)

    def code(*arguments: str) -> Any:
        return run("check", *arguments, folder=tmp_path).returncode

    assert code("about.md") == 5
    assert code("--part-of", ".", "about.md") == 0
    assert code("--part-of", ".", "about.md", "good.md") == 0
    assert code("--part-of", ".", "about.md", "broken.md") == 1
    for name in ("good", "broken"):
        (tmp_path / f"{name}.md").unlink()
    assert code("--part-of", ".", "about.md") == 5
    assert code("--part-of", "nowhere", "about.md") == 2

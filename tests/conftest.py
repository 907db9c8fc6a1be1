from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from wheels import TINY, wheel

from dlexamples.run.side_by_side import thread_limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dlexamples.run.pool import Pool

SERVERS = 8
"""Servers that a worker of the tests keeps: their posts are short, and in turn of all frameworks."""

# A test that passes from a cache has tested nothing. Processes that tests start inherit it.
os.environ["DLEXAMPLES_CACHE"] = "false"
# xdist's workers share the cores; what they start computes with more threads than there are cores otherwise.
os.environ.update(thread_limits(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))))
# A test that asks an index says so: what a package index has today decides nothing.
os.environ["UV_OFFLINE"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="rewrite the expected results in tests/cases")


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """What starts the processes of blocks, for all tests that want nothing else of it."""
    from dlexamples.run.pool import Pool

    with Pool(servers=SERVERS) as pool:
        yield pool


@pytest.fixture
def update_cases(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-cases"))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, the only index there is, and a cache of the test's own."""
    from dlexamples.install import environments

    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    for prefix in ("PIP", "UV"):
        monkeypatch.setenv(f"{prefix}_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    # uv has no variable for it.
    (tmp_path / "uv.toml").write_text("no-index = true\n", "utf-8")
    monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "uv.toml"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(environments, "user_cache_path", lambda name: tmp_path / "cache" / name)
    wheel(folder, "tiny-one", "1.0", files=TINY, requires=("tiny-two", "numpy"))
    wheel(folder, "tiny-one", "2.0", files=TINY, requires=("tiny-two", "numpy"))
    wheel(folder, "tiny-two", "1.0", files={"tiny_two.py": "TWO = 2\n"})
    return folder

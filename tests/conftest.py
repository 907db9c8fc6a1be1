from __future__ import annotations

import os

import pytest

# A test that passes from a cache has tested nothing. Processes that tests start inherit it.
os.environ["DLEXAMPLES_CACHE"] = "false"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="rewrite the expected results in tests/cases")


@pytest.fixture
def update_cases(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-cases"))

"""pytest-examples, as pydantic's documentation uses it: `py test="skip"`, `requires="3.10"`, `group="x"`.

https://github.com/pydantic/pytest-examples
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_info
from dlexamples.formats.markers.skips import skip_if
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.info import Info

PEER = "pytest-examples"


@in_info(PEER)
def info(info: Info) -> Iterator[Ask | Problem]:
    test, requires = info.attributes.get("test", ""), info.attributes.get("requires", "")
    if test.startswith("skip"):
        reason = test.removeprefix("skip").strip(" -:")
        yield Ask(f'test="{test}"', Marks(skip=reason or f'{PEER}: test="{test}"'))
    version = re.fullmatch(r"(\d+)\.(\d+)", requires)
    if version:
        condition = f"sys.version_info < ({version[1]}, {version[2]})"
        yield from skip_if(f'requires="{requires}"', condition, f"{PEER}: requires Python {requires}")
    if "group" in info.attributes:
        group = info.attributes["group"]
        yield Ask(f'group="{group}"', Marks(session=group))

"""Logging in to the hub: nobody is asked for a token where there is no network and nobody to type one."""

from __future__ import annotations

import functools
from typing import Any

from . import Served, beneath, served

LOGINS = ("login", "notebook_login", "interpreter_login")


@beneath("huggingface_hub._login")
def hub_login(module: Any) -> None:
    """Each returns as it does for someone who has logged in; what needs a token afterwards fails as it would, but for
    pushes (`hub_uploads`)."""
    for name in LOGINS:
        setattr(module, name, _told(getattr(module, name)))


def _told(original: Any) -> Any:
    @functools.wraps(original)
    def login(*args: Any, **options: Any) -> None:
        why = "nobody is logged in: what is private, or pushed to the hub, is not there"
        served(Served(f"{original.__name__}()", "no login", "synthetic", why))

    return login

"""How blocks are run: what the settings say of it, the same for every session of a post."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlexamples.run.limits import Limits

if TYPE_CHECKING:
    from dlexamples.settings import Settings


@dataclass(frozen=True, slots=True)
class Conditions:
    """What changes a verdict beside the post itself."""

    device: str = "auto"
    timeout: float = 60.0
    """Seconds for one block."""
    network: bool = False
    """Loaders get what they download, and not what stands in for it."""
    epochs: int | None = None
    """Training is shortened to so many where a block's marker names no other number."""
    static: bool = False
    """Nothing is run, as if every block were marked `no-run`."""
    sandbox: str = "auto"
    """Blocks are shut in as far as the machine lets us (`auto`), wholly or not run (`require`), not at all (`off`)."""
    memory: int = 8192
    """Megabytes that a block may take beside what its libraries take."""
    disk: int = 2048
    """Megabytes of all files together, and of any one."""
    processes: int = 512
    limits: Limits = field(default_factory=Limits)
    """Of a search for mends."""

    @classmethod
    def of(cls, settings: Settings) -> Conditions:
        return cls(
            device=settings.device,
            timeout=settings.timeout,
            network=settings.network,
            epochs=settings.budget,
            static=settings.static,
            sandbox=settings.sandbox,
            memory=settings.memory,
            limits=Limits(settings.tries, settings.search_timeout),
        )

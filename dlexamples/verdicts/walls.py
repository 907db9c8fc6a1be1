"""What the sandbox has refused to a block, and what would do instead."""

from __future__ import annotations

from dlexamples.verdicts.finding import Finding

_MEGABYTE = 1 << 20


def stopped_at(wall: str, raised: str) -> Finding:
    """The finding for an exception that comes from a wall (see `run.inside.refused`)."""
    if wall == "network":
        return Finding(
            "DL504",
            f"needs the network, and blocks have none, unless you say `--network` ({raised})",
            "needs the network",
        )
    if wall == "file":
        return Finding(
            "DL505",
            f"a file that a block may not open or change: it has its working folder and its home ({raised})",
            "out of bounds",
        )
    return Finding("DL906", f"{_LIMITS[wall]} ({raised})", "more than there is")


def exceeded(what: str, most: int) -> Finding:
    """The finding for a block that was ended as it took more than `most`: bytes, or processes."""
    number = f"{most:,}" if what == "processes" else f"{most // _MEGABYTE:,} MB"
    return Finding("DL906", f"{_LIMITS[what]}: {number} were allowed", "more than there is")


_LIMITS = {
    "memory": "takes more memory than a block may, `--memory MB` allows more",
    "processes": "starts more processes than a block may",
    "disk": "writes more than a block may",
}

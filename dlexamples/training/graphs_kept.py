"""DL432: losses that are kept with their graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.training import Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.training.evidence import Training


@check("DL432")
def graphs_kept(training: Training) -> Iterator[Finding]:
    for kept in training.kept:
        line = kept.line or next((each.step_line for each in training.optimizers if each.step_line), 0)
        if kept.form == "list":
            found = f"`{kept.name}` holds {kept.count} losses with the graphs of their steps"
            suggestion = f"`{kept.name}.append(loss.item())`: the number alone"
        else:
            found = f"`{kept.name}` is a sum of tensors, and holds the graphs of {kept.count} steps"
            suggestion = f"`{kept.name} += loss.item()`: the number alone"
        yield Finding(line, f"{found}: memory grows with every step", suggestion, "kept with its graph")

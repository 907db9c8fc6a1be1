"""From runs to verdicts: what a reader would get from each block, and why."""

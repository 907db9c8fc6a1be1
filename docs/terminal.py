"""The README's picture of the terminal: what `dlexamples check post.md` prints, run here and now.

    python docs/terminal.py          # writes docs/images/terminal.svg

Shown are the list of blocks and what is said of the last; the blocks between are left out, and a row says so.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "images" / "terminal.svg"
COMMAND = "dlexamples check --no-diff post.md"
WIDTH = 92
DARK = TerminalTheme(
    (22, 27, 34),
    (208, 215, 222),
    [
        (72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65),
        (121, 192, 255), (210, 168, 255), (86, 212, 221), (208, 215, 222),
    ],
)  # fmt: skip
# rich's own format, without the font that it would fetch from elsewhere.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>What dlexamples prints for post.md</title>
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
    font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for row in shown(printed()):
        console.print(Text.from_ansi(row), soft_wrap=True, overflow="ellipsis", no_wrap=True)
    PICTURE.parent.mkdir(exist_ok=True)
    svg = console.export_svg(title=COMMAND, theme=DARK, code_format=FORMAT, unique_id="terminal")
    PICTURE.write_text(svg, encoding="utf-8")


def printed() -> list[str]:
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "DLEXAMPLES_CACHE": "false"}
    command = [str(Path(sys.executable).with_name("dlexamples")), *COMMAND.split()[1:]]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
    )
    return done.stdout.rstrip("\n").split("\n")


def shown(rows: list[str]) -> list[str]:
    """The list above the first heading, and all from the last heading on."""
    headings = [index for index, row in enumerate(rows) if Text.from_ansi(row).plain.startswith("── ")]
    between = headings[-1] - headings[0]
    return [*rows[: headings[0]], f"\x1b[2m… {between} rows on the blocks above …\x1b[0m", "", *rows[headings[-1] :]]


if __name__ == "__main__":
    main()

"""A line for a person at a terminal, or in a pipe."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from engine.record.problem import harmless


def print_line(
    console: Console, indent: int = 0, text: str = "", style: str = "", more: str = "", more_style: str = ""
) -> None:
    """One line: text in a style, and more of it in another. Wrapped under its indent on a terminal, whole in a pipe.

    Text from records is never markup and never acts on the terminal; of each part 2,000 characters are printed.
    """
    line = Text.assemble((harmless(text, 2_000), style), (harmless(more, 2_000), more_style))
    if console.is_terminal:
        console.print(Padding(line, (0, 0, 0, indent)))
    else:
        console.print(Text(" " * indent) + line, soft_wrap=True)

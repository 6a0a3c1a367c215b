"""Writing a file so that a reader finds the whole of it, or the one that was there before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from engine.record.problem import KeptError, harmless


def write_whole(path: Path, text: str) -> None:
    """Write the text as UTF-8, first beside the place and then into it.

    Raises:
        KeptError: when it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".partial")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(partial).chmod(0o644)
            Path(partial).replace(path)
        finally:
            Path(partial).unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise KeptError(
            f"{harmless(str(path))}: cannot be written there ({harmless(str(error))}). Name a file in a directory that you may write to."
        ) from error

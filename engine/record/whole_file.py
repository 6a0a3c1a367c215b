"""Writing a file so that a reader finds the whole of it, or the one that was there before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.record.problem import KeptError, harmless


def write_whole(path: Path, text: str) -> None:
    """Write the text as UTF-8, first beside the place and then into it.

    Raises:
        KeptError: when it cannot be written there.
    """
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise _refused(path, error) from error
    write_bytes_whole(path, content)


def write_bytes_whole(path: Path, content: bytes) -> None:
    """Write the content, first beside the place and then into it.

    Raises:
        KeptError: when it cannot be written there.
    """
    with whole_file(path) as partial:
        partial.write_bytes(content)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside the place, to be written; put in its place at the end, taken away when something is raised.

    Raises:
        KeptError: when it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".partial")
        os.close(handle)
        partial = Path(name)
        try:
            yield partial
            partial.chmod(0o644)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> KeptError:
    return KeptError(
        f"{harmless(str(path))}: cannot be written there ({harmless(str(error))}). Name a file in a directory that you may write to."
    )

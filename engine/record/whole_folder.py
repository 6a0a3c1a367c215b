"""Writing a folder of text files so that a reader finds the whole of it, or the one that was there before."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from engine.record.problem import KeptError, harmless

_FILES = "files"


def write_folder(out: Path, files: Mapping[str, str], marker: str, what: str) -> None:
    """Write the files as UTF-8 into a folder beside the place, and put that in the place of the one before.

    The file `marker`, JSON that lists the files, says that the folder is ours: a folder without it that is not empty,
    or one to which somebody added something, is left as it is. `what` says what the folder is: `a manual`.

    Raises:
        KeptError: when it cannot be written there, or something else is there.
    """
    # A link to a folder stays a link: what it leads to is replaced.
    out = out.resolve() if out.is_symlink() else out.absolute()
    listed = json.dumps({"kept": what, _FILES: sorted(files)}, indent=2, ensure_ascii=False) + "\n"
    try:
        _refuse_to_overwrite(out, marker, what)
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}.partial-", dir=out.parent))
        try:
            for name, text in {**files, marker: listed}.items():
                (beside / name).write_text(text, encoding="utf-8", newline="\n")
                (beside / name).chmod(0o644)
            beside.chmod(0o755)
            _refuse_to_overwrite(out, marker, what)  # looked at again: somebody may have put something there
            put_in_place(beside, out)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except (OSError, ValueError) as error:
        raise KeptError(
            f"{harmless(str(out))}: cannot be written there ({harmless(str(error))}). Name a folder where you may write."
        ) from error


def put_in_place(beside: Path, out: Path) -> None:
    """Rename the folder `beside` to `out`; what was there goes only when the new one is in its place.

    Raises:
        OSError: when it cannot be; what was there is then there still.
    """
    if not out.exists():
        beside.rename(out)
        return
    old = out.with_name(f".{out.name}.old-{uuid4().hex[:8]}")
    out.rename(old)
    try:
        beside.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old)


def _refuse_to_overwrite(out: Path, marker: str, what: str) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise KeptError(f"{harmless(str(out))}: is not a folder. Name a new folder for {what}.")
    strange = sorted({path.name for path in out.iterdir()} - _ours(out, marker, what))
    if strange:
        raise KeptError(
            f"{harmless(str(out))}: holds something else than {what} that Kept wrote ({harmless(strange[0], 60)}). "
            "Name another folder, or empty this one first."
        )


def _ours(out: Path, marker: str, what: str) -> set[str]:
    """The names of the files that we wrote there; none where the folder is not ours."""
    try:
        found = json.loads((out / marker).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(found, dict) or found.get("kept") != what or not isinstance(found.get(_FILES), list):
        return set()
    return {marker, *(name for name in found[_FILES] if isinstance(name, str))}

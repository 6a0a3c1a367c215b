"""Rulebooks from elsewhere: a frozen one, a directory with a `rules` package, or a revision of a git repository.

The code of a directory or a revision runs in a process of its own, with its own engine where it has one, and hands over
its rulebook as canonical JSON: nothing of it is ever imported here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from engine.duty.rulebook import Rulebook
from engine.record.problem import KeptError, RulebookProblem, harmless

SECONDS = 60
"""How long a directory may take to give its rulebook: some fifty times what ours takes."""

_COLLECT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import rules
folder = Path(rules.__file__).resolve().parent
if folder.parent != Path(sys.argv[1]).resolve():
    sys.exit(f"the package 'rules' was found in {folder.parent} instead")
from engine.duty.rulebook import collect
Path(sys.argv[2]).write_text(collect(rules, folder / "values").canonical(), encoding="utf-8")
"""


def read_rulebook(where: str, repository: Path) -> Rulebook:
    """The rulebook that `where` names: a file, a directory, or a revision of the git repository that holds `repository`.

    What exists as a path is taken as one; write `refs/heads/NAME` for a branch that is called like a file.

    Raises:
        KeptError: when there is nothing of that name, git is missing, or the directory's code fails.
        RulebookProblem: when what it gives is no rulebook that this engine can read.
    """
    path = Path(where)
    try:
        if path.is_dir():
            return from_directory(path, where)
        if path.exists():
            return Rulebook.from_json(path.read_bytes(), where)
    except OSError as error:
        raise KeptError(f"{harmless(where)}: cannot be read ({error.strerror}).") from error
    return from_revision(where, repository)


def from_directory(folder: Path, name: str) -> Rulebook:
    """The rulebook of the `rules` package in that directory, collected in a process of its own.

    Raises:
        KeptError: when there is no such package, or collecting fails or takes too long.
        RulebookProblem: when this engine cannot read it.
    """
    if not (folder / "rules" / "__init__.py").is_file():
        raise KeptError(f"{harmless(name)}: has no package 'rules'. Name the directory that holds it.")
    with tempfile.TemporaryDirectory(prefix="kept-rulebook-") as scratch:
        out = Path(scratch) / "rulebook.json"
        try:
            ran = subprocess.run(  # noqa: S603 - our own Python; the argument is a directory that exists
                [sys.executable, "-I", "-B", "-c", _COLLECT, str(folder.resolve()), str(out)],
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise KeptError(f"{harmless(name)}: gave no rulebook within {SECONDS} seconds.") from error
        if ran.returncode or not out.is_file():
            raise KeptError(f"{harmless(name)}: its rules cannot be collected:\n{_last_lines(ran.stderr)}")
        text = out.read_bytes()
    try:
        return Rulebook.from_json(text, name)
    except RulebookProblem as problem:
        raise RulebookProblem(
            f"{problem}. Its rules are whole, but say something that this engine does not know (any more)."
        ) from problem


def from_revision(revision: str, repository: Path) -> Rulebook:
    """The rulebook of a revision (`HEAD~3`, a tag, a hash) of the repository that the directory `repository` is in.

    Raises:
        KeptError: when git or the revision is missing, or the revision's code fails.
        RulebookProblem: when this engine cannot read what it gives.
    """
    shown = harmless(revision)
    if shutil.which("git") is None:
        raise KeptError(f"{shown}: is no file and no directory, and git is not installed to look for a revision.")
    found = _git(repository, "rev-parse", "--show-toplevel")
    if found is None:
        raise KeptError(f"{shown}: is no file and no directory, and {repository} is in no git repository.")
    top = Path(found.decode().rstrip("\n"))
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise KeptError(f"{shown}: is no file, no directory and no revision of {top} (`git log` lists them).")
    with tempfile.TemporaryDirectory(prefix="kept-revision-") as scratch:
        packed, folder = Path(scratch) / "revision.zip", Path(scratch) / "tree"
        name = commit.decode().strip()
        if _git(top, "archive", "--format=zip", f"--output={packed}", name) is None:
            raise KeptError(f"{shown}: git cannot give the files of {name}; is the clone shallow?")
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(folder)
        inside = folder / repository.resolve().relative_to(top.resolve())
        return from_directory(inside, revision)


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git says, or None when it fails."""
    ran = subprocess.run(  # noqa: S603 - a revision cannot be taken for an option
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - whichever git is on the path
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return ran.stdout if ran.returncode == 0 else None


def _last_lines(stderr: bytes, most: int = 12) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()[-most:]
    return "\n".join(f"    {harmless(line)}" for line in lines) or "    it said nothing"

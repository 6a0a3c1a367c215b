"""What every test may ask for: the rulebook, its dictionary, a ledger or a place for one, and the folders of the project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import rules
from engine.duty.rulebook import Rulebook, collect
from engine.judge.prepared import WHERE
from engine.ledger.store import Ledger
from engine.record.casefile import read_case
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from tests.nights import invariants
from tests.servers import postgres

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"

os.environ.setdefault(WHERE, str(ROOT / "out" / "plans"))  # not the user's own

settings.register_profile(
    "kept", deadline=None, print_blob=True, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kept")


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return collect(rules, ROOT / "rules" / "values")


@pytest.fixture(scope="session")
def dictionary(rulebook: Rulebook) -> Dictionary:
    return rulebook.dictionary


@pytest.fixture
def case_of(tmp_path: Path, dictionary: Dictionary) -> Callable[[str], CaseRecord]:
    """Reads a case from the text of a case file."""

    def read(text: str) -> CaseRecord:
        path = tmp_path / "case.yaml"
        path.write_text(text, encoding="utf-8")
        return read_case(path, dictionary)

    return read


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a new ledger may be, in each database."""
    if request.param == "sqlite":
        yield str(tmp_path / "ledger.sqlite")
    else:
        with postgres() as address:
            yield address


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    """A new ledger, in each database; nothing is wrong with it in the end."""
    with Ledger.open(where) as opened:
        yield opened
        assert invariants(opened) == []

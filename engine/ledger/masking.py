"""Masks: ids of children, cases, staff and events as words that say nothing, the same from night to night.

A mask is a keyed hash; the key is in the ledger and nowhere else. Without the ledger nobody can go back from a mask to the
id, even by trying every id there may be; with it, somebody can. What is masked is who; days, teams and clauses are not.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

from sqlalchemy import insert, select

from engine.ledger.schema import MASK_KEYS
from engine.ledger.store import Ledger

KEY_BYTES = 32
_BYTES = 10
"""Bytes of a mask, 16 letters: that any two of ten million ids have the same is one chance in ten thousand million."""


def mask_key(ledger: Ledger) -> bytes:
    """The key of this ledger, made when it is first asked for.

    Raises:
        KeptError: when there is no night yet, or the key cannot be written now.
    """
    query = select(MASK_KEYS.c.key)
    with ledger.reading() as connection:
        key = connection.scalar(query)
    if key is None:
        with ledger.adding() as connection:
            key = connection.scalar(query)  # somebody may have been quicker
            if key is None:
                key = secrets.token_bytes(KEY_BYTES)
                connection.execute(insert(MASK_KEYS), {"number": 1, "key": key})
    return bytes(key)


class Mask:
    """Masks with one key. A case or a member of staff has one mask everywhere; anything else has one within its case."""

    def __init__(self, key: bytes) -> None:
        self._key, self._known = key, dict[tuple[str, ...], str]()

    def of(self, *what: str) -> str:
        """The mask of an id, or of an id within a case (the case first); nothing for nothing."""
        if not what[-1]:
            return ""
        mask = self._known.get(what)
        if mask is None:
            # Each part with its length before it: no two lists of parts are the same bytes.
            parts = [part.encode("utf-8", "surrogatepass") for part in what]
            content = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
            digest = hashlib.blake2b(content, key=self._key, digest_size=_BYTES).digest()
            mask = "m" + base64.b32encode(digest).decode().lower()
            if len(what) == 1:  # these come again and again
                self._known[what] = mask
        return mask

    def finding(self, row: dict[str, Any]) -> dict[str, Any]:
        """A finding, as a dictionary, with every id masked and without free text. The id of the instance is built anew."""
        case, subject, duty = row["case"], row["subject"], row["duty"]
        alone = subject == case or row["subject_type"] == "practitioner"
        masked: dict[str, Any] = {
            "case": self.of(case),
            "subject": self.of(subject) if alone else self.of(case, subject),
            "practitioner": self.of(row["practitioner"]),
            "evidence": [self.of(case, event) for event in row["evidence"]],
            "missing": None,
        }
        begins = f"{duty}/{case}/{subject}/"
        if row["instance"].startswith(begins):
            rest = [self.of(case, part) for part in row["instance"][len(begins) :].split("/")]
        else:  # not as Kept makes them: one mask for the whole of it
            rest = [self.of(case, row["instance"])]
        return row | masked | {"instance": "/".join([duty, masked["case"], masked["subject"], *rest])}

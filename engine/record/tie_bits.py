"""What an event is about as a set of bits: a whole caseload has so few different sets that each can be looked at.

There is a bit for each type of object that an event may name, another for it where the case's own object is of that type
(what any event may be about), one for who did it, and one for a tie that is wrong whatever the event. As many columns of
whole numbers as are needed hold them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from engine.record.dictionary import ACTOR, PRACTITIONER, Dictionary

BAD, ACTED = 1, 2
"""Bits of the first column: a tie to what is not there or is of another type, and one to who did it."""

TWICE, NO_EVENT, UNKNOWN = -2, -1, 0
"""Instead of the number of an event's type: there are two such events, there is none, there is no such type."""

_WIDTH = 60


class TieBits:
    """The bits of a dictionary. `names` are the columns; `own` those for an object of the same type as the case's own.

    `things` has these columns for each type of object (`name`), `kinds` a number (`no`) for each type of event (`name`).
    """

    def __init__(self, words: Dictionary) -> None:
        self._words = words
        self._bits: list[tuple[str, bool]] = [("", False), ("", False)]  # the type, and whether it is the case's own
        self._bits += [(word.name, False) for word in words.objects] + [(root, True) for root in words.roots]
        columns = range(-(-len(self._bits) // _WIDTH))
        self.names = [f"bits{n}" for n in columns]
        self.own = [f"own{n}" for n in columns]
        types = [word.name for word in words.objects]
        sets = {
            **{name: [self._set(kind, False, n) for kind in types] for n, name in enumerate(self.names)},
            **{name: [self._set(kind, kind in words.roots, n) for kind in types] for n, name in enumerate(self.own)},
        }
        self.things = pa.table(
            {"name": pa.array(types, pa.string())} | {name: pa.array(held, pa.int64()) for name, held in sets.items()}
        )
        names = [word.name for word in words.events]
        self.kinds = pa.table(
            {"name": pa.array(names, pa.string()), "no": pa.array(range(1, len(names) + 1), pa.int64())}
        )

    def right(self, no: int, sets: Sequence[int]) -> bool:
        """Whether an event of the type with that number may be about just that.

        What it needs of the types with a timeline of their own is not asked: the set does not say whose timeline it is.
        """
        if no in (TWICE, NO_EVENT):
            return False
        if no == UNKNOWN:
            return True  # nobody can say; the type itself is what is wrong
        word = self._words.events[no - 1]
        if sets[0] & BAD:
            return False
        acted = bool(sets[0] & ACTED)
        named = [bit for place, bit in enumerate(self._bits) if bit[0] and sets[place // _WIDTH] >> place % _WIDTH & 1]
        said = {kind for kind, _ in named} | ({ACTOR} if acted else set())
        if acted and word.by_subject:
            said.add(PRACTITIONER)
        needed = set(word.needs) - set(word.attribute) - set(self._words.roots)
        return all(own or kind in word.about for kind, own in named) and needed <= said

    def _set(self, kind: str, own: bool, column: int) -> int:
        place = self._bits.index((kind, own))
        return 1 << place % _WIDTH if place // _WIDTH == column else 0

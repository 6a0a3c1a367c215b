"""Working days of England and Wales, and adding spans of time to dates.

Bank holidays are the `holidays` package's. They are announced some years ahead only: a date after the calendar's
known-through day is computed from the rules for holidays and may still move, so what rests on it is provisional.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from dateutil.relativedelta import relativedelta

from engine.record.dictionary import Frozen

Unit = Literal["working_days", "days", "weeks", "months", "years"]

_ALL_YEARS = (1990, 2125)
_USUAL_YEARS = (2000, 2040)
"""Computing the holidays of all years takes a noticeable part of a second, and few cases need them."""


class Calendar(Frozen):
    """A calendar of working days.

    Shapes: `subdivision` is a subdivision of the United Kingdom as the `holidays` package names it (England and Wales
    have the same bank holidays). `known_through` is the last day up to which the government had announced them.
    """

    subdivision: str = "ENG"
    known_through: date

    def is_working_day(self, day: date) -> bool:
        """Neither a Saturday, a Sunday nor a bank holiday."""
        days = self._working_days(day, 0)
        found = bisect_left(days, day)
        return found < len(days) and days[found] == day

    def _working_days(self, start: date, count: int) -> tuple[date, ...]:
        """Working days in order, enough of them to count so many from there."""
        usual = _USUAL_YEARS[0] <= start.year and start.year + count // 200 < _USUAL_YEARS[1]
        return _working_days(self.subdivision, *(_USUAL_YEARS if usual else _ALL_YEARS))

    def provisional(self, day: date) -> bool:
        """True when the bank holidays up to that day had not all been announced."""
        return day > self.known_through

    def after(self, start: date, count: int, unit: Unit) -> date:
        """The day `count` units after `start`.

        The start is not counted. No working days after a day is that day when it is a working day, else the next one.
        Months and years end on the last day of a shorter month (one month after 31 January is 28 February);
        a span of years from 29 February ends on 1 March of a year without one (see `birthday`).
        """
        if start.year < _ALL_YEARS[0]:
            raise ValueError(f"the calendar begins in {_ALL_YEARS[0]}")
        match unit:
            case "working_days":
                days = self._working_days(start, count)
                if count == 0:
                    return days[bisect_left(days, start)]
                return days[bisect_right(days, start) + count - 1]
            case "days":
                return start + timedelta(days=count)
            case "weeks":
                return start + timedelta(weeks=count)
            case "months":
                return start + relativedelta(months=count)
            case "years":
                return birthday(start, count)


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches that age; someone born on 29 February does so on 1 March where there is none.

    The cautious of the two customs: it keeps a record for a day longer.
    """
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


@cache
def _working_days(subdivision: str, first: int, last: int) -> tuple[date, ...]:
    off = frozenset(_united_kingdom()(subdiv=subdivision, years=range(first, last + 1)))  # slow to ask day by day
    days = map(date.fromordinal, range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1))
    return tuple(day for day in days if day.weekday() < 5 and day not in off)


@cache
def _united_kingdom() -> Any:
    """The package's class for the United Kingdom, from its own file.

    Imported in the usual way it brings every country of the world with it, which takes a noticeable part of the time in
    which a command starts.
    """
    import holidays  # only when working days are counted

    file = Path(holidays.__file__).parent / "countries" / "united_kingdom.py"
    module = ModuleType("united_kingdom")
    SourceFileLoader(module.__name__, str(file)).exec_module(module)
    return module.UnitedKingdom

from __future__ import annotations

from datetime import date

import pytest

from engine.record.calendar import Calendar, Unit, birthday

CALENDAR = Calendar(known_through=date(2027, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "unit", "end"),
    [
        # the working day itself, or the next one
        ("2025-03-04", 0, "working_days", "2025-03-04"),
        ("2025-03-08", 0, "working_days", "2025-03-10"),  # Saturday
        ("2025-04-18", 0, "working_days", "2025-04-22"),  # Good Friday, then Easter Monday
        ("2024-12-29", 0, "working_days", "2024-12-30"),  # a Sunday between Christmas and New Year
        ("2007-12-25", 0, "working_days", "2007-12-27"),
        ("2021-12-25", 0, "working_days", "2021-12-29"),  # Christmas on Saturday, both holidays given later
        ("2022-06-02", 0, "working_days", "2022-06-06"),  # the Platinum Jubilee
        ("2023-05-08", 0, "working_days", "2023-05-09"),  # the Coronation
        # counting
        ("2025-03-04", 1, "working_days", "2025-03-05"),
        ("2025-03-07", 1, "working_days", "2025-03-10"),
        ("2025-03-08", 1, "working_days", "2025-03-10"),
        ("2025-03-04", 10, "working_days", "2025-03-18"),
        ("2025-04-17", 1, "working_days", "2025-04-22"),
        ("2025-12-24", 2, "working_days", "2025-12-30"),
        ("2025-03-04", 14, "days", "2025-03-18"),
        ("2024-02-28", 1, "days", "2024-02-29"),
        ("2025-03-04", 2, "weeks", "2025-03-18"),
        ("2025-01-31", 1, "months", "2025-02-28"),
        ("2024-01-31", 1, "months", "2024-02-29"),
        ("2024-02-29", 12, "months", "2025-02-28"),
        ("2004-02-29", 22, "years", "2026-03-01"),
        ("2004-02-29", 24, "years", "2028-02-29"),
        ("2003-02-28", 22, "years", "2025-02-28"),
    ],
)
def test_a_span_after_a_day(start: str, count: int, unit: Unit, end: str) -> None:
    assert CALENDAR.after(date.fromisoformat(start), count, unit) == date.fromisoformat(end)


def test_somebody_born_on_a_leap_day_has_a_birthday_every_year() -> None:
    assert [birthday(date(2004, 2, 29), age).isoformat() for age in (1, 4, 22)] == [
        "2005-03-01",
        "2008-02-29",
        "2026-03-01",
    ]


def test_bank_holidays_beyond_those_announced_make_a_date_provisional() -> None:
    assert not CALENDAR.provisional(date(2027, 12, 31))
    assert CALENDAR.provisional(date(2028, 1, 1))


def test_a_start_before_the_calendar_is_refused_rather_than_miscounted() -> None:
    with pytest.raises(ValueError, match="begins in 1990"):
        CALENDAR.after(date(1950, 1, 1), 3, "working_days")

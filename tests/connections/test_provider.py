"""What every provider shares: which days of usage are complete."""

import datetime as dt

import pytest

from connections.provider import usage_complete_until


@pytest.mark.parametrize(
    ("moment", "first_incomplete"),
    [
        ("2026-11-24T12:00:00+00:00", "2026-11-24"),
        ("2026-11-24T00:59:00+00:00", "2026-11-23"),  # yesterday may still be added to
        ("2026-11-24T01:00:00+00:00", "2026-11-24"),
        ("2026-11-24T01:30:00+02:00", "2026-11-23"),  # days are UTC days
    ],
)
def test_yesterday_counts_once_it_has_settled(moment, first_incomplete):
    assert usage_complete_until(dt.datetime.fromisoformat(moment)).isoformat() == first_incomplete

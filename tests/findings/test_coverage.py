"""Which days of an account the organisation's bills cover without a hole, also where a month ends."""

from __future__ import annotations

import datetime as dt

import pytest

from audits.models import BillLoad
from findings.evidence_from_rows import coverage_of
from tenants import scope
from tests.audits.sources import source_of
from tests.database import acting_as
from tests.findings.rows import ACCOUNT, AT, make_connection


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def covered(organization):
    """What is covered by loads given as (period, first day, first day that is not complete)."""
    with acting_as("cf_web"), scope.organization(organization.id):
        payer = make_connection()

    def of(*loads):
        with acting_as("cf_worker"), scope.organization(organization.id):
            for period, first, until in loads:
                BillLoad.objects.create(
                    source=source_of(payer), billing_period=day(period), state="LOADED", sub_account_ids=[ACCOUNT],
                    billed_from=day(first), billed_until=day(until), loaded_at=AT,
                )  # fmt: skip
            found = coverage_of({ACCOUNT}).get(ACCOUNT)
            return found and (str(found.billed_from), str(found.billed_until), len(found.load_ids()))

    return of


OCTOBER_CLOSED = ("2026-10-01", "2026-10-01", "2026-11-01")
OCTOBER_LAST_DAY_OPEN = ("2026-10-01", "2026-10-01", "2026-10-31")
OCTOBER_CUT_SHORT = ("2026-10-01", "2026-10-01", "2026-10-30")
NOVEMBER = ("2026-11-01", "2026-11-01", "2026-11-09")
NOVEMBER_FIRST_DAY = ("2026-11-01", "2026-11-01", "2026-11-01")
NOVEMBER_LATE = ("2026-11-01", "2026-11-03", "2026-11-09")


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        pytest.param([], None, id="no bill"),
        pytest.param([OCTOBER_CLOSED, NOVEMBER], ("2026-10-01", "2026-11-09", 2), id="two months join"),
        pytest.param([OCTOBER_LAST_DAY_OPEN, NOVEMBER], ("2026-10-01", "2026-11-09", 2), id="the month has gone on"),
        pytest.param([OCTOBER_CUT_SHORT, NOVEMBER], ("2026-11-01", "2026-11-09", 1), id="a real hole"),
        pytest.param([OCTOBER_CLOSED, NOVEMBER_LATE], ("2026-11-03", "2026-11-09", 1), id="a hole at the beginning"),
        pytest.param(
            [OCTOBER_LAST_DAY_OPEN, NOVEMBER_FIRST_DAY], ("2026-10-01", "2026-10-31", 1), id="the first of the month"
        ),
        pytest.param([NOVEMBER_FIRST_DAY], None, id="not one complete day"),
    ],
)
def test_the_stretch_of_complete_days(covered, loads, expected):
    assert covered(*loads) == expected


def test_loads_that_end_before_a_day_are_not_gone_through_for_it(organization, covered):
    september = ("2026-09-01", "2026-09-01", "2026-10-01")
    covered(september, OCTOBER_LAST_DAY_OPEN, NOVEMBER)
    with acting_as("cf_worker"), scope.organization(organization.id):
        found = coverage_of({ACCOUNT})[ACCOUNT]
        months = {load.id: load.billing_period.month for load in BillLoad.objects.all()}
    reached = [sorted(months[one] for one in found.load_ids(since=day(since))) for since in DAYS]
    assert reached == [[9, 10, 11], [10, 11], [10, 11], [11]]


DAYS = ("2026-10-01", "2026-10-02", "2026-10-31", "2026-11-01")  # the last day of October may have charges already

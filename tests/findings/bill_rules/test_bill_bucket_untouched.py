"""A bucket that holds the same for months, and that nobody asks for anything."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste
from tests.findings.evidence import line

RULE = bill_rule("bill_bucket_untouched")
S3 = {"resource_id": "old-exports", "service_name": "Amazon Simple Storage Service"}
GCP = {"cloud": "gcp", "service_name": "Cloud Storage"}
HELD = each_day("EUC1-TimedStorage-ByteHrs", 100)
READS = each_day("EUC1-Requests-Tier2", 3, cost="0.000001")


def asked(meter, quantity, **more):
    return each_day(meter, quantity, **{"cost": "0.000001", **more})


def held(*quantities):
    """What is held on each day, the oldest first."""
    days = (each_day("EUC1-TimedStorage-ByteHrs", one, days=1, until=60 - at) for at, one in enumerate(quantities))
    return tuple(line for of_day in days for line in of_day)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(HELD, READS, **S3), Waste),
        (resource(HELD, READS, resource_id="x", service_name="AmazonS3"), Waste),
        (resource(HELD, READS, service_name="AmazonCloudWatch"), Fine),
        (resource(each_day("EUC1-TimedStorage-GlacierByteHrs", 9), READS, **S3), Waste),
        (resource(HELD, asked("EUC1-Requests-Tier2", 20), **S3), Waste),
        (resource(HELD, asked("EUC1-Requests-Tier2", 21), **S3), Fine),
        (resource(HELD, asked("EUC1-Requests-SIA-Tier2", 20), **S3), Waste),
        (resource(HELD, asked("EUC1-Requests-SIA-Tier2", 21), **S3), Fine),
        (resource(HELD, READS, asked("EUC1-Requests-Tier1", 1, days=1), **S3), Waste),
        (resource(HELD, READS, asked("EUC1-Requests-Tier1", 2, days=1), **S3), Fine),
        (resource(HELD, READS, asked("EUC1-Requests-SIA-Tier1", 1, days=2), **S3), Fine),
        (resource(HELD, READS, asked("EUC1-Requests-Tier3", 9, days=1), **S3), Fine),
        (resource(HELD, READS, asked("EUC1-Requests-Tier1", 900, days=1, until=61), known_days=90, **S3), Waste),
        (resource(HELD, READS, each_day("EUC1-DataTransfer-Out-Bytes", 1, cost="0.01"), **S3), Waste),
        (resource(HELD, READS, each_day("EUC1-DataTransfer-Out-Bytes", 1, cost="0.011"), **S3), Fine),
        (resource(HELD, READS, known_days=59, **S3), Unknown),
        (resource(HELD, **S3), Unknown),
        (resource(HELD, asked("EUC1-Requests-Tier2", 5, days=1, until=80), known_days=90, **S3), Waste),
        (resource(HELD, asked("EUC1-Requests-Tier2", 3, consumed_quantity=None), **S3), Unknown),
        (resource(each_day("EUC1-TimedStorage-ByteHrs", 1, consumed_quantity=None), READS, **S3), Unknown),
        (resource(each_day("EUC1-TimedStorage-ByteHrs", 9, days=59), READS, **S3), Fine),
        (resource(each_day("EUC1-TimedStorage-ByteHrs", 9, until=2), READS, **S3), Fine),
        (resource(each_day("EUC1-TimedStorage-ByteHrs", 9, cost="0.17"), READS, **S3), Waste),
        (resource(each_day("EUC1-TimedStorage-ByteHrs", 9, cost="0.16"), READS, **S3), Fine),
        (resource(held(*[100] * 53, *[101] * 7), READS, **S3), Fine),
        (resource(held(*[100 + one for one in range(60)]), READS, **S3), Fine),
        (resource(held(*[100] * 53, *["100.01"] * 7), READS, **S3), Waste),
        (resource(held(*[100] * 7, *[90] * 53), READS, **S3), Waste),
        (resource(READS, **S3), Fine),
        (resource(READS, known_days=0, **S3), Fine),
        (
            resource(
                each_day("Standard Storage Frankfurt", 9), asked("Regional Standard Class B Operations", 3), **GCP
            ),
            Waste,
        ),
        (
            resource(
                each_day("Standard Storage Frankfurt", 9), asked("Regional Standard Class A Operations", 1), **GCP
            ),
            Fine,
        ),
        (resource(each_day("Standard Storage Frankfurt", 9), **GCP), Unknown),
        (resource(each_day("Hot LRS Data Stored", 9), cloud="azure", service_name="Storage"), Fine),
        (resource(HELD, READS, provider_name="Somebody else", **S3), Fine),
    ],
)
def test_it_is_untouched_where_the_bill_shows_requests_and_none_that_count(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_a_month_of_fewer_days_is_no_growth():
    thing = resource(READS, **S3)
    until = date(2026, 3, 5)
    first = until - timedelta(days=60)
    lines = [
        line(
            day, "1", usage_type="TimedStorage-ByteHrs", consumed_quantity=Decimal(100) / monthrange(2026, day.month)[1]
        )
        for day in (first + timedelta(days=one) for one in range(60))
    ]
    january = replace(thing, charges=tuple(lines), first=first, until=until)
    assert not january.has_grown(lines, days=60)
    to_february = replace(january, until=date(2026, 2, 27))
    assert not to_february.has_grown(lines, days=50)
    assert replace(to_february, provider_name="Google Cloud").has_grown(lines, days=50)


def test_what_it_holds_is_saved_and_the_sentence_tells_who_asked():
    found = waste(RULE, resource(HELD, READS, each_day("EUC1-DataTransfer-Out-Bytes", 1, cost="0.01"), **S3))
    assert found.because == (
        "Billed for what it holds on each of the last 60 days (60.00 USD), with 0 requests that write or list and 180 "
        "that read."
    )
    assert 0.98 < found.saves.fraction < 1
    assert RULE.assumes


@pytest.mark.parametrize(
    "settings", [{"min_month_cost": 31}, {"max_reads_a_day": 2}, {"window_days": 61}], ids=lambda one: next(iter(one))
)
def test_each_limit_is_a_setting(settings):
    thing = resource(HELD, READS, known_days=90, **S3)
    assert isinstance(verdict(RULE, thing, **settings), Fine)

"""A resource that suddenly logs many times as much."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_log_ingestion_outlier")


def logs(usual, recent, *, meter="EUC1-DataProcessing-Bytes", **given):
    return resource(each_day(meter, 1, cost=usual, days=28, until=8), each_day(meter, 1, cost=recent, days=7), **given)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (logs("1", "3"), Waste),
        (logs("1", "2.9"), Fine),
        (logs("0.1", "1.53"), Waste),
        (logs("0.1", "1.52"), Fine),
        (logs("3", "3"), Fine),
        (logs("1", "3", known_days=34), Unknown),
        (logs("1", "3", meter="Analytics Logs Data Ingestion", cloud="azure"), Waste),
        (logs("1", "3", meter="Log Storage cost", cloud="gcp"), Waste),
        (logs("1", "3", meter="Something else"), Fine),
        (
            resource(
                each_day("DataProcessing-Bytes", 1, cost="9", days=1, until=20), each_day("DataProcessing-Bytes", 1)
            ),
            Fine,
        ),
    ],
)
def test_three_times_the_usual_and_ten_more_in_a_week_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_is_more_than_usual_is_saved():
    found = waste(RULE, logs("1", "4"))
    assert found.saves.fraction == Decimal("0.75")
    assert found.because == ("Taking its logs in cost 28.00 USD in the last 7 days; on a usual day before it was 1.00.")


def test_logs_that_are_new_are_measured_against_nothing():
    found = waste(RULE, resource(each_day("DataProcessing-Bytes", 1, cost="4", days=7)))
    assert found.saves.fraction == 1

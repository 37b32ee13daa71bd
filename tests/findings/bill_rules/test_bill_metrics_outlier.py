"""An account whose metrics cost much beside all else that it uses."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import day, each_day, service, verdict, waste
from tests.findings.evidence import line

RULE = bill_rule("bill_metrics_outlier")
AZURE = "Metrics ingestion Metric samples"


def account(metrics, rest, meter="CW:MetricMonitorUsage", *, cloud="aws", known_days=60, beside=(), logs="0", **more):
    """Metrics beside `logs` in their own service, and `rest` for other services, all in 30 days."""
    own = each_day("", 1, cost=str((Decimal(metrics) + Decimal(logs)) / 30), days=30)
    others = each_day("", 1, cost=str((Decimal(rest) - Decimal(logs)) / 30), days=30)
    meters = (line(day(30), metrics, usage_type=meter, **more),)
    return service(own, cloud=cloud, known_days=known_days, meters=meters, account=(*own, *others, *beside))


OLD = each_day("", 1, cost="1000", until=31, days=10)
TAX = each_day("", 1, cost="1000", charge_category="Tax")
EURO = each_day("", 1, billing_currency="EUR")


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (account("101", "1000"), Waste),
        (account("99", "1000"), Fine),
        (account("51", "100"), Waste),
        (account("49", "100"), Fine),
        (account("51", "0"), Waste),
        (account("101", "1000", beside=OLD), Waste),
        (account("101", "1000", beside=TAX), Waste),
        (account("101", "1000", known_days=30), Waste),
        (account("101", "1000", known_days=29), Unknown),
        (account("101", "1000", beside=EURO), Unknown),
        (account("101", "1000", "CW:AlarmMonitorUsage"), Fine),
        (account("101", "1000", "DataProcessing-Bytes"), Fine),
        (account("101", "1000", AZURE, cloud="azure"), Waste),
        (account("101", "1000", AZURE), Fine),
        (account("101", "1000", "Prometheus Samples Ingested", cloud="gcp"), Waste),
    ],
)
def test_metrics_above_a_tenth_of_all_other_usage_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_is_above_that_share_is_saved_of_the_whole_service():
    found = waste(RULE, account("300", "600", logs="100"))
    assert found.saves.fraction.quantize(Decimal("0.000001")) == Decimal("0.6")
    assert found.because == (
        "Metrics cost 300.00 USD in the last 30 days, all other usage of the account 600.00. "
        "An estimate: at 10 % of that it would be 240.00 less."
    )


def test_the_limits_are_settings():
    assert isinstance(verdict(RULE, account("101", "1000"), max_percent=11), Fine)
    assert isinstance(verdict(RULE, account("101", "1000"), min_cost=102), Fine)

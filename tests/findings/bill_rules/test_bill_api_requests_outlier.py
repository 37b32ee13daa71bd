"""A bucket that is asked more than it holds."""

import pytest

from findings.registry import bill_rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_api_requests_outlier")


def bucket(cost, *, stored="0.5", asked="Requests-Tier2", **given):
    return resource(
        each_day("EUC1-TimedStorage-ByteHrs", 30, cost=stored), each_day(f"EUC1-{asked}", 9, cost=cost), **given
    )


AZURE = (each_day("Hot LRS Data Stored", 1, cost="0.5"), each_day("Hot Read Operations", 1, cost="5"))
GOOGLE = (
    each_day("Standard Storage Frankfurt", 1, cost="0.5"),
    each_day("Regional Standard Class A Operations", 1, cost="5"),
)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (bucket("2.5"), Waste),
        (bucket("2.49"), Fine),
        (bucket("1.67", stored="0.1"), Waste),
        (bucket("1.66", stored="0.1"), Fine),
        (resource(each_day("Requests-Tier1", 9, cost="9")), Fine),
        (bucket("2.5", known_days=29), Unknown),
        (resource(*AZURE, cloud="azure"), Waste),
        (resource(*GOOGLE, cloud="gcp"), Waste),
        (bucket("9", provider_name="Somebody else"), Fine),
    ],
)
def test_five_times_what_is_stored_and_fifty_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Requests-Tier1", Waste),
        ("Requests-SIA-Tier1", Waste),
        ("Tables-Requests-Tier1", Waste),
        ("Requests-GIR-Tier2", Waste),
        ("Requests-Tier3", Fine),
        ("Requests-Tier4", Fine),
        ("Requests-GLACIER-Tier1", Fine),
        ("Requests-GDA-Tier1", Fine),
    ],
)
def test_what_a_lifecycle_rule_moves_once_is_nobodys_asking(asked, expected):
    assert isinstance(verdict(RULE, bucket("9", asked=asked)), expected)


def test_the_sentence_has_both_figures():
    found = waste(RULE, bucket("5"))
    assert found.saves == UNTOLD
    assert found.because == "Requests cost 150.00 USD in the last 30 days, what is stored 15.00."

"""A log that takes in a multiple of what it used to."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_log_ingestion_outlier")
GROUP = {"resource_id": "arn:aws:logs:eu-central-1:111122223333:log-group:/app"}
WORKSPACE = {
    "cloud": "azure",
    "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/w",
}
AWS = "EUC1-DataProcessing-Bytes"


def grown(before, now, *, meter=AWS, cost="10", **more):
    """So much a day for weeks, and so much on each of the last seven days."""
    return (
        *each_day(meter, before, cost=cost, days=53, until=8, **more),
        *each_day(meter, now, cost=cost, days=7, **more),
    )


def uneven(now):
    """Now 1, now 5 GB a day: a median of 3 and a deviation of 2; then so much on each of the last seven days."""
    days = [each_day(AWS, 1 + 4 * (ago % 2), cost="10", days=1, until=ago)[0] for ago in range(59, 7, -1)]
    return (*days, *each_day(AWS, now, cost="10", days=7))


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(grown(10, "20.1"), **GROUP), Waste),
        (resource(grown(10, 20), **GROUP), Fine),
        (resource(grown(10, 10), **GROUP), Fine),
        (resource(grown(40, 10), **GROUP), Fine),
        (resource(uneven(12), **GROUP), Fine),
        (resource(uneven(14), **GROUP), Waste),
        (resource(grown(10, 90, cost="1.66"), **GROUP), Fine),
        (resource(grown(10, 90, cost="1.67"), **GROUP), Waste),
        (resource(each_day(AWS, 90, cost="10", days=7), **GROUP), Fine),
        (resource(each_day(AWS, 9, cost="10", days=57, until=4), each_day(AWS, 900, cost="99", days=3), **GROUP), Fine),
        (resource(grown(10, 90), known_days=34, **GROUP), Unknown),
        (resource(grown(10, 90, consumed_quantity=None), **GROUP), Unknown),
        (resource(grown(10, 90)), Fine),
        (resource(grown(10, 90, meter="EUC1-VendedLog-Bytes"), **GROUP), Waste),
        (resource(grown(10, 90, meter="EUC1-TimedStorage-ByteHrs"), **GROUP), Fine),
        (resource(grown(10, 90, meter="Analytics Logs Data Ingestion"), **WORKSPACE), Waste),
        (resource(grown(10, 90, meter="Pay-as-you-go Data Retention"), **WORKSPACE), Fine),
        (resource(grown(10, 90, meter="Log Storage cost"), cloud="gcp"), Waste),
        (resource(grown(10, 90), provider_name="Somebody else", **GROUP), Fine),
    ],
)
def test_a_week_of_more_than_twice_the_usual_amount_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_is_above_the_usual_amount_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(grown(10, 40), each_day("EUC1-TimedStorage-ByteHrs", 9, cost="5"), **GROUP))
    assert round(found.saves.fraction, 9) == Decimal("0.5")
    assert found.because == (
        "It writes 4.0 times as much a day as in the 28 days before; the last 7 days cost 70.00 USD to take in."
    )

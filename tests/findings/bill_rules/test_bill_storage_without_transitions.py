"""A large bucket of one class."""

import pytest

from findings.registry import bill_rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_storage_without_transitions")


def bucket(gb_a_day, *more, meter="EUC1-TimedStorage-ByteHrs", **given):
    return resource(each_day(meter, gb_a_day), *more, **given)


def google(gib_months_a_day):
    quantity = gib_months_a_day * 2**30 * 86_400 * 30
    return resource(each_day("Standard Storage Frankfurt", quantity, consumed_unit="byte-seconds"), cloud="gcp")


UNKNOWN_SIZE = each_day("TimedStorage-ByteHrs", 0, consumed_quantity=None)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (bucket("16.7"), Waste),
        (bucket("16.6"), Fine),
        (bucket(20, each_day("EUC1-TimedStorage-SIA-ByteHrs", 1)), Fine),
        (bucket(20, each_day("TimedStorage-INT-FA-ByteHrs", 1)), Fine),
        (bucket(20, each_day("TimedStorage-ByteHrs", 5, days=1, until=30)), Fine),
        (bucket(20, each_day("TimedStorage-ByteHrs", 5, days=1)), Waste),
        (bucket(20, known_days=29), Unknown),
        (resource(UNKNOWN_SIZE), Unknown),
        (bucket(20, meter="Hot LRS Data Stored", cloud="azure"), Waste),
        (bucket(20, meter="Cool LRS Data Stored", cloud="azure"), Fine),
        (google(17), Waste),
        (google(16), Fine),
        (bucket(20, meter="Nearline Storage Frankfurt", cloud="gcp"), Fine),
        (resource(each_day("Requests-Tier1", 9)), Fine),
        (bucket(20, provider_name="Somebody else"), Fine),
    ],
)
def test_five_hundred_gb_of_the_dearest_class_alone_that_do_not_shrink_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_sentence_says_how_much():
    found = waste(RULE, bucket(100))
    assert found.saves == UNTOLD
    assert found.because.startswith("About 3,000 GB, all of the dearest class on each of the last 30 days")

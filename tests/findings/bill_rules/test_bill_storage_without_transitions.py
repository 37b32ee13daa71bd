"""A bucket of which all stays in the standard class and next to nothing is read."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_storage_without_transitions")
S3 = {"resource_id": "reports", "service_name": "Amazon Simple Storage Service"}
AZURE = {"cloud": "azure", "service_name": "Storage"}
GCP = {"cloud": "gcp", "service_name": "Cloud Storage"}
HELD = "EUC1-TimedStorage-ByteHrs"


def held(size=100, *, meter=HELD, **more):
    return each_day(meter, size, **more)


def shrunk(size):
    return (*held(100, days=53, until=8), *held(size, days=7))


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(held(), **S3), Waste),
        (resource(held(), resource_id="reports", service_name="AmazonS3"), Waste),
        (resource(held(), service_name="AmazonCloudWatch"), Fine),
        (resource(held(cost="0.67"), **S3), Waste),
        (resource(held(cost="0.66"), **S3), Fine),
        (resource(shrunk(88), **S3), Waste),
        (resource(shrunk(87), **S3), Fine),
        (resource(shrunk(900), **S3), Waste),
        (resource(held(days=59), **S3), Fine),
        (resource(held(until=2), **S3), Fine),
        (resource(held(), known_days=59, **S3), Unknown),
        (resource(held(consumed_quantity=None), **S3), Unknown),
        (resource(held(cost="9"), each_day("EUC1-Requests-Tier2", 9, cost="1"), **S3), Waste),
        (resource(held(cost="9"), each_day("EUC1-Requests-Tier2", 9, cost="1.01"), **S3), Fine),
        (resource(held(), each_day("EUC1-TimedStorage-SIA-ByteHrs", 1, days=1, cost="0.01"), **S3), Fine),
        (resource(held(), each_day("EUC1-Requests-GLACIER-Tier1", 1, days=1, cost="0.01"), **S3), Fine),
        (resource(held(), each_day("EUC1-Requests-Tier4", 1, days=1, cost="0.01"), **S3), Fine),
        (resource(held(), each_day("EUC1-Requests-Tier8", 1, days=1, cost="0.01"), **S3), Waste),  # Access Grants
        (resource(held(meter="Hot LRS Data Stored"), **AZURE), Waste),
        (resource(held(meter="Hot RA-GRS Data Stored"), **AZURE), Waste),
        (resource(held(meter="Hot LRS Data Stored", charge_description="Files v2 - Hot LRS"), **AZURE), Fine),
        (resource(held(meter="Hot LRS Data Stored"), held(meter="Cool LRS Data Stored", cost="0.01"), **AZURE), Fine),
        (resource(held(meter="Standard Storage Frankfurt"), **GCP), Waste),
        (resource(held(meter="Standard Storage Class A Operations Frankfurt"), **GCP), Fine),
        (
            resource(
                held(meter="Standard Storage Frankfurt"), held(meter="Nearline Storage Frankfurt", cost="0.01"), **GCP
            ),
            Fine,
        ),
        (resource(held(), provider_name="Somebody else", **S3), Fine),
    ],
)
def test_two_months_in_the_standard_class_alone_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_a_part_of_the_storage_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(held(cost="9"), each_day("EUC1-Requests-Tier1", 9, cost="1"), **S3))
    assert found.saves.fraction == Decimal("0.27")
    assert found.because == (
        "All of it is in the standard class and it has not shrunk in the last 60 days: 540.00 USD for storage, 60.00 "
        "for all that reads and writes it."
    )

"""A private endpoint that is charged by the hour and passes nothing."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_endpoint_without_bytes")
HOURS = each_day("EUC1-VpcEndpoint-Hours", 48)
AZURE_HOURS = each_day("Standard Private Endpoint", 24)
GOOGLE_HOURS = each_day("Networking Private Service Connect Consumer End Point", 86400, consumed_unit="seconds")
GOOGLE_BYTES = "Networking Private Service Connect Consumer Data Processing"


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(HOURS), Waste),
        (resource(HOURS, each_day("EUC1-VpcEndpoint-Bytes", "0.00007")), Waste),
        (resource(HOURS, each_day("EUC1-VpcEndpoint-Bytes", "0.0007")), Fine),
        (resource(HOURS, each_day("EUC1-VpcEndpoint-Bytes", 5, until=15, days=5)), Waste),
        (resource(each_day("VpcEndpoint-GWLBE-Hours", 24)), Waste),
        (resource(each_day("VpcEndpoint-GWLBE-Hours", 24), each_day("VpcEndpoint-GWLBE-Bytes", 1)), Fine),
        (resource(each_day("VpcEndpoint-Hours", 24, until=2)), Fine),
        (resource(each_day("VpcEndpoint-Hours", 24, days=13)), Fine),
        (resource(each_day("BoxUsage:m5.large", 24)), Fine),
        (resource(HOURS, known_days=13), Unknown),
        (resource(HOURS, known_days=14), Waste),
        (resource(HOURS, each_day("EUC1-VpcEndpoint-Bytes", 1, consumed_quantity=None)), Unknown),
        (resource(AZURE_HOURS, cloud="azure"), Waste),
        (resource(AZURE_HOURS, each_day("Standard Data Processed - Ingress", 1), cloud="azure"), Fine),
        (resource(AZURE_HOURS, each_day("Standard Data Processed - Egress", 1), cloud="azure"), Fine),
        (resource(GOOGLE_HOURS, each_day(GOOGLE_BYTES, 2**30, until=15, consumed_unit="bytes"), cloud="gcp"), Waste),
        (resource(GOOGLE_HOURS, each_day(GOOGLE_BYTES, 2**16, consumed_unit="bytes"), cloud="gcp"), Waste),
        (resource(GOOGLE_HOURS, each_day(GOOGLE_BYTES, 2**17, consumed_unit="bytes"), cloud="gcp"), Fine),
        (resource(GOOGLE_HOURS, cloud="gcp"), Unknown),
        (resource(HOURS, provider_name="Somebody else"), Fine),
    ],
)
def test_hours_on_each_day_of_two_weeks_without_bytes_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(HOURS))
    assert found.saves == ALL
    assert found.because == "Charged for 672 hours and 0.000 GB in the last 14 days."


def test_seconds_of_a_google_bill_are_said_as_hours():
    bytes_before = each_day(GOOGLE_BYTES, 2**30, until=15, consumed_unit="bytes")
    found = waste(RULE, resource(GOOGLE_HOURS, bytes_before, cloud="gcp"))
    assert found.because == "Charged for 336 hours and 0.000 GB in the last 14 days."

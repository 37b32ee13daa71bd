"""How the lines of a bill are read: the meter's own name, plain units, parts of a cost, and what the bill lacks."""

from decimal import Decimal

import pytest

from audits.billed import in_plain_units, meter_of, part_of
from tests.findings.bill_rules.billed import each_day, resource
from tests.findings.evidence import TODAY, line


@pytest.mark.parametrize(
    ("usage_type", "meter"),
    [
        ("EUC1-NatGateway-Hours", "NatGateway-Hours"),
        ("UGW1-BoxUsage:m5.large", "BoxUsage:m5.large"),
        ("EU-BoxUsage:m5.large", "BoxUsage:m5.large"),
        ("EUC1-VPN-Usage-Hours:ipsec.1", "VPN-Usage-Hours:ipsec.1"),
        ("VPN-Usage-Hours:ipsec.1", "VPN-Usage-Hours:ipsec.1"),
        ("TS-LoadBalancerUsage", "TS-LoadBalancerUsage"),
        ("TGW-Multicast-Consumer-Bytes", "TGW-Multicast-Consumer-Bytes"),
    ],
)
def test_a_region_s_code_is_taken_off_a_meter_and_no_other_word(usage_type, meter):
    assert meter_of(line(TODAY, "1", usage_type=usage_type)) == meter


@pytest.mark.parametrize(
    ("quantity", "unit", "plain"),
    [
        (Decimal(7200), "seconds", (2, "hours")),
        (Decimal(2**31), "bytes", (2, "GiB")),
        (Decimal(24), "Hrs", (24, "Hrs")),
        (Decimal(2**31 * 86_400 * 30), "byte-seconds", (2, "GiB-months")),
        (Decimal(2**31), "requests", (2**31, "requests")),
        (None, "seconds", (None, "hours")),
    ],
)
def test_seconds_become_hours_and_bytes_gib(quantity, unit, plain):
    (found,) = in_plain_units([line(TODAY, "1", consumed_quantity=quantity, consumed_unit=unit)])
    assert (found.consumed_quantity, found.consumed_unit) == plain


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [("1", "4", "0.25"), ("4", "4", "1"), ("5", "4", "1"), ("-1", "4", "0"), ("1", "0", "0")],
)
def test_a_part_of_a_cost_lies_between_nothing_and_all(part, whole, expected):
    assert part_of([line(TODAY, part)], [line(TODAY, whole)]) == Decimal(expected)


def test_a_bill_lacks_days_or_quantities_or_nothing():
    whole, uncounted = each_day("A", 1), each_day("A", 1, consumed_quantity=None)
    assert resource(whole).lacks(whole, days=60) == ""
    assert resource(whole).lacks(whole, days=61) == "61 complete days of its bill"
    assert resource(whole, known_days=0).lacks(whole, days=1) == "1 complete day of its bill"
    assert resource(whole).lacks((*whole, *uncounted), days=60) == "the quantity of each charge"

"""Which days and which lines tell what a resource costs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audits.evidence import Bill
from connections.resources import Address, Instance, Volume
from findings.cost_window import CostWindow, cost_window
from findings.meters.addresses import IN_USE
from tests.findings.evidence import ACCOUNT, TODAY, ago, bill, line

VOLUME = Volume(**ACCOUNT, resource_id="vol-1", created_at=ago(300), volume_type="gp3", size_gib=100, state="available")
ADDRESS = Address(**ACCOUNT, resource_id="eip-1", public_ip="198.51.100.7")


def window_of(thing, the_bill) -> CostWindow:
    window = cost_window(thing, the_bill)
    assert window is not None
    return window


def day(back):
    return TODAY - timedelta(days=back)


@pytest.mark.parametrize(
    ("thing", "the_bill", "days"),
    [
        (VOLUME, bill(days=45), 30),
        (VOLUME, replace(bill(days=45), billed_from=day(12)), 12),
        (VOLUME, bill(days=10), 30),  # older than its lines: it did not always cost as much
        (replace(VOLUME, created_at=ago(10)), bill(days=10), 9),  # its first day was not whole
        (replace(VOLUME, created_at=ago(30)), bill(days=30), 29),
        (replace(VOLUME, created_at=ago(31)), bill(days=31), 30),
        (replace(VOLUME, created_at=ago(1)), bill(days=1), 0),
        (ADDRESS, bill(days=45), 30),
        (ADDRESS, bill(days=30), 30),
        (ADDRESS, bill(days=10), 9),
        (ADDRESS, bill(days=1), 0),
    ],
)
def test_the_days_are_the_complete_billed_ones_since_it_stands(thing, the_bill, days):
    window = window_of(thing, the_bill)
    assert window.days == days
    assert window.until == TODAY
    assert all(window.first <= one.charge_date < window.until for one in window.lines)


def test_no_bill_gives_no_window():
    assert cost_window(VOLUME, Bill()) is None


def test_the_address_that_a_bill_has_under_its_machine_is_counted_as_the_address_s_and_not_as_the_machine_s():
    machine = Instance(
        **ACCOUNT, resource_id="i-1", instance_type="m5.large", state="running", platform="Linux/UNIX",
        launched_at=ago(90), lifecycle="on-demand",
    )  # fmt: skip
    own, public = (bill(usage_type=f"EUC1-{one}") for one in ("BoxUsage:m5.large", IN_USE))
    both = replace(own, lines=(*own.lines, *public.lines))
    assert window_of(machine, both) == window_of(machine, own)


@pytest.mark.parametrize(
    "left_out",
    [
        {"charge_category": "Credit"},
        {"charge_category": "Adjustment"},
        {"charge_category": "Tax"},
        {"charge_category": "Purchase"},
        {"charge_class": "Correction"},
        {"cost": "-1"},
    ],
)
def test_only_charges_for_usage_count(left_out):
    extra = line(day(3), left_out.pop("cost", "5"), **left_out)
    the_bill = bill(days=30)
    window = window_of(VOLUME, replace(the_bill, lines=(*the_bill.lines, extra)))
    assert window.lines == the_bill.lines
    assert window.left_out == (extra,)


def test_a_charge_of_many_days_is_spread_over_them():
    monthly = line(day(40), "62", charge_days=31)  # ends ten days ago, so 21 of its days are inside
    window = window_of(VOLUME, replace(bill(days=0), lines=(monthly,)))
    assert window.cost(monthly) == 42


def test_days_that_are_not_complete_do_not_count():
    late = line(TODAY, "99")
    the_bill = bill(days=30)
    assert late not in window_of(VOLUME, replace(the_bill, lines=(*the_bill.lines, late))).lines

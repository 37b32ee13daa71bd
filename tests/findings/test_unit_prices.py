"""What a unit has cost: exact decimals, by SKU and unit, so that a change of price is seen apart from one of use."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from audits.models import CostLine
from findings.models import Finding
from findings.unit_prices import Charge, price_histories
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import ACCOUNT, AT, DAY, UNATTACHED, bill, judged_audit, load_bill, make_connection
from tests.findings.test_views import text_of, visit  # noqa: F401 - a fixture

FIRST = dt.date(2026, 10, 1)
HOUR = Charge(
    charge_date=FIRST, charge_days=1, sku_id="SKU1", name="BoxUsage:m5.large", unit="Hrs", currency="USD",
    quantity=Decimal(24), effective_cost=Decimal("2.4"), list_cost=Decimal("2.4"),
)  # fmt: skip


def on(day, **changed):
    texts = {"quantity", "effective_cost", "list_cost"}
    values = {name: Decimal(value) if name in texts and value is not None else value for name, value in changed.items()}
    return dataclasses.replace(HOUR, charge_date=FIRST + day * DAY, **values)


def stretches(*charges):
    [history] = price_histories(charges)
    return [
        (one.first.day, one.last.day, one.days_used, str(one.effective), str(one.listed)) for one in history.stretches
    ]


@pytest.mark.parametrize(
    ("charges", "seen"),
    [
        # Twice the use at the same price is one price.
        ([on(0), on(1, quantity="48", effective_cost="4.8", list_cost="4.8")], [(1, 2, 2, "0.1", "0.1")]),
        # A savings plan begins: effective falls, list stays.
        (
            [on(0), on(1), on(2, effective_cost="1.728")],
            [(1, 2, 2, "0.1", "0.1"), (3, 3, 1, "0.072", "0.1")],
        ),
        # A price cut: both fall.
        (
            [on(0), on(1, effective_cost="1.92", list_cost="1.92")],
            [(1, 1, 1, "0.1", "0.1"), (2, 2, 1, "0.08", "0.08")],
        ),
        # A commitment covers half of a day: two lines, one price between.
        (
            [on(0, quantity="12", effective_cost="1.2", list_cost="1.2"),
             on(0, quantity="12", effective_cost="0.8", list_cost="1.2")],
            [(1, 1, 1, "0.0833333", "0.1")],
        ),
        # A third is rounded once, and what bills round is no change.
        (
            [on(0, quantity="3", effective_cost="1", list_cost="2"),
             on(1, quantity="3", effective_cost="1.0001", list_cost="2")],
            [(1, 2, 2, "0.33335", "0.666667")],
        ),
        # A change of a tenth of a percent is one.
        (
            [on(0), on(1, effective_cost="2.4024")],
            [(1, 1, 1, "0.1", "0.1"), (2, 2, 1, "0.1001", "0.1")],
        ),
        # Days without use neither break a price nor count as use.
        ([on(0), on(9)], [(1, 10, 2, "0.1", "0.1")]),
        # A charge for a month is one charge, not thirty.
        (
            [on(0, charge_days=31, quantity="1", effective_cost="31", list_cost="62")],
            [(1, 31, 31, "31", "62")],
        ),
        # From nothing to something.
        ([on(0, effective_cost="0"), on(1)], [(1, 1, 1, "0", "0.1"), (2, 2, 1, "0.1", "0.1")]),
    ],
)  # fmt: skip
def test_a_unit_price_is_cost_divided_by_quantity_and_a_new_line_where_it_changes(charges, seen):
    assert stretches(*charges) == seen
    assert stretches(*reversed(charges)) == seen


def test_a_change_is_told_in_percent_and_from_nothing_in_none():
    [history] = price_histories([on(0), on(1, effective_cost="1.728"), on(2, effective_cost="0"), on(3)])
    assert [(str(one.effective_change), str(one.listed_change)) for one in history.stretches] == [
        ("None", "None"), ("-28.0", "0.0"), ("-100.0", "0.0"), ("None", "0.0"),
    ]  # fmt: skip


def test_skus_units_and_currencies_stand_apart_and_the_dearest_of_a_currency_leads():
    histories = price_histories([
        on(0), on(0, sku_id="SKU2", effective_cost="9"), on(0, unit="Seconds"), on(0, currency="EUR"), on(0, name="x"),
    ])  # fmt: skip
    assert [(one.currency, one.name, one.sku_id, one.unit) for one in histories] == [
        ("EUR", "BoxUsage:m5.large", "SKU1", "Hrs"),
        ("USD", "BoxUsage:m5.large", "SKU2", "Hrs"),
        ("USD", "BoxUsage:m5.large", "SKU1", "Hrs"),
        ("USD", "BoxUsage:m5.large", "SKU1", "Seconds"),
        ("USD", "x", "SKU1", "Hrs"),
    ]


@pytest.mark.parametrize("quantity", [None, "0"])
def test_a_charge_without_quantity_has_no_unit_price_and_is_named(quantity):
    [history] = price_histories([on(0, quantity=quantity), on(1)])
    assert (history.without_quantity, history.cost_without_quantity) == (1, Decimal("2.4"))
    assert [one.first.day for one in history.stretches] == [2]


def test_sums_and_quotients_lose_no_digit_that_is_shown():
    tiny = on(0, quantity="0." + "0" * 17 + "3", effective_cost="0." + "0" * 23 + "1")
    [history] = price_histories([tiny, on(0, quantity="10000000000", effective_cost="1000000000", list_cost="0")])
    [stretch] = history.stretches
    assert stretch.quantity == Decimal("10000000000." + "0" * 17 + "3")
    assert stretch.effective == Decimal("0.1")


@pytest.fixture
def priced(organization):
    """A volume whose price falls by 28 % for its last ten days, of which a contract takes off 20 % of before, with a
    monthly fee and a line without quantity.
    """
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(shop)
            bill(load, "vol-1", "0.25", quantity="2.5")
            CostLine.objects.filter(charge_date__gte=AT.date() - 10 * DAY).update(effective_cost="0.18")
            bill(load, "vol-1", "-1", quantity="1", usage_type="", category="Credit")
            common = {
                "load": load, "billing_period": load.billing_period, "sub_account_id": ACCOUNT, "resource_id": "vol-1",
                "charge_category": "Usage", "billing_currency": "USD", "billed_cost": 3, "list_cost": 3,
                "contracted_cost": 3, "effective_cost": 3, "charge_date": load.billed_from,
            }  # fmt: skip
            CostLine.objects.create(
                **common, charge_days=30, usage_type="Fee", consumed_quantity=1, consumed_unit="Fee"
            )
            CostLine.objects.create(**common, charge_description="Untold")
            bill(load, "vol-1", "-0.05", quantity="2.5")  # a contract's, on lines of their own
            CostLine.objects.filter(effective_cost=Decimal("-0.05"), charge_date__lt=AT.date() - 10 * DAY).update(
                effective_cost=0
            )  # of days whose charges are less it already
            judged_audit(shop, UNATTACHED)
    return organization


def test_the_page_of_a_finding_shows_the_price_by_change_with_its_unit(priced, visit):  # noqa: F811
    with scope.organization(priced.id):
        one = Finding.objects.get()
    response = visit(priced, reverse("findings:finding", args=[one.id]))
    shown = text_of(response)
    for expected in (
        "What a unit has cost", "USD per GB-Mo", "2026-10-21 to 2026-11-09 20 days with use 0.1 0.2 50",
        "2026-11-10 to 2026-11-19 10 days with use 0.052 -48.0 % 0.2 25",
        "charged for 30 days at once, not divided by day",
        "1 charge of 3.00 USD has no quantity, so no unit price.",
    ):  # fmt: skip
        assert expected in shown
    body = response.content.decode()
    assert "1 change of price" in body
    assert body.count('class="series-2"') == 1


def test_a_bill_that_was_replaced_gives_no_price(priced, visit):  # noqa: F811
    with scope.organization(priced.id), acting_as("cf_worker"):
        CostLine.objects.first().load.__class__.objects.update(state="REPLACED")
        one = Finding.objects.get()
    assert "What a unit has cost" not in text_of(visit(priced, reverse("findings:finding", args=[one.id])))

"""A load's page can be laid beside the invoice: by kind, to the last cent, with what a restatement changed."""

import datetime as dt
from decimal import Decimal

import pytest

from audits.bill_sums import Change, KindSum, changes
from audits.models import BillLoad
from tenants import scope
from tests.audits.focus_files import write_csv
from tests.audits.sources import source_of
from tests.audits.test_bills import OCTOBER, load, payer  # noqa: F401 - a fixture
from tests.connections.test_views import text
from tests.database import acting_as

FINAL_AT = dt.datetime(2026, 11, 4, tzinfo=dt.UTC)
BEFORE_END = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
LAST_DAY = {"ChargePeriodStart": "2026-10-31T00:00:00Z", "ChargePeriodEnd": "2026-11-01T00:00:00Z"}
MONTH = [
    LAST_DAY,
    {"ResourceId": "", "BilledCost": "2", "EffectiveCost": "2"},
    {"ChargeCategory": "Tax", "ResourceId": "", "BilledCost": "0.5", "EffectiveCost": "0.5", "ServiceName": "Tax"},
    {"ChargeCategory": "Credit", "BilledCost": "-1", "EffectiveCost": "-1"},
    {"ChargeCategory": "Adjustment", "BilledCost": "-0.25", "EffectiveCost": "-0.25"},
    {"ChargeCategory": "Purchase", "BilledCost": "10", "EffectiveCost": "0", "ResourceId": ""},
    {"ServiceName": "AWS Support (Business)", "BilledCost": "4", "EffectiveCost": "4", "ResourceId": ""},
    {"ChargeClass": "Correction", "BilledCost": "-0.1", "EffectiveCost": "-0.1"},
]


@pytest.fixture
def shown(visitor, payer, tmp_path):  # noqa: F811
    """Loads rows and gives the load's page as text."""

    def show(rows, *, at=FINAL_AT, execution="run-1"):
        (found,) = load(payer, [write_csv(tmp_path / "a.csv", rows)], execution=execution, at=at)
        return text(visitor.get(f"/bills/{found.id}/"))

    return show


def test_every_charge_is_of_one_kind_and_the_kinds_add_up(shown, payer):  # noqa: F811
    page = shown(MONTH)
    assert "Usage 2 3.25 3.25" in page
    assert "Adjustments and refunds 1 -0.25 -0.25" in page
    assert "Purchases and commitments' fees 1 10.00 0.00" in page
    assert "Support 1 4.00 4.00" in page
    assert "Credits 1 -1.00 -1.00" in page
    assert "Tax 1 0.50 0.50" in page
    assert "Corrections of earlier invoices 1 -0.10 -0.10" in page
    assert "Total 8 16.40 6.40" in page
    with scope.organization(payer.organization_id):
        held = BillLoad.objects.get()
    sums = [KindSum.from_json(one) for one in held.kinds]
    assert sum(one.billed for one in sums) == Decimal(held.totals["USD"]["billed_cost"])
    assert sum(one.rows for one in sums) == held.row_count


def test_what_names_no_resource_is_told_with_its_share(shown):
    assert "4 rows name no resource: 16.50 USD, 100.6 % of the bill." in shown(MONTH)
    assert "1 row names no resource" not in shown([LAST_DAY], execution="run-2")


def test_a_period_is_final_when_all_of_it_is_billed_and_invoiced(shown):
    assert "final Billed to the last day, and all of it on invoices." in shown(MONTH)


@pytest.mark.parametrize(
    ("rows", "at", "state"),
    [
        ([LAST_DAY], BEFORE_END, "open The period is not over."),
        ([{}], FINAL_AT, "provisional The period is over"),
        ([LAST_DAY], dt.datetime(2026, 11, 1, 5, tzinfo=dt.UTC), "provisional The period is over"),
        ([LAST_DAY, {"InvoiceId": ""}], FINAL_AT, "provisional The period is over"),
        ([{**LAST_DAY, "InvoiceId": ""}], FINAL_AT, "provisional The period is over, but the files name no invoice"),
    ],
)
def test_a_period_that_may_still_change_says_so(shown, rows, at, state):
    assert state in shown(rows, at=at)


def test_the_difference_to_the_invoices_stands_there(shown):
    page = shown([LAST_DAY, {"InvoiceId": "", "BilledCost": "0.75"}])
    assert "On invoices 1.25" in page
    assert "Difference 0.75" in page


def test_a_restatement_says_what_it_changed_the_largest_first(shown):
    volume, bucket = {"ServiceName": "EBS", "BilledCost": "5"}, {"ServiceName": "S3", "BilledCost": "1"}
    assert "It took the place of no other load." in shown([LAST_DAY, volume, bucket])
    page = shown(
        [LAST_DAY, {**volume, "BilledCost": "3"}, {"ServiceName": "Lambda", "BilledCost": "0.5"}], execution="run-2"
    )
    rows = ["EBS 111111111111 5.00 USD 3.00 USD -2.00 USD", "S3 111111111111 1.00 USD 0.00 USD -1.00 USD",
            "Lambda 111111111111 0.00 USD 0.50 USD 0.50 USD"]  # fmt: skip
    places = [page.index(row) for row in rows]
    assert places == sorted(places)
    assert "Amazon Elastic Compute Cloud 111111111111" not in page, "what stayed the same is no change"
    assert "replaced by a later load" in page


def test_a_restatement_that_changes_nothing_says_so(shown):
    shown([LAST_DAY])
    assert "No service of any account is billed otherwise" in shown([LAST_DAY], execution="run-2")


def test_only_the_current_load_keeps_its_services(shown, payer):  # noqa: F811
    shown([LAST_DAY])
    shown([LAST_DAY], execution="run-2")
    with scope.organization(payer.organization_id):
        held = {one.state: one.services for one in BillLoad.objects.filter(billing_period=OCTOBER)}
    assert held["REPLACED"] == []
    assert held["LOADED"] == [["111111111111", "Amazon Elastic Compute Cloud", "USD", "1.250000000000000000000000"]]


def test_a_load_of_before_says_that_it_does_not_know(visitor, payer):  # noqa: F811
    with scope.organization(payer.organization_id), acting_as("cf_worker"):
        old = BillLoad.objects.create(
            source=source_of(payer), billing_period=OCTOBER, state="LOADED", loaded_at=FINAL_AT,
            totals={"USD": {"billed_cost": "1", "effective_cost": "1"}},
        )  # fmt: skip
    assert "before its kinds were kept" in text(visitor.get(f"/bills/{old.id}/"))


def test_changes_are_exact_and_leave_out_what_is_equal():
    before = [("1", "EC2", "USD", "0.1"), ("1", "S3", "USD", "1"), ("1", "S3", "EUR", "1")]
    after = [("1", "EC2", "USD", "0.10"), ("1", "S3", "USD", "1.000000000000000000000001"), ("2", "S3", "EUR", "1")]
    found = changes(before, after)
    assert [(one.account_id, one.currency, one.difference) for one in found] == [
        ("1", "EUR", -1),
        ("2", "EUR", 1),
        ("1", "USD", Decimal("1E-24")),
    ]
    assert [Change.from_json(one.to_json()) for one in found] == found

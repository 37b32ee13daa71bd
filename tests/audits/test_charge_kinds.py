"""Corrections, refunds, credits, tax and what others sell: each is booked as what it is, and as no usage of a resource.

After the scenarios of the FinOps Open Cost and Usage Specification (github.com/FinOps-Open-Cost-and-Usage-Spec/
FOCUS_Spec, specification/appendix/correction_handling_examples, commit 0ae540b), CC BY 4.0: a charge of a closed month
is corrected in the open one, by the difference (delta) or by taking it back and writing it anew (ledger).
"""

import datetime as dt
from decimal import Decimal

import pytest

from audits.bill_sums import kind_sum
from findings.cost_window import cost_window
from findings.try_bill import evidence_of
from tests.audits.commitments import DATA, PLAN, SHOP, bill_of, charge, costs, things_on

DAY = dt.timedelta(days=1)
MAY, JUNE = dt.datetime(2025, 5, 1, tzinfo=dt.UTC), dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
OF_JUNE = {name: value for name, value in charge(JUNE, JUNE + DAY).items() if name.startswith("Billing")}
CORRECTION = {**charge(MAY, MAY + DAY), **OF_JUNE, "ChargeClass": "Correction"}


def usage(cost, at=JUNE, **more):
    return {**charge(at, at + DAY), **costs(billed=cost, effective=cost, listed=cost), "ResourceId": "R-111", **more}


def corrected(cost, resource_id="R-111", **more):
    return {**CORRECTION, **costs(billed=cost, effective=cost, listed=cost), "ResourceId": resource_id, **more}


CORRECTIONS = {
    "delta": [corrected("-40"), corrected("40", "R-222")],
    "ledger": [corrected("-100"), corrected("60"), corrected("40", "R-222")],
    "late usage": [corrected("25", ConsumedQuantity="10")],
    "rounding, of no resource": [corrected("0.0000001", "", ChargeCategory="Adjustment", ConsumedQuantity="")],
}


def kinds_of(report):
    (period,) = report["periods"]
    found = {one.kind: one for one in map(kind_sum, period["kinds"])}
    assert sum(one.billed for one in found.values()) == Decimal(period["totals"]["USD"]["billed_cost"])
    assert sum(one.effective for one in found.values()) == Decimal(period["totals"]["USD"]["effective_cost"])
    return {kind: one.billed for kind, one in found.items()}


@pytest.mark.parametrize("style", CORRECTIONS)
def test_what_corrects_a_closed_month_is_a_kind_of_its_own_in_the_month_that_it_is_billed_in(tmp_path, style):
    report, _ = bill_of(tmp_path, [usage("1"), *CORRECTIONS[style]])
    expected = sum(Decimal(row["BilledCost"]) for row in CORRECTIONS[style])
    assert kinds_of(report) == {"Usage": 1, "Correction": expected}
    assert report["periods"][0]["billing_period"] == "2025-06-01"


@pytest.mark.parametrize("style", CORRECTIONS)
def test_a_correction_of_a_closed_month_makes_no_bill_of_that_month(tmp_path, style):
    """Else days that no bill covers would count as days that cost nothing."""
    report, _ = bill_of(tmp_path, [usage("1"), usage("1", JUNE + DAY), *CORRECTIONS[style]])
    assert (report["periods"][0]["first_usage_date"], report["periods"][0]["last_usage_date"]) == (
        "2025-06-01",
        "2025-06-02",
    )


@pytest.mark.parametrize("style", CORRECTIONS)
def test_a_correction_is_not_what_a_resource_costs(tmp_path, style):
    _, lines = bill_of(tmp_path, [usage("1", JUNE + day * DAY) for day in range(10)] + CORRECTIONS[style])
    things = things_on(lines, first=MAY.date(), until=dt.date(2025, 6, 11))
    resource = next(one for one in things.resources() if one.resource_id == "R-111")
    window = cost_window(resource, evidence_of(resource).bill)
    assert sum(line.effective_cost for line in window.lines) == 9  # from the day after its first


def test_a_correction_of_a_commitment_stands_beside_what_it_corrects_and_not_in_its_place(tmp_path):
    covered = {"CommitmentDiscountId": PLAN, "CommitmentDiscountStatus": "Used"}
    rows = [
        usage("3", MAY, **covered, ResourceId="R-999"),
        {**corrected("-1", "R-000", **covered)},  # the first that is read
    ]
    _, lines = bill_of(tmp_path, rows)
    things = things_on(lines, first=MAY.date(), until=dt.date(2025, 5, 20))
    list(things.resources())
    (found,) = things.commitments()
    assert {(one.charge_class, one.effective_cost) for one in found.charges} == {("Correction", -1), ("", 3)}
    (service,) = things.services()
    assert {(one.charge_class, one.effective_cost) for one in service.charges} == {("Correction", -1), ("", 3)}
    assert {(one.charge_class, one.effective_cost) for one in service.meters} == {("Correction", -1), ("", 3)}


def test_usage_taken_back_in_its_own_month_is_less_usage(tmp_path):
    """Refunds have no category of their own in FOCUS; a correction is of a closed month alone."""
    report, (line,) = bill_of(tmp_path, [usage("5"), usage("-2", ConsumedQuantity="-1.5")])
    assert kinds_of(report) == {"Usage": 3}
    assert (line["effective_cost"], line["consumed_quantity"], line["row_count"]) == (3, 2, 2)


KINDS = {
    "Credit": {"ChargeCategory": "Credit", "ResourceId": "", "ChargeDescription": "promotion"},
    "Tax": {"ChargeCategory": "Tax", "ResourceId": "", "ServiceName": "Tax"},
    "Adjustment": {"ChargeCategory": "Adjustment", "ResourceId": "", "ChargeDescription": "goodwill refund"},
    "Support": {"ServiceName": "AWS Support (Business)", "ResourceId": ""},
    "Purchase": {"ChargeCategory": "Purchase", "ServiceName": "Amazon Registrar"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_usage_is_booked_apart_from_it(tmp_path, kind):
    cost = "-7" if kind in {"Credit", "Adjustment"} else "7"
    report, _ = bill_of(tmp_path, [usage("1"), usage(cost, **KINDS[kind])])
    assert kinds_of(report) == {"Usage": 1, kind: Decimal(cost)}


def test_a_credit_or_refund_lowers_no_resources_cost(tmp_path):
    rows = [usage("1", JUNE + day * DAY) for day in range(10)]
    rows += [usage("-9", JUNE + DAY, ChargeCategory=kind, ChargeDescription=kind) for kind in ("Credit", "Adjustment")]
    _, lines = bill_of(tmp_path, rows)
    (resource,) = things_on(lines, first=JUNE.date(), until=dt.date(2025, 6, 11)).resources()
    window = cost_window(resource, evidence_of(resource).bill)
    assert sum(line.effective_cost for line in window.lines) == 10
    assert sum(line.effective_cost for line in window.left_out) == -18


MARKETPLACE = {
    "PublisherName": "Acme GmbH", "InvoiceIssuerName": "Amazon Web Services EMEA SARL", "InvoiceId": "INV-2",
    "ServiceName": "Acme Database", "ResourceId": "agreement-1", "SubAccountId": DATA,
}  # fmt: skip


def test_what_a_third_party_sells_is_booked_by_its_category_and_adds_up_to_the_invoice_that_it_is_on(tmp_path):
    aws = {"PublisherName": "AWS", "InvoiceIssuerName": "Amazon Web Services, Inc.", "SubAccountId": SHOP}
    rows = [
        usage("10", **aws),
        usage("3", **MARKETPLACE),
        usage("120", **MARKETPLACE, ChargeCategory="Purchase", ChargeDescription="a year of it"),
    ]
    report, lines = bill_of(tmp_path, rows)
    assert kinds_of(report) == {"Usage": 13, "Purchase": 120}
    invoices = {name: Decimal(sums["USD"]) for name, sums in report["periods"][0]["invoice_totals"].items()}
    assert invoices == {"INV-1": 10, "INV-2": 123}
    assert {line["provider_name"] for line in lines} == {"AWS"}  # through whom it was bought


def test_from_focus_1_3_on_what_a_third_party_sells_is_its_own_and_no_clouds_service(tmp_path):
    seller = {"ServiceProviderName": "Acme GmbH", "HostProviderName": "AWS", "ProviderName": ""}
    _, lines = bill_of(tmp_path, [usage("3", **MARKETPLACE, **seller)])
    (resource,) = things_on(lines, first=JUNE.date(), until=JUNE.date() + DAY).resources()
    assert (resource.provider_name, resource.cloud) == ("Acme GmbH", "")

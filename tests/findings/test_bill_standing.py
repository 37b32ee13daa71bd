"""Savings of a month that does not reconcile say so: on the list, its totals, its file, and the finding's page."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.urls import reverse

from audits.models import BillLoad
from findings.bill_standing import ORDER, Span, resting, standing, standings_of
from findings.models import Finding
from findings.operations import judge
from tenants import scope
from tests.audits.sources import source_of
from tests.database import acting_as
from tests.findings.rows import ACCOUNT, AT, DAY, UNATTACHED, bill, make_audit, make_connection, see
from tests.findings.test_views import text_of, visit  # noqa: F401 - a fixture

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


def load_of(connection, month=OCTOBER, *, until=None, loaded_at=AT, billed="100", invoiced=None, currency="USD"):
    """A load of one month: complete, unless `until` says otherwise; None of it on an invoice, unless told."""
    end = (month + 32 * DAY).replace(day=1)
    return BillLoad.objects.create(
        source=source_of(connection), billing_period=month, state="LOADED", sub_account_ids=[ACCOUNT],
        billed_from=month, billed_until=until or end, loaded_at=loaded_at,
        totals={currency: {"billed_cost": billed, "effective_cost": billed}},
        invoice_totals={"": {currency: billed}} if invoiced is None else {"INV-1": {currency: invoiced}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({"invoiced": "100"}, "final", ""),
        (
            {"invoiced": "87.66"},
            "differs",
            (
                "The bill of 2026-10 from Shop is complete, and differs from its invoices by 12.34 USD: 100.00 USD is billed, "
                "87.66 USD invoiced."
            ),
        ),
        (
            {"invoiced": "101"},
            "differs",
            (
                "The bill of 2026-10 from Shop is complete, and differs from its invoices by -1.00 USD: 100.00 USD is billed, "
                "101.00 USD invoiced."
            ),
        ),
        (
            {},
            "provisional",
            (
                "The bill of 2026-10 from Shop is not final and may be restated: it names no invoice, so nothing tells "
                "whether it equals one."
            ),
        ),
        (
            {"until": dt.date(2026, 10, 31), "invoiced": "40"},
            "provisional",
            (
                "The bill of 2026-10 from Shop is not final and may be restated: it does not reach to the last day of the "
                "month and 60.00 USD of it is on no invoice, 100.00 USD is billed, 40.00 USD invoiced."
            ),
        ),
        (
            {"until": dt.date(2026, 10, 31), "invoiced": "100"},
            "provisional",
            (
                "The bill of 2026-10 from Shop is not final and may be restated: it does not reach to the last day of the "
                "month."
            ),
        ),
        (
            {"month": NOVEMBER, "until": dt.date(2026, 11, 20), "invoiced": "40"},
            "open",
            "The month 2026-11 was not over when its bill was loaded from Shop on 2026-11-20: charges may still come.",
        ),
    ],
)
def test_a_bill_says_how_it_stands(organization, changed, state, words):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            found = standing(load_of(shop, **changed), "USD")
    assert (found.state, found.sentence) == (state, words)
    assert found.is_warning == (state == "differs")
    assert found.state in ORDER


def test_only_the_currency_that_the_saving_is_in_is_asked_after(organization):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_of(shop, invoiced="100")
            load.totals["EUR"] = {"billed_cost": "9", "effective_cost": "9"}
            load.invoice_totals["INV-2"] = {"EUR": "8"}
            assert (standing(load, "USD").state, standing(load, "EUR").state) == ("final", "differs")


@pytest.fixture
def found(organization):
    """A finding of a volume whose last 30 days lie in October, loaded whole, and in November, which is open."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            october = load_of(shop, invoiced="87.66")
            november = load_of(shop, NOVEMBER, until=AT.date(), billed="50")
            bill(october, "vol-1", "0.25")
            bill(november, "vol-1", "0.25")
            audit = make_audit(shop)
            see(audit, UNATTACHED)
            judge(audit=audit, at=AT)
    return organization


def test_a_finding_keeps_the_days_of_the_bill_that_its_saving_was_worked_out_from(found):
    with scope.organization(found.id):
        one = Finding.objects.get()
    assert (one.rests_from, one.rests_until) == (AT.date() - 30 * DAY, AT.date())


def test_the_migration_tells_the_same_days_from_the_frozen_evidence(found):
    from importlib import import_module

    from django.db import connection

    tell = import_module("findings.migrations.0091_what_savings_rest_on").TELL_WHAT_IS_FROZEN
    with scope.organization(found.id), acting_as("cf_worker"), connection.cursor() as cursor:
        Finding.objects.update(rests_from=None, rests_until=None)
        cursor.execute(tell)
        one = Finding.objects.get()
    assert (one.rests_from, one.rests_until) == (AT.date() - 30 * DAY, AT.date())


def test_a_saving_from_a_price_table_rests_on_no_bill(organization):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load_of(shop, invoiced="1")
            audit = make_audit(shop)
            see(audit, UNATTACHED)
            judge(audit=audit, at=AT)
        one = Finding.objects.get()
        assert (one.rests_from, one.rests_until) == (None, None)
        assert resting(Finding.objects.all()) == ({}, ())


def test_the_list_its_totals_and_the_finding_name_month_source_and_difference(found, visit):  # noqa: F811
    shown = text_of(visit(found, reverse("findings:list")))
    assert "Bill 2026-10 differs from its invoices by 12.34 USD" in shown
    assert "2026-11 is open" in shown
    assert (
        "7.61 USD a month in 1 finding rests on bills that differ from their invoices: "
        "2026-10 differs from its invoices by 12.34 USD"
    ) in shown
    with scope.organization(found.id):
        one = Finding.objects.get()
    page = text_of(visit(found, reverse("findings:finding", args=[one.id])))
    assert "is complete, and differs from its invoices by 12.34 USD: 100.00 USD is billed, 87.66 USD invoiced." in page
    assert "The month 2026-11 was not over" in page


def test_the_file_says_so_too(found, visit):  # noqa: F811
    text = visit(found, reverse("findings:csv")).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["bills_not_final"] == "2026-10 differs from its invoices by 12.34 USD; 2026-11 is open"
    assert row["bills_in_words"].count("The ") == 2


def test_when_the_invoice_comes_the_page_stops_saying_so_and_the_evidence_stays(found, visit):  # noqa: F811
    with scope.organization(found.id):
        before = Finding.objects.get()
        with acting_as("cf_worker"):
            BillLoad.objects.filter(billing_period=OCTOBER).update(invoice_totals={"INV-1": {"USD": "100"}})
        shown = text_of(visit(found, reverse("findings:list")))
        after = Finding.objects.get()
    assert "2026-10" not in shown
    assert "2026-11 is open" in shown
    assert json.dumps(before.evidence, sort_keys=True) == json.dumps(after.evidence, sort_keys=True)


def test_a_bill_that_is_gone_is_said_to_be_gone(found, visit):  # noqa: F811
    with scope.organization(found.id), acting_as("cf_worker"):
        BillLoad.objects.update(state="REPLACED")
    shown = text_of(visit(found, reverse("findings:list")))
    assert "its bill is not loaded any more" in shown


def test_each_finding_counts_once_under_its_worst_bill(organization, django_assert_num_queries):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            october = load_of(shop, invoiced="87.66")
            november = load_of(shop, NOVEMBER, until=AT.date(), billed="50")
            names = [f"vol-{number}" for number in range(5)]
            for name in names:
                bill(october, name, "0.25")
                bill(november, name, "0.25")
            audit = make_audit(shop)
            see(audit, *(dataclasses.replace(UNATTACHED, resource_id=name) for name in names))
            judge(audit=audit, at=AT)
        with django_assert_num_queries(2):
            standings, parts = resting(Finding.objects.all())
        [part] = parts
        assert (part.state, part.count, part.currency) == ("differs", 5, "USD")
        assert part.monthly == sum((one.estimated_monthly_savings for one in Finding.objects.all()), Decimal(0))
        assert [one.state for one in next(iter(standings.values()))] == ["differs", "open"]


def test_a_bill_of_another_account_or_other_days_is_not_rested_on(organization):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load_of(shop, invoiced="1")
        other = Span(account_id="999999999999", currency="USD", first=OCTOBER, until=NOVEMBER)
        later = Span(account_id=ACCOUNT, currency="USD", first=NOVEMBER, until=NOVEMBER + DAY)
        own = Span(account_id=ACCOUNT, currency="USD", first=OCTOBER, until=OCTOBER + DAY)
        told = standings_of([other, later, own])
    assert [told[span][0].state for span in (other, later, own)] == ["gone", "gone", "differs"]

"""Exchange rates of an organisation: given by whom may, replaced as a whole, shown beside what is billed."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.utils import timezone

from audits.models import BillLoad
from audits.rate_models import ExchangeRate
from findings.models import Finding
from tenants import scope
from tenants.models import Activity
from tests.audits.sources import source_of
from tests.connections.test_views import text
from tests.database import acting_as
from tests.findings.rows import ADDRESS, ORPHAN, UNATTACHED, bill, judged_audit, load_bill, make_connection
from tests.web import Visitor

URL = "/bills/rates/"
TODAY = timezone.now().date()
FILE = f"date,from,to,rate,source\n{TODAY},EUR,USD,1.25,Treasury\n2026-10-30,EUR,USD,1.2,Treasury\n"


@pytest.fixture
def finance(organization, provider_key):
    return Visitor(role="finance")


def kept(organization):
    with scope.organization(organization.id):
        return [str(rate) for rate in ExchangeRate.objects.order_by("day").values_list("rate", flat=True)]


def test_a_file_takes_the_place_of_all_rates_and_the_trail_says_by_whom(organization, finance):
    assert "2 exchange rates are kept" in text(finance.post(URL, {"rates": FILE}, follow=True))
    answer = finance.post(URL, {"rates": "Date,USD\n2026-11-02,1.5\n"}, follow=True)
    assert "European Central Bank" in text(answer)
    assert "Treasury" not in text(answer)
    assert kept(organization) == ["1.500000000000"]
    with scope.organization(organization.id):
        first, second = Activity.objects.filter(verb="organization.rates_replaced").order_by("at")
    assert first.actor == "Ada (user_ada)"
    assert first.detail == {
        "rates": "2", "first day": "2026-10-30", "last day": TODAY.isoformat(), "sources": "Treasury",
    }  # fmt: skip
    assert second.detail["sources"] == "European Central Bank"


def test_a_file_that_cannot_be_taken_changes_nothing_and_stays_in_the_form(organization, finance):
    finance.post(URL, {"rates": FILE})
    wrong = "date,from,to,rate,source\n2026-11-01,EUR,USD,1.1,x\n2026-11-02,EUR,USD,one,x\n"
    answer = finance.post(URL, {"rates": wrong})
    assert answer.status_code == 422
    assert "Line 3, rate: “one” is no rate" in text(answer)
    assert "2026-11-02,EUR,USD,one,x" in text(answer)
    assert len(kept(organization)) == 2


def test_rates_are_removed_and_the_trail_says_so(organization, finance):
    finance.post(URL, {"rates": FILE})
    assert "2 exchange rates are removed." in text(finance.post(f"{URL}remove/", follow=True))
    assert "no exchange rates to remove" in text(finance.post(f"{URL}remove/", follow=True))
    assert kept(organization) == []
    with scope.organization(organization.id):
        assert Activity.objects.filter(verb="organization.rates_removed").count() == 1


def test_who_may_not_change_them_sees_them_only(organization, finance):
    finance.post(URL, {"rates": FILE})
    other = Visitor(role="viewer")
    assert "Treasury" in text(other.get(URL))
    assert "Keep these rates" not in text(other.get(URL))
    assert other.post(URL, {"rates": FILE}).status_code == 403
    assert other.post(f"{URL}remove/").status_code == 403


@pytest.fixture
def shop(organization):
    """A finding of 7.61 USD a month, one of 3.65 EUR, and one of 3.04 GBP; two bills, one of a day without a rate."""
    with scope.organization(organization.id):
        connection = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(connection)
            bill(load, "vol-1", "0.25")
            bill(load, ADDRESS.resource_id, "0.12", currency="EUR", usage_type="PublicIPv4:IdleAddress")
            bill(load, ORPHAN.resource_id, "0.10", currency="GBP", usage_type="EBS:SnapshotUsage")
            judged_audit(connection, UNATTACHED, ADDRESS, ORPHAN)
            load.delete()
            for month, end in (
                (dt.date(2026, 10, 1), dt.date(2026, 11, 1)),
                (dt.date(2026, 6, 1), dt.date(2026, 7, 1)),
            ):
                BillLoad.objects.create(
                    source=source_of(connection), billing_period=month, state="LOADED", billed_from=month,
                    billed_until=end, loaded_at=timezone.now(),
                    totals={"USD": {"billed_cost": "12", "effective_cost": "24"}},
                )  # fmt: skip
    return organization


def test_the_list_shows_each_saving_converted_and_the_total_with_rate_day_and_source(shop, finance):
    finance.post(URL, {"rates": FILE})
    shown = text(finance.get("/findings/?in=EUR"))
    for expected in (
        "7.61 USD 6.09 EUR converted",
        ("9.74 EUR a month, together. 6.09 EUR is converted from 7.61 USD at "
        f"1 EUR = 1.25 USD of {TODAY} (Treasury). 3.65 EUR is as billed."),
        "Left out, because no rate to EUR is of the last 31 days: 3.04 GBP in 1 finding.",
        "Saving a month, USD", "Saving a month, GBP",
    ):  # fmt: skip
        assert expected in shown
    assert "converted" not in text(finance.get("/findings/"))


def test_the_choice_of_currency_stays_with_sorting_and_the_file(shop, finance):
    finance.post(URL, {"rates": FILE})
    body = finance.get("/findings/?in=EUR").content.decode()
    assert 'href="?state=OPEN&amp;in=EUR&amp;sort=age"' in body
    assert "/findings/actions.csv?state=OPEN&amp;in=EUR" in body
    assert "<option selected>EUR</option>" in body


def test_a_currency_without_rates_is_refused_by_name(shop, finance):
    assert "Show in: no rate is of “EUR”: there are no exchange rates yet." in text(finance.get("/findings/?in=EUR"))
    finance.post(URL, {"rates": FILE})
    assert "Show in: no rate is of “JPY”: choose one of EUR, USD." in text(finance.get("/findings/?in=JPY"))
    assert finance.get("/findings/actions.csv?in=JPY").status_code == 400


def test_the_file_keeps_its_amounts_and_has_converted_columns_only_when_asked(shop, finance):
    finance.post(URL, {"rates": FILE})
    plain, asked = (
        list(csv.DictReader(io.StringIO(finance.get(url).content.decode("utf-8-sig"))))
        for url in ("/findings/actions.csv", "/findings/actions.csv?in=EUR")
    )
    assert not [name for name in plain[0] if "convert" in name or "exchange" in name]
    assert [{name: row[name] for name in plain[0]} for row in asked] == plain
    by_currency = {row["currency"]: row for row in asked}
    dollars = by_currency["USD"]
    assert dollars["converted_net_monthly_savings"] == "6.0875"
    assert [dollars[f"exchange_rate{name}"] for name in ("", "_from", "_to", "_date", "_source")] == [
        "1.25", "EUR", "USD", TODAY.isoformat(), "Treasury",
    ]  # fmt: skip
    assert by_currency["GBP"]["converted_net_monthly_savings"] == by_currency["EUR"]["exchange_rate"] == ""


def test_a_bill_is_converted_by_the_rate_of_its_last_day_or_stays_alone(shop, finance):
    finance.post(URL, {"rates": FILE})
    shown = text(finance.get("/bills/?in=EUR"))
    assert "12.00 USD 10.00 EUR converted, 1 EUR = 1.2 USD of 2026-10-30 (Treasury)" in shown
    assert "24.00 USD 20.00 EUR converted" in shown
    assert shown.count("no rate to EUR") == 2
    assert "converted" not in text(finance.get("/bills/"))


def test_rates_of_another_organisation_are_not_used(shop, finance, other_organization):
    Visitor(organization="org_contoso", role="finance").post(URL, {"rates": FILE})
    assert "there are no exchange rates yet" in text(finance.get("/findings/?in=EUR"))
    assert "Treasury" not in text(finance.get(URL))
    with scope.organization(shop.id):
        assert Finding.objects.count() == 3

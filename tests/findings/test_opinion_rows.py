"""Opinions through judging: beside our findings where both say the same, else theirs alone with what we say."""

from __future__ import annotations

import csv
import dataclasses
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from audits.models import Resource, Step, Usage
from connections.models import Connection
from connections.resources.opinions import CostHubOpinion, TrustedAdvisorOpinion
from costframe.deletion import delete_connection
from findings.frozen import is_intact
from findings.models import Finding, Opinion, Verdict
from findings.operations import judge, price_again
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import (
    ACCOUNT,
    AT,
    DAY,
    GP2,
    IDLE,
    REGION,
    UNATTACHED,
    bill,
    load_bill,
    make_audit,
    make_connection,
    opinion,
    see,
    use,
)
from tests.findings.test_views import text_of
from tests.findings.test_views import visit as visit  # noqa: PLC0414 - a fixture

DELETE = opinion(UNATTACHED, "Delete")
BUSY = dataclasses.replace(IDLE, resource_id="i-2", name="busy")
STOP = opinion(BUSY, "Stop")
ALONE = opinion(dataclasses.replace(BUSY, resource_id="i-7"), "Stop", before_discounts="3", after_discounts="3")


def read(
    connection, *things, at=AT, advisors=("compute-optimizer", "cost-optimization-hub", "trustedadvisor"), used=None
):
    """An audit that saw `things` and read the advisors' places; `used` is the highest CPU of the last but one day."""
    audit = make_audit(connection, at=at)
    for service in advisors:
        Step.objects.create(
            audit=audit, connection=connection, kind="INVENTORY", state="DONE", account_id=ACCOUNT, region=REGION,
            service=service,
        )  # fmt: skip
    rows = see(audit, *things)
    for row in rows:
        if row.kind == "instance":
            use(row)
            if used:
                Usage.objects.filter(resource=row, metric="CPUUtilization").update(values=[1.5] * 12 + [used, 1.5])
    judge(audit=audit, at=at)
    audit.state = "DONE"
    audit.save()
    return audit


@pytest.fixture
def shop(organization):
    """A connection of Northwind, with the worker at work."""
    with acting_as("cf_web"), scope.organization(organization.id):
        shop = make_connection()
    with acting_as("cf_worker"), scope.organization(organization.id):
        yield shop


def standings():
    return {one.about_id: (one.standing, one.because) for one in Opinion.objects.all()}


def test_the_same_of_the_same_resource_is_one_finding_with_both_figures_and_the_reason(shop):
    load = load_bill(shop)
    bill(load, "vol-1", "0.25")
    read(shop, UNATTACHED, dataclasses.replace(DELETE, after_discounts=None))
    finding = Finding.objects.get()
    assert finding.estimated_monthly_savings == Decimal("0.25") * Decimal("30.4375")
    [told] = finding.evidence["opinions"]
    assert (told["source"], told["before_discounts"], told["is_same_action"]) == ("Compute Optimizer", "12.5", True)
    assert told["why"] == ["Theirs is at list price, before any discount; ours is what the bill charges."]
    assert is_intact(finding)
    row = Opinion.objects.get()
    assert (row.standing, row.finding_id, row.about_name) == ("AGREED", finding.id, "old data")


def test_theirs_alone_opens_no_finding_and_is_in_no_sum_and_no_verdict(shop):
    audit = read(shop, BUSY, STOP, ALONE, used=40.0)
    assert Finding.objects.count() == 0
    assert audit.summary["totals"] == []
    assert set(Verdict.objects.values_list("resource__kind", flat=True)) == {"instance"}


def test_what_we_found_in_order_is_said_with_the_day_that_shows_it(shop):
    read(shop, BUSY, STOP, used=40.0)
    standing, because = standings()["i-2"]
    assert standing == "FINE"
    assert because == (
        "“Idle EC2 instance”: CPU, highest of the day: 40 % on 2026-11-18; the rule's limit is 5."
    )  # fmt: skip


def test_what_a_rule_cannot_tell_is_said_with_what_is_missing(shop):
    audit = make_audit(shop)
    Step.objects.create(
        audit=audit, connection=shop, kind="INVENTORY", state="DONE", account_id=ACCOUNT, region=REGION,
        service="compute-optimizer",
    )  # fmt: skip
    see(audit, BUSY, STOP)
    judge(audit=audit, at=AT)
    standing, because = standings()["i-2"]
    assert standing == "UNKNOWN"
    assert because.startswith("“Idle EC2 instance” cannot tell CPU and network on every one of the last 14 days.")


def test_what_no_rule_of_ours_judges_and_what_we_have_not_seen_is_said_so(shop):
    read(shop, GP2, opinion(GP2, "MigrateToGraviton"), ALONE)
    assert standings() == {"vol-2": ("OTHER", "We have another finding on it: EBS volume of type gp2."), "i-7": ("NOT_SEEN", "")}  # fmt: skip
    read(shop, dataclasses.replace(GP2, volume_type="standard"), opinion(GP2, "MigrateToGraviton"), at=AT + DAY)
    assert standings()["vol-2"] == ("NO_RULE", "")


def test_advice_on_another_action_stands_beside_the_finding_and_is_not_compared(shop):
    read(shop, UNATTACHED, opinion(UNATTACHED, "Rightsize", target="gp3"))
    [told] = Finding.objects.get().evidence["opinions"]
    assert (told["is_same_action"], told["why"]) == (False, [])
    assert Opinion.objects.get().finding_id == Finding.objects.get().id


def test_an_opinion_that_is_gone_the_next_night_is_gone_and_one_that_could_not_be_read_stays(shop):
    read(shop, BUSY, STOP, ALONE)
    rows = Resource.objects.filter(kind=STOP.KIND)
    assert Opinion.objects.count() == 2
    rows.filter(resource_id=ALONE.resource_id).update(gone_at=AT + DAY)
    read(shop, BUSY, at=AT + DAY)  # the other was not read this night, and is not known to be gone
    assert [one.about_id for one in Opinion.objects.all()] == ["i-2"]
    read(shop, BUSY, at=AT + 2 * DAY, advisors=())
    assert Opinion.objects.count() == 0


def test_a_bill_that_comes_later_lays_theirs_beside_the_new_figure(shop):
    read(shop, UNATTACHED, dataclasses.replace(DELETE, after_discounts=None))
    [before] = Finding.objects.get().evidence["opinions"]
    bill(load_bill(shop), "vol-1", "0.25")
    price_again(connection_id=shop.id, at=AT + DAY)
    [after] = Finding.objects.get().evidence["opinions"]
    assert "at list price" not in " ".join(before["why"])
    assert "at list price" in " ".join(after["why"])


def test_deleting_the_connection_takes_what_was_said_to_it_along(organization, shop):
    read(shop, BUSY, STOP)
    with acting_as("cf_web"), scope.organization(organization.id):
        assert Opinion.objects.count() == 1
        delete_connection(connection=Connection.objects.get(id=shop.id), by="user_1", at=AT)
        assert Opinion.objects.count() == 0


@pytest.fixture
def told(organization):
    """Northwind after a night in which advisors agreed with us on one thing and spoke alone of others."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            bill(load_bill(shop), "vol-1", "0.25")
            read(
                shop, UNATTACHED, BUSY, DELETE, STOP, ALONE, used=40.0,
            )  # fmt: skip
            hub = opinion(
                BUSY, "Rightsize", kind=CostHubOpinion, after_discounts=None, before_discounts=None, saving="9"
            )
            flagged = opinion(UNATTACHED, "Delete", kind=TrustedAdvisorOpinion, after_discounts=None)
            read(shop, UNATTACHED, BUSY, DELETE, STOP, ALONE, hub, flagged, at=AT + DAY, used=40.0)
    return organization


def test_the_page_shows_theirs_alone_with_who_says_it_and_what_we_say(told, visit):
    shown = text_of(visit(told, reverse("findings:opinions")))
    for expected in (
        "3 opinions", "12.50 USD", "3.00 USD", "9.00 USD", "Compute Optimizer", "Cost Optimization Hub", "2026-11-20",
        "We find it in order", "40 % on 2026-11-18", "Not seen by us", "not added up",
    ):  # fmt: skip
        assert expected in shown
    assert "We say so too" not in shown.split("What we say")[-1]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"standing": "ALL"}, 5),
        ({"standing": "AGREED"}, 2),
        ({"standing": "ALL", "source": "trustedadvisor"}, 1),
        ({"action": "Rightsize"}, 1),
        ({"q": "busy"}, 2),
        ({"q": "i-7"}, 1),
        ({"account": ACCOUNT, "region": REGION}, 3),
        ({"standing": "none"}, 3),
        ({"after": "nowhere"}, 3),
    ],
)
def test_the_page_and_its_file_hold_what_is_asked_for(told, visit, asked, count):
    shown = text_of(visit(told, reverse("findings:opinions"), **asked))
    assert f"{count} opinion" in shown
    answer = visit(told, reverse("findings:opinions_csv"), **asked)
    if asked.get("standing") == "none":
        assert answer.status_code == 400
        return
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == count
    assert {row["source"] for row in rows} <= {"Compute Optimizer", "Cost Optimization Hub", "Trusted Advisor"}


def test_nothing_after_discounts_is_a_figure_and_not_taken_for_none(organization, visit):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            read(shop, dataclasses.replace(ALONE, after_discounts="0"))
    assert "0.00 USD 3.00 before discounts" in text_of(visit(organization, reverse("findings:opinions")))


def test_each_page_leads_to_the_next_with_the_same_filter(told, visit, monkeypatch):
    monkeypatch.setattr("findings.opinion_views.PAGE_SIZE", 1)
    first = visit(told, reverse("findings:opinions"), standing="ALL").content.decode()
    assert 'rel="next"' in first
    assert "standing=ALL&amp;after=" in first


def test_the_findings_page_and_the_list_name_who_says_so_too(told, visit):
    with scope.organization(told.id):
        finding = Finding.objects.get()
    page = text_of(visit(told, reverse("findings:finding", args=[finding.id])))
    for expected in ("What AWS itself says", "Trusted Advisor", "12.50 USD", "before any discount", "no sum of ours"):
        assert expected in page
    assert "also: Compute Optimizer, Trusted Advisor" in text_of(visit(told, reverse("findings:list")))
    answer = visit(told, reverse("findings:csv")).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(answer))
    assert (row["source"], row["also_said_by"]) == ("Costframe", "Compute Optimizer; Trusted Advisor")


NOTE = "This account is not enrolled in Compute Optimizer, so there is nothing of it to compare with."


def test_the_connections_page_says_who_is_switched_on_and_who_is_not_and_no_gap_of_it(organization, visit):
    with scope.organization(organization.id), acting_as("cf_worker"):
        with acting_as("cf_web"):
            shop = make_connection()
        audit = make_audit(shop, state="DONE")
        rows = [("compute-optimizer", REGION, 0, NOTE), ("compute-optimizer", "us-east-1", 0, NOTE)]
        rows += [("cost-optimization-hub", "us-east-1", 12, ""), ("trustedadvisor", "us-east-1", 0, "")]
        for service, region, count, note in rows:
            Step.objects.create(
                audit=audit, connection=shop, kind="INVENTORY", state="DONE", account_id=ACCOUNT, region=region,
                service=service, resource_count=count, message=note,
            )  # fmt: skip
    shown = text_of(visit(organization, reverse("connections:detail", args=[shop.id])))
    assert shown.count(NOTE) == 1
    assert "Cost Optimization Hub: 12 opinions" in shown
    assert "Trusted Advisor: nothing said" in shown
    told = text_of(visit(organization, reverse("audits:detail", args=[audit.id])))
    assert NOTE in told
    assert "No gaps" in told
    assert " 0 resources in" in told  # what they say is no resource


def test_without_any_opinion_the_page_says_what_that_may_mean(organization, visit):
    shown = text_of(visit(organization, reverse("findings:opinions")))
    assert "They have said nothing yet." in shown

"""A bill that comes after an audit has ended prices that audit's findings all the same."""

from __future__ import annotations

import dataclasses

import pytest

from audits.models import Audit, Step
from findings.models import Finding
from findings.operations import judge, price_again, waiting_for
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import (
    AT,
    DAY,
    UNATTACHED,
    bill,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    see,
)

PAYER = "999999999999"
OTHER = dataclasses.replace(UNATTACHED, resource_id="vol-other")


@pytest.fixture
def payer_and_shop(organization):
    """The payer's connection, through which the bill comes, and a member's."""
    with acting_as("cf_web"), scope.organization(organization.id):
        payer, shop = make_connection(account_id=PAYER, label="Payer"), make_connection()
    with acting_as("cf_worker"), scope.organization(organization.id):
        yield payer, shop


def bill_comes(payer):
    """The payer's audit loads a bill that covers the shop."""
    audit = make_audit(payer, at=AT)
    load = load_bill(payer)
    bill(load, "vol-1", "0.25")
    return audit


def test_a_finding_is_verified_once_the_payers_bill_is_there(payer_and_shop):
    payer, shop = payer_and_shop
    judged_audit(shop, UNATTACHED)
    before = Finding.objects.get()
    assert before.confidence != "VERIFIED"
    audit = bill_comes(payer)
    assert waiting_for(audit=audit) == [shop.id]
    price_again(connection_id=shop.id, at=AT)
    after = Finding.objects.get()
    assert (after.confidence, after.currency) == ("VERIFIED", "USD")
    assert after.evidence["bill"] != before.evidence["bill"]
    assert (after.opened_at, after.last_seen_at, after.reopened_count) == (before.opened_at, before.last_seen_at, 0)


def test_a_bill_that_comes_late_matches_and_the_state_has_aged_by_then(payer_and_shop):
    payer, shop = payer_and_shop
    judged_audit(shop, UNATTACHED)
    before = Finding.objects.get()
    bill_comes(payer)
    price_again(connection_id=shop.id, at=AT + 5 * DAY)
    after = Finding.objects.get()
    parts = [
        {part["name"]: part["points"] for part in one.evidence["parts"] if part["points"] is not None}
        for one in (before, after)
    ]
    assert parts == [
        {"state_age": 20, "bill_matched": 0, "traps_checked": 15},
        {"state_age": 10, "bill_matched": 20, "traps_checked": 15},
    ]
    assert (before.confidence_points, after.confidence_points) == (63, 81)


def test_nothing_opens_or_closes(payer_and_shop):
    payer, shop = payer_and_shop
    audit = judged_audit(shop, UNATTACHED)
    see(audit, OTHER)  # a later writing of the same audit's rows is not this function's to judge
    bill_comes(payer)
    price_again(connection_id=shop.id, at=AT)
    assert Finding.objects.values_list("provider_resource_id", "state").get() == ("vol-1", "OPEN")


def test_an_audit_under_way_prices_for_itself(payer_and_shop):
    payer, shop = payer_and_shop
    judged_audit(shop, UNATTACHED, at=AT - DAY)
    before = Finding.objects.get().evidence_hash
    running = make_audit(shop, at=AT)
    see(running, UNATTACHED)
    bill_comes(payer)
    price_again(connection_id=shop.id, at=AT)
    assert Finding.objects.get().evidence_hash == before
    judge(audit=running, at=AT)
    assert Finding.objects.get().confidence == "VERIFIED"


@pytest.mark.parametrize(
    ("state", "minutes_after_the_bill", "has_it"),
    [("DONE", 1, True), ("DONE", -1, False), ("RUNNING", 1, False), ("FAILED", 1, False)],
)
def test_an_account_that_was_judged_since_the_bill_was_there_waits_for_nothing(
    payer_and_shop, state, minutes_after_the_bill, has_it
):
    payer, shop = payer_and_shop
    theirs = judged_audit(shop, UNATTACHED)
    before, ours = Finding.objects.get().evidence_hash, bill_comes(payer)
    began = AT + minutes_after_the_bill * DAY / 1440
    Step.objects.create(audit=ours, connection=payer, kind="BILL", state="DONE", account_id=PAYER, ended_at=AT)
    Step.objects.create(audit=theirs, connection=shop, kind="JUDGE", state=state, account_id="1", started_at=began)
    Audit.objects.filter(id=theirs.id).update(ended_at=began + DAY)
    assert waiting_for(audit=ours) == ([] if has_it else [shop.id])
    price_again(connection_id=shop.id, bill_of=ours, at=AT)  # as one does who heard before that it waits
    assert (Finding.objects.get().evidence_hash == before) is has_it


def test_only_connections_that_the_new_bill_covers_wait_for_it(payer_and_shop):
    payer, _ = payer_and_shop
    audit = make_audit(payer, at=AT)
    load_bill(payer, accounts=(PAYER,))
    assert waiting_for(audit=audit) == []

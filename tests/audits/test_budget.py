"""One audit's sum for metric reads, out of which however many workers take at the same time."""

from __future__ import annotations

import threading
from decimal import Decimal

import psycopg
import pytest

from audits.budget import Budget
from audits.models import Audit
from connections.models import Connection
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as
from tests.tenants import catalogue

EACH = Decimal("0.00001")
CAP = Decimal("0.001")  # a hundred units


@pytest.fixture
def audit(organization):
    with scope.organization(organization.id):
        shop = Connection.objects.create(label="Shop", state="CONNECTED", created_at=AT)
        yield Audit.objects.create(connection=shop, requested_by="Ada", requested_at=AT)


def budget_of(audit, *, cap=CAP):
    return Budget(audit_id=audit.id, cap_usd=cap, transaction=lambda: scope.organization(audit.organization_id))


def spent(audit):
    audit.refresh_from_db()
    return audit.estimated_cost_usd


@pytest.mark.parametrize(("asked", "given"), [([60, 60, 1], [60, 40, 0]), ([100, 1], [100, 0]), ([0, 101], [0, 100])])
def test_no_more_is_given_than_is_left(audit, asked, given):
    with acting_as("cf_worker"):
        assert [budget_of(audit).take(units, usd_each=EACH) for units in asked] == given
    assert spent(audit) == CAP


def test_what_comes_back_can_be_taken_again(audit):
    with acting_as("cf_worker"):
        budget = budget_of(audit)
        budget.take(100, usd_each=EACH)
        budget.give_back(30, usd_each=EACH)
        budget.give_back(0, usd_each=EACH)
        assert spent(audit) == CAP - 30 * EACH
        assert budget.take(100, usd_each=EACH) == 30


def test_a_cap_that_was_lowered_meanwhile_gives_nothing(audit):
    with acting_as("cf_worker"):
        budget_of(audit).take(100, usd_each=EACH)
        assert budget_of(audit, cap=Decimal("0.0005")).take(1, usd_each=EACH) == 0
    assert spent(audit) == CAP


def test_two_workers_at_the_same_time_are_not_given_the_same_money(at_once):
    """The second one asks while the first one has not committed: it waits, and gets what the first one left."""
    with psycopg.connect(at_once.urls["admin"]) as admin:
        for table in ("tenants_organization", "connections_connection", "audits_audit"):
            catalogue.fill(admin, table)
        admin.execute("set session_replication_role = replica")  # made-up rows refer to nothing
        admin.execute("update audits_audit set estimated_cost_usd = 0 where organization_id = %s", [catalogue.A])
        (audit_id,) = admin.execute("select id from audits_audit where organization_id = %s", [catalogue.A]).fetchone()
    has_taken, may_commit = threading.Event(), threading.Event()
    budget = Budget(audit_id=audit_id, cap_usd=CAP, transaction=lambda: scope.organization(catalogue.A))

    def first():
        with scope.organization(catalogue.A):
            given = budget.take(70, usd_each=EACH)
            has_taken.set()
            assert may_commit.wait(30)
            return given

    try:
        one = at_once.start(first)
        assert has_taken.wait(30)
        other = at_once.start(lambda: budget.take(70, usd_each=EACH))
        at_once.wait_until_one_waits()
    finally:
        may_commit.set()
    assert (one.result(30), other.result(30)) == (70, 30)
    with psycopg.connect(at_once.urls["admin"]) as admin:
        assert admin.execute("select estimated_cost_usd from audits_audit where id = %s", [audit_id]).fetchone() == (
            CAP,
        )

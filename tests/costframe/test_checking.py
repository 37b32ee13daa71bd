"""What an access check that has ended leaves on its connection."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError
from django.db import connection as database

from audits import collect
from connections import confirmations
from connections.models import AccessCheck, Confirmation, Connection
from connections.provider import AccessReport
from costframe import checking
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as


@pytest.mark.parametrize(("refusals", "is_held"), [((("role_arn", "There is no such role."),), False), ((), True)])
def test_only_who_was_let_in_is_held_to_its_account(organization, refusals, is_held):
    """A wrong ARN at first is refused, and must not lock out the right one."""
    with scope.organization(organization.id):
        connection = Connection.objects.create(
            label="Shop", state="CHECKING", account_id="111111111111", generation=1, created_at=AT
        )
        asked = AccessCheck.objects.create(connection=connection, generation=1, requested_at=AT, due_at=AT)
        with acting_as("cf_worker"):
            check = AccessCheck.take(asked.id, at=AT, seconds=60)
            assert check is not None
            report = AccessReport(account_id="111111111111", refusals=refusals)
            credential = collect.Credential(connection=connection, secret={}, digest="d" * 64, pinned_account_id=None)
            checking.write(check, report, credential)
        connection.refresh_from_db()
        confirmed = list(Confirmation.objects.values_list("account_id", "digest"))
    assert connection.state == ("CONNECTED" if is_held else "REFUSED")
    assert (connection.checked_at is not None) is is_held
    assert confirmed == ([("111111111111", "d" * 64)] if is_held else [])


@pytest.fixture
def let_in(organization):
    """A connection in use, and its check that is asked for once more."""
    with scope.organization(organization.id):
        connection = Connection.objects.create(
            label="Shop", state="CONNECTED", account_id="111111111111", generation=1, created_at=AT
        )
        asked = AccessCheck.objects.create(connection=connection, generation=1, requested_at=AT, due_at=AT)
        with acting_as("cf_worker"):
            confirmations.confirm(connection=connection, digest="d", account_id="111111111111", at=AT)
            yield AccessCheck.take(asked.id, at=AT, seconds=60), connection


def stands(connection):
    """The state that pages show, the pinned account, and the digest that audits go by."""
    connection.refresh_from_db()
    return connection.state, *Confirmation.objects.values_list("account_id", "digest").get()


def test_a_later_credential_is_confirmed_for_the_first_ones_account_only(let_in):
    _, connection = let_in
    for account_id, digest in (("222222222222", "b"), ("111111111111", "c")):
        confirmations.confirm(connection=connection, digest=digest, account_id=account_id, at=AT)
    assert stands(connection) == ("CONNECTED", "111111111111", "c")


def test_a_check_that_ends_after_another_has_pinned_another_account_is_refused(let_in):
    """Two checks may begin before there is a pin; whichever ends first sets it for both."""
    check, connection = let_in
    credential = collect.Credential(connection=connection, secret={}, digest="e", pinned_account_id=None)
    checking.write(check, AccessReport(account_id="222222222222"), credential)
    check.refresh_from_db()
    assert stands(connection) == ("REFUSED", "111111111111", "d")
    assert (check.state, check.refusals[0][0]) == ("REFUSED", "role_arn")
    assert "is of account 111111111111" in check.refusals[0][1]


def test_what_was_refused_is_not_opened_again_whatever_web_says_of_the_connection(let_in):
    check, connection = let_in
    credential = collect.Credential(connection=connection, secret={}, digest="d", pinned_account_id="111111111111")
    report = AccessReport(account_id="111111111111", refusals=(("role_arn", "It may write."),))
    checking.write(check, report, credential)
    assert stands(connection) == ("REFUSED", "111111111111", "")
    with acting_as("cf_web"):
        Connection.objects.update(state="CONNECTED")
    assert not confirmations.is_confirmed(connection=connection, digest="d")
    assert not confirmations.is_confirmed(connection=connection, digest="")


@pytest.mark.parametrize(
    "statement",
    [
        """insert into connections_confirmation (id, organization_id, connection_id, account_id, digest, confirmed_at)
           values (gen_random_uuid(), cf_organization(), gen_random_uuid(), '1', '2', now())""",
        "update connections_confirmation set digest = 'x'",
        "update connections_confirmation set account_id = 'x'",
        "delete from connections_confirmation where connection_id is not null",
    ],
)
def test_web_can_confirm_nothing(organization, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), scope.organization(organization.id):
        database.cursor().execute(statement)

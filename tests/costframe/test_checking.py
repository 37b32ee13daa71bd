"""What an access check that has ended leaves on its connection."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError
from django.db import connection as database

from audits import collect
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
            checking._write(check, report, credential)
        connection.refresh_from_db()
        confirmed = list(Confirmation.objects.values_list("account_id", "digest"))
    assert connection.state == ("CONNECTED" if is_held else "REFUSED")
    assert (connection.checked_at is not None) is is_held
    assert confirmed == ([("111111111111", "d" * 64)] if is_held else [])


def test_a_later_credential_is_confirmed_for_the_first_ones_account_only(organization):
    with scope.organization(organization.id):
        connection = Connection.objects.create(label="Shop", state="CONNECTED", created_at=AT)
    with acting_as("cf_worker"), scope.organization(organization.id):
        for account_id, digest in (("111111111111", "a"), ("222222222222", "b"), ("111111111111", "c")):
            credential = collect.Credential(connection=connection, secret={}, digest=digest, pinned_account_id=None)
            collect.confirm(credential=credential, account_id=account_id, at=AT)
        assert list(Confirmation.objects.values_list("account_id", "digest")) == [("111111111111", "c")]


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

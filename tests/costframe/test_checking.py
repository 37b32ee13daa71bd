"""What an access check that has ended leaves on its connection."""

from __future__ import annotations

import pytest

from connections.models import AccessCheck, Connection
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
            checking._write(check, AccessReport(account_id=None, refusals=refusals))
        connection.refresh_from_db()
    assert connection.state == ("CONNECTED" if is_held else "REFUSED")
    assert (connection.checked_at is not None) is is_held

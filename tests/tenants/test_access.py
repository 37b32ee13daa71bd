"""What is another organisation's answers exactly as what does not exist."""

from __future__ import annotations

import re
import uuid

import pytest

from connections.models import Connection
from findings.models import Finding
from findings.operations import judge
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as
from tests.findings.rows import UNATTACHED, make_audit, make_connection, see
from tests.tenants.url_map import every_route, filled_in

ROUTES = {pattern: converters for _, pattern, converters in every_route() if "<uuid:" in pattern}
CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|data-expires="\d+"')


@pytest.fixture
def ids(organization):
    """One of everything that has an address, in Northwind."""
    with scope.organization(organization.id):
        connection = make_connection()
        with acting_as("cf_worker"):
            audit = make_audit(connection)
            see(audit, UNATTACHED)
            judge(audit=audit, at=AT)
            finding = Finding.objects.get()
    return {"connection_id": connection.id, "audit_id": audit.id, "finding_id": finding.id}


def answer(visitor, method, url):
    response = getattr(visitor, method)(url)
    return response.status_code, CHANGING.sub(b"", response.content), response.headers.get("Location")


def test_there_is_an_id_for_every_parameter(ids):
    assert {name for converters in ROUTES.values() for name in converters} <= {*ids, "name"}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("pattern", ROUTES)
def test_a_strangers_id_answers_as_a_random_one(pattern, method, ids, stranger, organization):
    theirs = answer(stranger, method, filled_in(pattern, ids))
    random = answer(stranger, method, filled_in(pattern, {name: uuid.uuid4() for name in ids}))
    assert theirs == random
    assert theirs[0] in {404, 405}
    with scope.organization(organization.id):
        connection = Connection.objects.get()
        assert (connection.state, connection.is_paused) == ("CONNECTED", False)


@pytest.mark.parametrize("pattern", ROUTES)
def test_the_owner_gets_an_answer_at_the_same_address(pattern, ids, visitor):
    # Else the test above would pass for addresses that nobody is answered at.
    assert visitor.get(filled_in(pattern, ids)).status_code in {200, 302, 405, 409}

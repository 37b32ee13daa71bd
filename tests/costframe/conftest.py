"""Web and operator as in production, started once for all tests that only ask them something; two connections."""

from __future__ import annotations

import pytest

from tenants import scope
from tests.costframe.planned import ACCOUNT, connect
from tests.costframe.served import Served
from tests.database import acting_as


@pytest.fixture(scope="session")
def served(cluster, tmp_path_factory):
    """The running pair."""
    urls = cluster.copy()
    served = Served(urls=urls, directory=tmp_path_factory.mktemp("served"))
    yield served
    served.stop()
    cluster.drop(urls["database"])


@pytest.fixture
def shop(organization):
    """A connection, as a worker sees it."""
    with scope.organization(organization.id):
        made = connect("Shop", account_id=ACCOUNT)
        with acting_as("cf_worker"):
            yield made


@pytest.fixture
def payer(organization):
    """One that has an export, as a worker sees it."""
    export = {"export_bucket": "bills", "export_name": "focus", "export_region": "us-east-1"}
    with scope.organization(organization.id):
        made = connect("Payer", account_id=ACCOUNT, **export)
        assert made.has_export
        with acting_as("cf_worker"):
            yield made

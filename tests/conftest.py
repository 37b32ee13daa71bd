"""What every test may ask for: the servers, the organisations, the roles."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil

import pytest
from django.db import connections
from django.utils import timezone
from hypothesis import settings

from sandbox import servers
from sandbox.aws.client import SandboxCloud
from tenants import scope
from tenants.models import Organization
from tenants.organization_ids import organization_id_for
from tenants.proof import make_proof
from tests import database, distribution
from tests.at_once import AtOnce
from tests.tenants.doors import door  # noqa: F401 - a fixture: the running operator process
from tests.web import provider_key, stranger, visitor  # noqa: F401 - fixtures of pages

ISSUER = "https://clerk.example.test"
AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
settings.register_profile("costframe", deadline=None)  # how fast a machine is, is no test's to say
settings.load_profile("costframe")


def pytest_collection_finish():
    """Millions of objects that are as old as the run need not be looked through each time that memory is tidied."""
    gc.freeze()


def pytest_sessionfinish():
    """At the end all of it is given back, else DuckDB's binding says that it leaked."""
    gc.unfreeze()


def pytest_xdist_make_scheduler(config, log):
    return distribution.share_out(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """What a test logged may be no UTF-8, on purpose, and then no worker could tell of it."""
    report = yield
    report.sections = [(name, distribution.sendable(text)) for name, text in report.sections]
    return report


@pytest.fixture(scope="session")
def server_directory():
    """A folder of this process, inside the project so that PostgreSQL's own user can reach it."""
    directory = database.ROOT / ".local" / f"tests-{os.getpid()}"
    directory.mkdir(parents=True)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(server_directory):
    """PostgreSQL with the migrated template database."""
    cluster = database.TestCluster(server_directory)
    yield cluster
    cluster.postgres.stop(seconds=5)


@pytest.fixture(scope="session")
def redis_server(server_directory):
    """Redis, empty at the start of the session."""
    redis = servers.start_redis(server_directory)
    yield redis
    redis.stop()


@pytest.fixture(scope="session")
def django_db_setup(cluster):
    """Point Django at the template database as the test login, acting as cf_web until a test says otherwise.

    Tests with the `db` mark run in a transaction that is rolled back, so the template stays as it was migrated.
    """
    default = connections["default"]
    fields = database.psycopg.conninfo.conninfo_to_dict(cluster.test_url)
    default.settings_dict.update(
        HOST=fields["host"],
        PORT=fields["port"],
        NAME=fields["dbname"],
        USER=fields["user"],
        PASSWORD=fields["password"],
    )
    default.settings_dict["OPTIONS"]["options"] = "-c role=cf_web"
    default.settings_dict["TEST"]["MIRROR"] = None
    yield
    default.close()


@pytest.fixture
def fresh_database(cluster):
    """A copy of the migrated database with committed data, for real logins and real processes: URLs by login."""
    urls = cluster.copy()
    yield urls
    cluster.drop(urls["database"])


@pytest.fixture
def at_once(fresh_database, django_db_blocker):
    """Jobs on database connections of real logins at the same time, on a database of their own."""
    jobs = AtOnce(fresh_database, unblock=django_db_blocker.unblock)
    yield jobs
    jobs.stop()


def make_organization(name: str) -> Organization:
    """An organisation as web makes it at the first sign-in. Needs the `db` mark."""
    clerk_id = f"org_{name.lower()}"
    organization_id = organization_id_for(issuer=ISSUER, clerk_id=clerk_id)
    with scope.organization(organization_id):
        return Organization.objects.create(
            id=organization_id, issuer=ISSUER, clerk_id=clerk_id, name=name, created_at=AT
        )


@pytest.fixture
def proofs_as_of_the_transactions_start(monkeypatch, db):
    """A test is one transaction, and on a slow machine may be longer than the half minute that clocks may differ by."""
    begun = timezone.now()
    monkeypatch.setattr(scope, "make_proof", lambda **given: make_proof(**{**given, "at": begun}))


@pytest.fixture
def organization(db):
    """The organisation that most tests work for."""
    return make_organization("Northwind")


@pytest.fixture
def other_organization(db):
    """A stranger to `organization`."""
    return make_organization("Contoso")


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    """The sandbox cloud, one for the whole session."""
    with SandboxCloud.start(state_dir=tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture
def calm_cloud(cloud):
    """The sandbox cloud without leftover faults and page sizes, before and after."""
    cloud.clear_faults()
    cloud.set_page_size(None)
    yield cloud
    cloud.clear_faults()
    cloud.set_page_size(None)

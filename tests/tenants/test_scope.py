"""The tenancy boundary: no scope, no rows; one transaction, one organisation."""

import pytest
from django.db import connection

from tenants import scope
from tenants.models import Activity, Organization
from tests.architecture.test_sizes import product_files
from tests.conftest import AT
from tests.database import acting_as


def setting():
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('costframe.organization', true)")
        return cursor.fetchone()[0] or ""


@pytest.mark.django_db
def test_without_a_scope_every_query_of_a_tenants_table_is_refused():
    with pytest.raises(scope.NoTenantScope):
        Activity.objects.count()
    with pytest.raises(scope.NoTenantScope):
        Organization.objects.count()


def test_the_scope_ends_with_its_block(organization):
    with scope.organization(organization.id):
        assert f"|{organization.id}|" in setting()
    assert setting() == ""
    assert not scope.is_open()


def test_a_process_without_a_key_enters_for_the_sake_of_a_row_only(organization, settings):
    settings.CONTEXT_KEY = None
    with pytest.raises(scope.NoProof), scope.organization(organization.id):
        pass
    with (
        acting_as("cf_worker"),
        scope.work_on("audits_audit", organization.id),
        pytest.raises(scope.NoSuchWork),
        scope.organization(organization.id),
    ):
        pass
    assert not scope.is_open()


def test_a_second_organisation_cannot_be_entered_inside_the_first(organization, other_organization):
    with (
        scope.organization(organization.id),
        pytest.raises(scope.OtherTenantScope),
        scope.organization(other_organization.id),
    ):
        pass


def test_an_exception_rolls_back_and_leaves_no_scope(organization):
    def write_and_fail():
        with scope.organization(organization.id):
            Activity.objects.create(actor="a", verb="b", subject_kind="c", at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert setting() == ""
    with scope.organization(organization.id):
        assert Activity.objects.count() == 0


def test_sql_that_forgets_the_organisation_sees_only_its_own_rows(organization, other_organization):
    for tenant in (organization, other_organization):
        with scope.organization(tenant.id):
            Activity.objects.create(actor=tenant.name, verb="b", subject_kind="c", at=AT)
    for role in ("cf_web", "cf_worker"):
        with acting_as(role), scope.organization(organization.id), connection.cursor() as cursor:
            cursor.execute("select actor from tenants_activity")
            assert cursor.fetchall() == [("Northwind",)]
    with acting_as("cf_web"), connection.cursor() as cursor:
        cursor.execute("select actor from tenants_activity")
        assert cursor.fetchall() == []


STREAMED = ("streamed_file.py", "idle_in_transaction_session_timeout")
OTHER_SETTINGS = ("enable_nestloop", "statement_timeout", STREAMED[1])  # which say nothing of whose rows are seen


def test_one_place_alone_tells_postgresql_which_organisation_it_is():
    """And only until the transaction's end: set for the session, it would go with the connection to the next user."""
    lines = [
        (path.name, line) for path in product_files() for line in path.read_text().splitlines() if "set_config(" in line
    ]
    others = {
        (name, setting) for name, line in lines for setting in OTHER_SETTINGS if f"set_config('{setting}'" in line
    }
    assert others == {("cost_crossed.py", "enable_nestloop"), ("telling.py", "statement_timeout"), STREAMED}
    assert {name for name, _ in lines} - {name for name, _ in others} == {"scope.py"}
    assert len(lines) == len(others) + sum(name == "scope.py" for name, _ in lines)
    assert all(", true)" in line for _, line in lines)

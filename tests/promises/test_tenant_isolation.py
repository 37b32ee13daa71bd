"""Promise tenant_isolation: one tenant cannot address another's data; PostgreSQL denies by default."""

from __future__ import annotations

import psycopg
import pytest

from tests.database import enter
from tests.tenants import catalogue, walls
from tests.tenants.matrix import REFUSED, about, acts_on, matrix, stage
from tests.tenants.mutations import mutations

SCOPED = ("cf_web", "cf_worker", "cf_operator_trail")


@pytest.fixture
def admin(cluster):
    """A superuser's transaction, rolled back at the end."""
    with psycopg.connect(cluster.postgres.url(database="costframe_test")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="session")
def tables(cluster):
    with cluster.admin() as connection:
        return catalogue.tenant_tables(connection)


def test_there_are_tenant_tables(tables):
    assert {"connections_connection", "findings_finding", "audits_costline"} <= set(tables)


def test_every_tenant_table_is_walled_off_by_forced_security_one_policy_a_role_and_the_committed_grants(admin, tables):
    assert walls.faults(admin, tables) == [], "If a grant is meant, change the list in the same commit."


def test_every_table_without_row_level_security_is_out_of_every_roles_reach(admin, tables):
    reachable = [line for line in catalogue.grants(admin) if line.split()[0] not in tables]
    assert [line for line in reachable if not line.startswith("django_content_type cf_operator select")] == []


def test_no_policy_stands_on_any_other_table(admin, tables):
    assert {row[0] for row in catalogue.policies(admin)} == set(tables)


def test_every_reference_between_tenant_tables_stays_inside_one_organisation(admin, tables):
    loose = admin.execute(
        """select con.conrelid::regclass::text, con.conname from pg_constraint con
            where con.contype = 'f' and con.conrelid::regclass::text = any(%(tables)s)
              and con.confrelid::regclass::text = any(%(tables)s)
              and con.confrelid::regclass::text <> 'tenants_organization'
              and not (exists (select 1 from pg_attribute a where a.attrelid = con.conrelid
                               and a.attnum = con.conkey[1] and a.attname = 'organization_id')
                       and exists (select 1 from pg_attribute a where a.attrelid = con.confrelid
                                   and a.attnum = con.confkey[1] and a.attname = 'organization_id'))""",
        {"tables": tables},
    ).fetchall()
    assert loose == []


def test_every_foreign_key_of_the_models_is_tied_in_the_database(admin):
    from django.apps import apps

    tied = {
        (table, column)
        for table, column in admin.execute(
            """select con.conrelid::regclass::text, a.attname from pg_constraint con
                 join pg_attribute a on a.attrelid = con.conrelid and a.attnum = con.conkey[2]
                where con.contype = 'f' and array_length(con.conkey, 1) = 2"""
        )
    }
    wanted = {
        (model._meta.db_table, field.column)
        for label in ("connections", "audits", "findings", "tenants")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.name != "organization"
    }
    assert wanted == tied


def test_every_key_and_every_index_of_a_tenants_row_starts_with_the_organisation(admin, tables):
    """A unique key that does not would tell whether another organisation has such a row. The few rows that are due are
    the scheduler's to find across organisations, a view the operator's by its ticket, a person's memberships the one
    function's that tells them of it; those indexes are not unique. The one key that is
    not led is the inbox's, where a message that comes again must meet itself whatever it names."""
    others = admin.execute(
        """select i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisunique from pg_index i
             join pg_class c on c.oid = i.indrelid
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where c.relname = any(%s)
              and a.attname <> case c.relname when 'tenants_organization' then 'id' else 'organization_id' end
            order by 2""",
        [tables],
    ).fetchall()
    assert others == [
        ("connections_accesscheck", "access_check_due", False),
        ("tenants_activity", "activity_viewed", False),
        ("audits_audit", "audit_due", False),
        ("audits_billupload", "bill_upload_due", False),
        ("tenants_clerkevent", "clerk_event_due", False),
        ("tenants_member", "member_by_person", False),
        ("audits_schedule", "schedule_due", False),
        ("audits_step", "step_due", False),
        ("tenants_clerkevent", "tenants_clerkevent_pkey", True),
        ("findings_thresholdpreview", "threshold_preview_due", False),
        ("tenants_unsealedactivity", "unsealed_due", False),
    ]


def test_a_role_meets_only_its_own_organisations_rows(admin, tables):
    for table in tables:
        catalogue.fill(admin, table)
        seen = matrix(admin, acts_on(admin, table), staged=stage(admin))
        own = 2 if table == "tenants_activity" else 1  # the operator's view is a row, too
        for (role, act), outcome in seen.items():
            is_refused = outcome.startswith(REFUSED)
            if role in SCOPED:
                most = own if act.startswith(("reads", "writes", "deletes", "adds")) else 0
                most = 0 if act.endswith(("for nobody", "for another", "another's")) else most
                is_refused = is_refused or outcome.startswith("23514")  # what a row says of itself is checked, too
                assert is_refused or int(outcome) <= most, (table, role, act, outcome)
            elif role != "cf_owner":
                assert is_refused or act.startswith("reads"), (table, role, act, outcome)
                if role == "cf_operator" and not walls.sees_all(table, role):
                    most = 0 if act in {"reads another's", "reads for nobody"} else own
                    assert is_refused or int(outcome) <= most, (table, role, act, outcome)


def test_each_wall_taken_out_or_widened_changes_what_somebody_meets_or_is_noticed_in_the_list(admin, tables):
    """The matrix and the lists are worth something only if they notice: every policy and every grant of every table is
    taken away, loosened or added in turn, and the table's matrix is run again."""
    unnoticed, count = [], 0
    for table in tables:
        catalogue.fill(admin, table)
        acts, staged = acts_on(admin, table), stage(admin)
        before = matrix(admin, acts, staged=staged)
        for mutation in list(mutations(admin, table)):
            count += 1
            admin.execute("savepoint mutation")
            admin.execute(mutation.statement)
            after = (
                matrix(admin, about(acts, mutation.about), mutation.roles, staged=staged) if mutation.is_felt else {}
            )
            if mutation.is_felt and all(before[cell] == outcome for cell, outcome in after.items()):
                unnoticed.append((table, mutation.name, "nobody felt it"))
            if walls.faults(admin, [table]) == []:
                unnoticed.append((table, mutation.name, "the lists do not tell"))
            admin.execute("rollback to savepoint mutation")
        admin.rollback()  # a proof is believed for a minute of its transaction
    print(f"{count} mutations of {len(tables)} tables")
    assert unnoticed == []
    assert count > 50 * len(tables), "each table has grants and policies to take away"


def test_a_row_cannot_point_into_another_organisation(fresh_database):
    """The foreign key itself refuses it: such checks are made past row-level security."""
    with psycopg.connect(fresh_database["admin"]) as connection:
        for table in ("tenants_organization", "connections_connection"):
            catalogue.fill(connection, table)
        ids = dict(connection.execute("select organization_id, id from connections_connection").fetchall())
        connection.commit()
    with psycopg.connect(fresh_database["cf_web"]) as connection:
        enter(connection, catalogue.A)
        insert = """insert into connections_accesscheck (id, organization_id, connection_id, generation, state, attempt,
                    requested_at, account_id, refusals, warnings, matrix)
                    values (gen_random_uuid(), %s, %s, 1, 'REQUESTED', 0, now(), '', '[]', '[]', '[]')"""
        connection.execute(insert, [catalogue.A, ids[catalogue.A]])
        connection.execute(insert, [catalogue.A, ids[catalogue.B]])
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.commit()

"""Promise operator_read_only: allowlisted people read across tenants, change nothing, and each look is in the trail."""

from __future__ import annotations

import contextlib
import uuid

import psycopg
import pytest
from psycopg import errors, sql

from tenants import scope
from tenants.admin import TenantAdmin, tenant_site
from tenants.database_roles import OPERATOR_TRAIL
from tenants.operators import REASON_PAGE
from tests.database import enter
from tests.promises.test_environments_apart import run
from tests.tenants import catalogue
from tests.tenants.doors import CONTOSO, NORTHWIND, ORGANIZATIONS, REASON, TABLES, below, every_page, own_pages

LOGINS = ("cf_operator", OPERATOR_TRAIL)
BOOK = "select cf_book_operator_view(%s, %s, %s, %s)"
GOOD = (NORTHWIND, "Esther (user_2operator)", "/audits/audit/", REASON)


@pytest.fixture
def operator(door):
    visitor = door.visitor()
    visitor.give_reason()
    return visitor


STRANGERS = {
    "an engineer": ("engineer", {}),
    "a viewer": ("viewer", {}),
    "an engineer with a second factor": ("engineer", {"fva": [0, 0]}),
    "somebody acting as the operator": ("operator", {"act": {"sub": "user_2engineer"}}),
    "an actor of no known shape": ("operator", {"act": True}),
    "no second factor": ("operator", {"fva": [0, -1]}),
    "a second factor of long ago": ("operator", {"fva": [0, 61]}),
    "factors that are not told": ("operator", {"fva": None}),
    "factors of no known shape": ("operator", {"fva": [0, "0"]}),
    "one factor only": ("operator", {"fva": [0]}),
    "a factor that is a boolean": ("operator", {"fva": [False, False]}),
}


@pytest.mark.processes
@pytest.mark.parametrize("who", STRANGERS)
def test_to_everybody_else_who_is_signed_in_nothing_is_there(door, who):
    person, claims = STRANGERS[who]
    visitor = door.visitor(person, **claims)
    booked = door.views()

    def answer(path, method="GET"):
        found = visitor.ask(path, method=method)
        return (
            found.status,
            found.body,
            sorted((k, v) for k, v in found.headers.items() if k not in {"Date", "X-Request-ID"}),
        )

    for method in ("GET", "POST", "DELETE"):
        nowhere = answer("/no/such/page/", method)
        assert nowhere[0] == 404
        for path in every_page(door):
            assert answer(path, method) == nowhere, path
    assert door.views() == booked


@pytest.mark.processes
@pytest.mark.parametrize("age", [0, 60])
def test_a_recent_second_factor_is_let_in(door, age):
    assert door.visitor(fva=[0, age]).ask(ORGANIZATIONS).status == 200


@pytest.mark.parametrize(("minutes", "sandbox", "starts"), [("0", "true", True), ("0", "false", False), ("-1", "true", False), ("1", "false", True)])  # fmt: skip
def test_the_second_factor_can_be_switched_off_in_the_sandbox_only(minutes, sandbox, starts):
    started = run(
        "operator",
        "import costframe.settings",
        COSTFRAME_SANDBOX=sandbox,
        COSTFRAME_SECRET_KEY="own",
        COSTFRAME_OPERATOR_TRAIL_DATABASE_URL="postgres://own",
        COSTFRAME_OPERATOR_SECOND_FACTOR_MINUTES=minutes,
    )
    assert (started.returncode == 0) is starts, started.stderr
    assert starts or "COSTFRAME_OPERATOR_SECOND_FACTOR_MINUTES" in started.stderr


@pytest.mark.processes
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_no_page_takes_anything_but_the_question_why(door, operator, method):
    booked = door.views()
    for path in every_page(door):
        if path.endswith(REASON_PAGE) and method == "POST":
            continue
        assert operator.ask(path, method=method, body="x=1").status == 405, path
    assert door.views() == booked


@pytest.mark.processes
def test_each_view_is_in_the_organisations_trail_with_who_which_page_and_why(door, operator):
    for path in own_pages(door):
        before = door.views()
        assert operator.ask(f"{path}?o=1").status == 200, path
        page = path.removeprefix(below(NORTHWIND)[:-1]) + "?o=1"
        assert door.views()[len(before) :] == [("Esther Lindqvist (user_2operator)", {"page": page, "reason": REASON})]
    before = door.views()
    assert operator.ask(below(NORTHWIND), method="HEAD").status == 200
    assert len(door.views()) == len(before) + 1
    assert door.views(CONTOSO) == []


@pytest.mark.processes
def test_a_page_shows_rows_of_exactly_one_organisation(door, operator):
    theirs = {str(row) for (_, owner), row in door.ids.items() if owner == CONTOSO}
    for path in own_pages(door):
        body = operator.ask(path).body
        assert "Contoso" not in body, path
        assert not {row for row in theirs if row in body}, path
    for (table, owner), row in door.ids.items():
        if owner == CONTOSO and table != "tenants_organization":
            assert operator.look(f"{table.replace('_', '/')}/{row}/").status == 404, table


@contextlib.contextmanager
def taken_away(door, what, role):
    door.sql(f"revoke {what} from {role}")
    try:
        yield
    finally:
        door.sql(f"grant {what} to {role}")


@pytest.mark.processes
def test_a_view_that_cannot_be_written_to_the_trail_does_not_exist(door, operator):
    function = "execute on function cf_book_operator_view(uuid, text, text, text)"
    booked = door.views()
    with taken_away(door, function, OPERATOR_TRAIL):
        for path in own_pages(door):
            answer = operator.ask(path)
            assert answer.status == 503
            assert "Northwind" not in answer.body
    assert door.views() == booked
    assert operator.look("").status == 200


@pytest.mark.processes
def test_a_view_is_in_the_trail_even_if_its_page_fails(door, operator):
    columns = door.sql(
        "select string_agg(column_name, ', ') from information_schema.column_privileges "
        "where grantee = 'cf_operator' and table_name = 'audits_audit'"
    )[0][0]
    booked = len(door.views())
    with taken_away(door, f"select ({columns}) on audits_audit", "cf_operator"):
        answer = operator.look("audits/audit/")
    assert (answer.status, answer.body) == (500, "That failed. The log says why.\n")
    assert len(door.views()) == booked + 1


def test_no_admin_takes_away_the_filter_that_all_of_them_have():
    tables = {f"{model._meta.app_label}/{model._meta.model_name}" for model in tenant_site._registry}
    assert tables == set(TABLES)
    for model, model_admin in tenant_site._registry.items():
        assert isinstance(model_admin, TenantAdmin)
        assert type(model_admin).get_queryset is TenantAdmin.get_queryset
        assert (model_admin.actions, model_admin.list_editable, model_admin.inlines) == (None, (), ())
        assert "SealedCredential" not in model.__name__


def test_every_list_and_row_is_asked_for_by_its_organisation(organization):
    """Beside PostgreSQL's own wall, which would hide what a filter forgets."""
    with scope.organization(organization.id):
        for model_admin in tenant_site._registry.values():
            asked = str(model_admin.get_queryset(None).query)
            assert f'"{model_admin.opts.db_table}"."organization_id" = {organization.id}' in asked, asked


def test_the_pages_show_the_columns_that_are_granted_and_no_others(cluster):
    with cluster.admin() as admin:
        rows = admin.execute(
            "select table_name, column_name from information_schema.column_privileges where grantee = 'cf_operator'"
        ).fetchall()
    granted = {(table, column) for table, column in rows if table.replace("_", "/") in TABLES}
    shown = {
        (model._meta.db_table, field.column)
        for model, model_admin in tenant_site._registry.items()
        for field in model_admin.columns
    }
    assert granted - {(table, "organization_id") for table, _ in granted} == shown
    assert {table for table, _ in rows if table.replace("_", "/") not in TABLES} == {
        "tenants_organization",
        "tenants_unsealedactivity",
    }


@pytest.fixture(scope="module")
def urls(cluster):
    """A database with a row of each table for each of two organisations."""
    urls = cluster.copy()
    with psycopg.connect(urls["admin"]) as admin:
        for table in catalogue.tenant_tables(admin):
            catalogue.fill(admin, table)
    yield urls
    cluster.drop(urls["database"])


def all_tables(urls):
    with psycopg.connect(urls["admin"]) as admin:
        return [name for (name,) in admin.execute("select tablename from pg_tables where schemaname = 'public'")]


WRITES = (
    "insert into {table} default values",
    "update {table} set {column} = {column}",
    "delete from {table}",
    "truncate {table}",
    "select * from {table} for update",
    "lock {table} in share row exclusive mode",
    "alter table {table} disable row level security",
    "drop table {table}",
    "copy {table} from stdin",
)
OTHER_WRITES = (
    "create table mine (id int)",
    "create temporary table mine (id int)",
    "create function mine() returns int language sql as 'select 1'",
    "set role cf_owner",
    "set role cf_worker",
    "set session authorization cf_web",
    "alter role cf_operator bypassrls",
    "grant cf_worker to cf_operator",
    "select cf_sealed_rows('x')",
    "select cf_mark_unsealed()",
    "copy (select 1) to program 'cat'",
)


@pytest.mark.parametrize("login", LOGINS)
def test_neither_of_the_operators_logins_can_write_anywhere(urls, login):
    tables = all_tables(urls)
    assert len(tables) > 20
    with psycopg.connect(urls["admin"]) as admin:
        columns = dict(
            admin.execute("select table_name, min(column_name) from information_schema.columns group by 1").fetchall()
        )
    for table in tables:
        for statement in WRITES:
            refused(urls[login], statement.format(table=table, column=columns[table]))


@pytest.mark.parametrize("statement", OTHER_WRITES)
@pytest.mark.parametrize("login", LOGINS)
def test_neither_of_the_operators_logins_can_make_or_become_anything(urls, login, statement):
    refused(urls[login], statement)


def refused(url, statement):
    """In a transaction that may write: the session's default is no wall, the grants are."""
    with psycopg.connect(url) as connection:
        connection.execute("set transaction read write")
        with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported)):
            connection.execute(statement)


def test_the_reading_process_asks_for_read_only_transactions_too():
    code = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    started = run("operator", code, DJANGO_SETTINGS_MODULE="costframe.settings",
                  COSTFRAME_OPERATOR_TRAIL_DATABASE_URL="postgres://own")  # fmt: skip
    assert started.stdout == "-c default_transaction_read_only=on\n", started.stderr


def test_the_trails_login_reads_nothing(urls):
    for table in all_tables(urls):
        with psycopg.connect(urls[OPERATOR_TRAIL]) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(sql.SQL("select 1 from {}").format(sql.Identifier(table)))


def test_each_of_the_operators_logins_may_execute_one_function_of_ours(cluster):
    with cluster.admin() as admin:
        rows = admin.execute(
            """select r.rolname, p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
                      unnest(%s::text[]) as r(rolname)
                where n.nspname = 'public' and p.proname like 'cf\\_%%'
                  and has_function_privilege(r.rolname, p.oid, 'EXECUTE') order by 1""",
            [list(LOGINS)],
        ).fetchall()
    assert rows == [("cf_operator", "cf_viewed_organization"), (OPERATOR_TRAIL, "cf_book_operator_view")]


def book(urls, *values):
    with psycopg.connect(urls[OPERATOR_TRAIL]) as connection:
        return connection.execute(BOOK, values).fetchone()[0]


def trail(urls):
    with psycopg.connect(urls["admin"]) as admin:
        return admin.execute("select * from tenants_activity order by id").fetchall()


BAD_VIEWS = {
    "an organisation that is not there": ({0: uuid.UUID(int=99)}, errors.ForeignKeyViolation),
    "no organisation": ({0: None}, errors.InvalidParameterValue),
    "what is no id": ({0: "x"}, errors.InvalidTextRepresentation),
    "nobody": ({1: ""}, errors.InvalidParameterValue),
    "a name that is too long": ({1: "x" * 256}, errors.InvalidParameterValue),
    "no page": ({2: None}, errors.InvalidParameterValue),
    "a page that is too long": ({2: "x" * 501}, errors.InvalidParameterValue),
    "no reason": ({3: None}, errors.InvalidParameterValue),
    "a reason that is too short": ({3: "too short"}, errors.InvalidParameterValue),
    "a reason of spaces": ({3: " " * 50}, errors.InvalidParameterValue),
    "a reason that is too long": ({3: "x" * 201}, errors.InvalidParameterValue),
}


@pytest.mark.parametrize("what", BAD_VIEWS)
def test_a_view_is_not_booked_with(urls, what):
    changes, error = BAD_VIEWS[what]
    before = trail(urls)
    with pytest.raises(error):
        book(urls, *(changes.get(number, value) for number, value in enumerate(GOOD)))
    assert trail(urls) == before


def test_sql_in_a_view_is_text_in_the_trail(urls):
    reason = "'); delete from tenants_activity; --"
    ticket = book(urls, NORTHWIND, reason, reason, reason)
    (row,) = [row for row in trail(urls) if row[0] == ticket]
    assert row[2:7] == (reason, "operator.viewed", "page", None, {"page": reason, "reason": reason})


def seen(urls, ticket, table, *, while_working_for=None):
    """Whose rows the operator's login sees with a ticket."""
    with psycopg.connect(urls["cf_operator"]) as connection:
        connection.execute("select set_config('costframe.operator_view', %s, true)", [str(ticket or "")])
        enter(connection, while_working_for)
        return connection.execute(
            sql.SQL("select distinct organization_id from {}").format(sql.Identifier(table))
        ).fetchall()


def readable(urls):
    with psycopg.connect(urls["admin"]) as admin:
        return [
            name
            for (name,) in admin.execute(
                "select distinct table_name from information_schema.column_privileges where grantee = 'cf_operator' "
                "and table_name <> 'tenants_organization'"
            )
        ]


def test_postgresql_shows_an_organisations_rows_only_with_a_view_that_is_in_its_trail(urls):
    ticket = book(urls, *GOOD)
    tables = readable(urls)
    assert {name.replace("/", "_") for name in TABLES} <= set(tables)
    for table in tables:
        assert seen(urls, ticket, table, while_working_for=CONTOSO) == [(NORTHWIND,)], table
        assert seen(urls, None, table, while_working_for=NORTHWIND) == [], table
        assert seen(urls, uuid.uuid4(), table, while_working_for=NORTHWIND) == [], table


def test_a_view_shows_nothing_after_a_minute_and_no_other_line_is_a_view(urls):
    old = book(urls, *GOOD)
    with psycopg.connect(urls["admin"]) as admin:
        admin.execute("update tenants_activity set at = at - interval '61 seconds' where id = %s", [old])
        (other,) = admin.execute(
            "update tenants_activity set at = now() where organization_id = %s and verb <> 'operator.viewed' returning id",
            [NORTHWIND],
        ).fetchone()
    for ticket in (old, other):
        assert seen(urls, ticket, "audits_audit") == []


MUTATIONS = {
    "the policy lets everybody see": "alter policy cf_operator on {} using (true)",
    "the policy is the web's": "alter policy cf_operator on {} using (organization_id is not null)",
    "row-level security is off": "alter table {} disable row level security",
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_taking_out_the_wall_of_any_table_would_show_another_organisation(urls, mutation):
    """So the test above is worth something."""
    ticket = book(urls, *GOOD)
    with psycopg.connect(urls["admin"]) as admin:
        for table in readable(urls):
            admin.execute(sql.SQL(MUTATIONS[mutation]).format(sql.Identifier(table)))
            admin.execute("set local role cf_operator")
            admin.execute("select set_config('costframe.operator_view', %s, true)", [str(ticket)])
            query = sql.SQL("select count(distinct organization_id) from {}").format(sql.Identifier(table))
            assert admin.execute(query).fetchone() == (2,), table
            admin.execute("reset role")
        admin.rollback()

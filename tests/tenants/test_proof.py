"""PostgreSQL opens an organisation to a proof only: injected SQL that sets the organisation itself opens nothing."""

from __future__ import annotations

import datetime as dt
import hmac
import uuid

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from costframe.schedule import TABLES
from tenants.proof import ContextKey, make_proof
from tests.database import CONTEXT_KEY, enter, proof_for
from tests.tenants import catalogue
from tests.tenants.catalogue import A, B

FILLED = ("tenants_organization", "tenants_activity", "connections_connection", "connections_sealedcredential")
NoProof = psycopg.errors.InvalidAuthorizationSpecification


@pytest.fixture(scope="module")
def filled(cluster):
    """A database with one row of A and one of B in the tables that the worker enters by, and a trail line each."""
    urls = cluster.copy()
    with psycopg.connect(urls["admin"]) as admin:
        for table in (*FILLED, *TABLES.values()):
            catalogue.fill(admin, table)
        admin.execute("set local session_replication_role = replica")  # what the rows refer to does not exist
        for table in TABLES.values():
            admin.execute(sql.SQL("update {} set due_at = now()").format(sql.Identifier(table)))
    yield urls
    cluster.drop(urls["database"])


@pytest.fixture
def web(filled):
    with psycopg.connect(filled["cf_web"]) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def worker(filled):
    with psycopg.connect(filled["cf_worker"]) as connection:
        yield connection
        connection.rollback()


def claim(connection, value):
    """As injected SQL would."""
    connection.execute("select set_config('costframe.organization', %s, true)", [value])


def organizations(connection):
    return [row[0] for row in connection.execute("select organization_id from tenants_activity")]


def row_of(urls, table, organization):
    with psycopg.connect(urls["admin"]) as admin:
        found = sql.SQL("select id from {} where organization_id = %s").format(sql.Identifier(table))
        return admin.execute(found, [organization]).fetchone()[0]


def test_a_proof_opens_the_one_organisation(web):
    enter(web, A)
    assert organizations(web) == [A]


def test_without_a_proof_there_is_nothing(web):
    assert organizations(web) == []
    claim(web, "")
    assert organizations(web) == []


def forged(web, **changes):
    """A proof with one part changed after it was made."""
    parts = dict(zip(("key", "organization", "expiry", "user", "mac"), proof_for(web, A).split("|"), strict=True))
    return "|".join({**parts, **changes}.values())


def now(*, seconds=0):
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)


def made(web, *, key=CONTEXT_KEY, organization=A, pid=None, at=None, user="user_test"):
    pid = web.info.backend_pid if pid is None else pid
    return make_proof(key=key, organization_id=organization, user_id=user, backend_pid=pid, at=at or now())


FORGERIES = {
    "the bare organisation": lambda _: str(A),
    "words": lambda _: "everything",
    "five empty parts": lambda _: "||||",
    "another organisation under the same MAC": lambda web: forged(web, organization=str(B)),
    "a longer life under the same MAC": lambda web: forged(web, expiry=str(int(now(seconds=59).timestamp()))),
    "another person under the same MAC": lambda web: forged(web, user="user_other"),
    "an unknown key": lambda web: forged(web, key="0" * 16),
    "no key": lambda web: forged(web, key=""),
    "no MAC": lambda web: forged(web, mac=""),
    "a MAC cut short": lambda web: forged(web, mac=proof_for(web, A)[-64:-1]),
    "a MAC of capitals": lambda web: forged(web, mac=proof_for(web, A)[-64:].upper()),
    "one part too many": lambda web: proof_for(web, A) + "|",
    "one part too few": lambda web: proof_for(web, A).rpartition("|")[0],
    "made with another key": lambda web: made(web, key=ContextKey.make()),
    "made with a key of noughts": lambda web: made(web, key=ContextKey(bytes(32))),
    "made for another database connection": lambda web: made(web, pid=web.info.backend_pid + 1),
    "made a minute ago": lambda web: made(web, at=now(seconds=-90)),
    "made for later": lambda web: made(web, at=now(seconds=90)),
    "an organisation that is an expression": lambda web: forged(web, organization="' or true --"),
    "a plain hash instead of a MAC": lambda web: forged(
        web, mac=hmac.new(b"", f"costframe-context-1|{A}".encode(), "sha256").hexdigest()
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_proof_opens_nothing(web, forgery):
    claim(web, forgery(web))
    with pytest.raises(NoProof):
        organizations(web)


@pytest.mark.parametrize("forgery", ["the bare organisation", "another organisation under the same MAC"])
@pytest.mark.parametrize(
    "statement",
    [
        """insert into tenants_activity (id, organization_id, at, actor, verb, subject_kind, detail)
           values (gen_random_uuid(), %(b)s, now(), '', '', '', '{}')""",
        "update connections_connection set label = 'x' where organization_id = %(b)s",
        "select 1 from connections_connection where organization_id = %(b)s for update",
        "delete from connections_sealedcredential where organization_id = %(b)s and connection_id is not null",
    ],
)
def test_a_forged_proof_changes_nothing(web, forgery, statement):
    claim(web, FORGERIES[forgery](web))
    with pytest.raises(NoProof):
        web.execute(statement, {"b": B})


def test_a_proof_ends_with_its_transaction_and_lasts_as_long(web):
    enter(web, A)
    web.commit()
    assert organizations(web) == []
    began = web.execute("select now()").fetchone()[0]
    claim(web, made(web, at=began - dt.timedelta(seconds=29)))
    runs_out_at = int(began.timestamp()) + 1
    while not web.execute("select clock_timestamp() > to_timestamp(%s)", [runs_out_at]).fetchone()[0]:
        pass  # less than a second
    assert organizations(web) == [A]


def test_a_proof_from_an_earlier_request_of_the_same_connection_runs_out(web):
    old = made(web, at=now(seconds=-31))
    claim(web, old)
    with pytest.raises(NoProof, match="has run out"):
        organizations(web)


def test_a_person_is_part_of_the_proof_whatever_the_name_holds(web):
    claim(web, made(web, user="a|b\nc'd"))
    assert organizations(web) == [A]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from tenants_contextkey",
        "select inner_pad from tenants_contextkey",
        "insert into tenants_contextkey (id, inner_pad, outer_pad) values ('x', '', '')",
        "update tenants_contextkey set id = 'x'",
        "delete from tenants_contextkey",
        "copy tenants_contextkey to stdout",
        "create temp table t as select * from tenants_contextkey",
        "select cf_context_mac('x', 'y')",
    ],
)
@pytest.mark.parametrize("login", ["cf_web", "cf_worker", "cf_scheduler", "cf_operator"])
def test_nobody_reads_a_key_or_has_something_signed(filled, login, statement):
    with psycopg.connect(filled[login]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("login", ["cf_web", "cf_scheduler", "cf_operator"])
def test_only_the_worker_enters_by_a_row(filled, login):
    audit_id = row_of(filled, "audits_audit", A)
    with psycopg.connect(filled[login]) as connection:
        for statement, values in (
            ("select cf_work_on('audits_audit', %s, %s)", [A, audit_id]),
            ("select cf_book_lost(%s, 'a', %s, 'b')", [A, audit_id]),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement, values)


@pytest.mark.parametrize("table", [*TABLES.values(), "connections_connection"])
def test_the_worker_enters_an_organisation_by_a_row_of_it(filled, worker, table):
    proof = worker.execute("select cf_work_on(%s, %s, %s)", [table, A, row_of(filled, table, A)]).fetchone()[0]
    claim(worker, proof)
    assert organizations(worker) == [A]


@pytest.mark.parametrize("table", [*TABLES.values(), "connections_connection"])
def test_a_row_opens_no_other_organisation_and_a_made_up_one_opens_none(filled, worker, table):
    for row_id in (row_of(filled, table, A), uuid.uuid4()):
        with pytest.raises(psycopg.errors.NoDataFound), worker.transaction():
            worker.execute("select cf_work_on(%s, %s, %s)", [table, B, row_id])


@pytest.mark.parametrize(
    "table",
    [
        "tenants_organization",
        "tenants_activity",
        "audits_audit where true or",
        'audits_audit"; select 1; --',
        "pg_catalog.pg_class",
        "",
        "AUDITS_AUDIT",
    ],
)
def test_only_rows_that_are_work_open_anything(filled, worker, table):
    with pytest.raises(psycopg.errors.NoDataFound):
        worker.execute("select cf_work_on(%s, %s, %s)", [table, A, row_of(filled, "tenants_activity", A)])


def test_work_that_is_over_opens_nothing(filled, worker):
    audit_id = row_of(filled, "audits_audit", A)
    with psycopg.connect(filled["admin"], autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("update audits_audit set due_at = null where id = %s", [audit_id])
        try:
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="is over"):
                worker.execute("select cf_work_on('audits_audit', %s, %s)", [A, audit_id])
        finally:
            admin.execute("update audits_audit set due_at = now() where id = %s", [audit_id])


BOOK = "select cf_book_lost(%s, %s, %s, %s)"


def lost(urls):
    with psycopg.connect(urls["admin"]) as admin:
        return admin.execute("select organization_id, actor, reason from audits_lostmessage").fetchall()


def test_a_lost_message_is_booked_for_an_organisation_that_exists_and_for_no_other(filled, worker):
    before = lost(filled)
    for organization, is_booked in ((A, True), (uuid.uuid4(), False)):
        values = [organization, "run_audit", uuid.uuid4(), "NO_SUCH_ROW"]
        assert worker.execute(BOOK, values).fetchone() == (is_booked,)
    worker.commit()
    assert lost(filled) == [*before, (A, "run_audit", "NO_SUCH_ROW")]


@pytest.mark.parametrize(
    ("actor", "reason"), [("x", "NO_SUCH_ROW"), ("run_audit", "x"), (None, "NO_SUCH_ROW"), ("run_audit", None)]
)
def test_a_lost_message_is_booked_in_our_words_only(worker, actor, reason):
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        worker.execute(BOOK, [A, actor, uuid.uuid4(), reason])


def test_in_its_own_scope_a_worker_says_in_a_sentence_why(worker):
    for organization, is_booked in ((A, True), (B, False)):
        enter(worker, A)
        values = [organization, "take_in_event", uuid.uuid4(), "Unreadable: " + "x" * 300]
        if is_booked:
            assert worker.execute(BOOK, values).fetchone() == (True,)
        else:
            with pytest.raises(psycopg.errors.InvalidParameterValue):
                worker.execute(BOOK, values)


def test_a_flood_of_lost_messages_is_booked_up_to_a_number_an_hour_for_each_organisation(worker):
    def book(organization):
        return worker.execute(BOOK, [organization, "run_audit", uuid.uuid4(), "NO_SUCH_ROW"]).fetchone()[0]

    booked = [book(A) for _ in range(150)]
    assert booked == sorted(booked, reverse=True)
    assert 90 < sum(booked) <= 100
    assert book(B) is True


MASKS = {  # what a worker may make beside the real thing, and whose check would run as whoever uses it
    "a type": "create domain pg_temp.{name} as pg_catalog.{name} check (current_user = 'cf_worker')",
    "a table": "create temporary table {name} (id text, made_at timestamptz, inner_pad bytea, outer_pad bytea)",
}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("a type", ("text", "uuid", "int8", "bool", "bytea")),
        ("a table", ("tenants_contextkey", "tenants_organization", "audits_lostmessage", "pg_class")),
    ],
)
def test_nothing_that_a_caller_made_is_taken_for_ours_inside_the_owners_functions(filled, kind, names):
    with psycopg.connect(filled["cf_worker"]) as caller:  # a fresh one: a session resolves a function's names once
        for name in names:
            caller.execute(MASKS[kind].format(name=name))
        audit_id = row_of(filled, "audits_audit", A)
        proof = caller.execute("select cf_work_on('audits_audit', %s, %s)", [A, audit_id]).fetchone()[0]
        claim(caller, proof)
        assert caller.execute("select cf_organization()").fetchone() == (A,)
        assert caller.execute(BOOK, [A, "run_audit", audit_id, "NO_SUCH_ROW"]).fetchone() == (True,)
        assert caller.execute("select cf_sealed_rows('x')").fetchone() == (2,)
        caller.rollback()


def test_a_retired_key_proves_nothing_and_a_new_one_does(filled, web):
    newer = ContextKey.make()
    with psycopg.connect(filled["admin"], autocommit=True) as admin:
        store = "insert into tenants_contextkey (id, inner_pad, outer_pad) values (%s, %s, %s)"
        admin.execute(store, [newer.id, *newer.pads])
        claim(web, made(web, key=newer))
        assert organizations(web) == [A]
        web.rollback()
        admin.execute("delete from tenants_contextkey where id = %s", [newer.id])
    claim(web, made(web, key=newer))
    with pytest.raises(NoProof):
        organizations(web)


def test_the_database_computes_the_hmac_of_the_standard(cluster):
    """RFC 4231, test case 2, by the function that proofs are judged with."""
    secret, told = b"Jefe", "what do ya want for nothing?"
    with psycopg.connect(cluster.postgres.url(database="costframe_test")) as admin:
        admin.execute("insert into tenants_contextkey values ('rfc', %s, %s)", ContextKey(secret).pads)
        (mac,) = admin.execute("select cf_context_mac('rfc', %s)", [told]).fetchone()
        admin.rollback()
    assert mac == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_the_web_process_writes_no_proof_into_a_statement_that_others_may_read(organization, cluster):
    from tenants import scope

    with scope.organization(organization.id), psycopg.connect(cluster.test_url) as other:
        seen = [row[0] for row in other.execute("select query from pg_stat_activity where usename = current_user")]
    assert any("set_config" in statement for statement in seen)
    assert not any(CONTEXT_KEY.id in statement for statement in seen)


def test_a_key_is_told_by_nothing_but_its_text():
    key = ContextKey.make()
    assert ContextKey.from_text(key.text) == key
    assert key.text not in repr(key)
    assert key.text not in key.id
    assert repr(key.secret) not in repr(key)
    assert settings.CONTEXT_KEY == CONTEXT_KEY


@pytest.mark.parametrize("text", ["", "xyz", "00" * 31, "00" * 33, "é" * 64])
def test_a_text_that_is_no_key_is_refused_and_the_setting_named(text):
    with pytest.raises(ValueError, match="COSTFRAME_CONTEXT_KEY"):
        ContextKey.from_text(text)

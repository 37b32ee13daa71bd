"""The address for the provider's webhooks: what is genuine comes in once, and everything else is told nothing."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import uuid

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tenants.clerk_events import FIRST_REQUEST
from tenants.organization_ids import organization_id_for
from tenants.svix import secret_of
from tenants.webhooks import MOST_BYTES
from tests.conftest import ISSUER
from tests.database import enter
from tests.tenants.webhook import (
    OTHER_SECRET,
    PATH,
    endpoint,  # noqa: F401 - a fixture
    headers,
    membership,
    organization_event,
    person,
    send,
    signature,
)
from tests.web import Visitor

pytestmark = pytest.mark.usefixtures("endpoint")
NOW = dt.datetime.now(dt.UTC)
EVENT = membership(at=NOW)
RAW = json.dumps(EVENT).encode()


def stored():
    """Everything in the inbox, as the database's owner sees it: web may not, and a worker sees one scope."""
    with connection.cursor() as cursor:
        cursor.execute("set local role cf_owner")
        cursor.execute("select organization_id, type, payload::text, state, due_at from tenants_clerkevent")
        rows = cursor.fetchall()
        cursor.execute("set local role cf_web")
    return rows


def post(body=RAW, *, content_type="application/json", **given):
    return Client(headers={"host": "app.localhost:8000"}).post(PATH, body, content_type=content_type, headers=given)


def resigned(name):
    """Genuine headers in which one was changed after signing."""
    made = headers(RAW)
    changes = {
        "svix-id": "msg_another",
        "svix-timestamp": str(int(made["svix-timestamp"]) - 1),
        "svix-signature": made["svix-signature"].replace("v1,", "v1a,"),
    }
    return {**made, name: changes[name]}


def without(name):
    return {key: value for key, value in headers(RAW).items() if key != name}


def signed(**changes):
    """Headers whose parts were signed as they are, however odd."""
    parts = {"message_id": "msg_1", "seconds": str(int(NOW.timestamp())), **changes}
    return {
        "svix-id": parts["message_id"],
        "svix-timestamp": parts["seconds"],
        "svix-signature": signature(RAW, **parts),
    }


def genuine():
    return headers(RAW)["svix-signature"].removeprefix("v1,")


FORGED = {
    "nothing signed": dict,
    "no signature": lambda: without("svix-signature"),
    "no id": lambda: without("svix-id"),
    "no time": lambda: without("svix-timestamp"),
    "an empty signature": lambda: headers(RAW, svix_signature=""),
    "a version and nothing else": lambda: headers(RAW, svix_signature="v1,"),
    "another secret": lambda: headers(RAW, secret=OTHER_SECRET),
    "an empty secret": lambda: headers(RAW, secret="whsec_"),
    "the id changed after signing": lambda: resigned("svix-id"),
    "the time changed after signing": lambda: resigned("svix-timestamp"),
    "another version of signature": lambda: resigned("svix-signature"),
    "version 2 alone": lambda: headers(RAW, svix_signature=f"v2,{genuine()}"),
    "no version": lambda: headers(RAW, svix_signature=genuine()),
    "a signature cut short": lambda: headers(RAW, svix_signature=f"v1,{genuine()[:-4]}"),
    "a signature with more behind it": lambda: headers(RAW, svix_signature=f"v1,{genuine()}AAAA"),
    "a signature in hexadecimal": lambda: headers(RAW, svix_signature="v1," + base64.b64decode(genuine()).hex()),
    "a signature that is no ASCII": lambda: headers(RAW, svix_signature="v1,ü"),
    "commas between signatures": lambda: headers(RAW, svix_signature=f"v1,AAAA,v1,{genuine()}"),
    "ten thousand wrong signatures": lambda: headers(RAW, svix_signature="v1,AAAA " * 1000),
    "the signature of another body": lambda: headers(RAW + b" "),
    "old by six minutes": lambda: headers(RAW, age=360),
    "old by a day, replayed": lambda: headers(RAW, age=86_400),
    "of six minutes to come": lambda: headers(RAW, age=-360),
    "of a far future": lambda: headers(RAW, age=-(10**9)),
    "a time with a fraction": lambda: signed(seconds=f"{NOW.timestamp():.3f}"),
    "a time in milliseconds": lambda: signed(seconds=str(int(NOW.timestamp() * 1000))),
    "a time with a sign": lambda: signed(seconds=f"+{int(NOW.timestamp())}"),
    "a time in other digits": lambda: signed(seconds="١٧٦٤٠٦٤٠٠٠"),
    "a time of words": lambda: signed(seconds="now"),
    "an endless time": lambda: signed(seconds="9" * 500),
    "an endless id": lambda: signed(message_id="m" * 5000),
    "an id with a dot to move the border": lambda: signed(message_id="msg_1.1764064000", seconds=""),
    "an id with a line's end": lambda: signed(message_id="msg_1\tx"),
    "the standard's own header names": lambda: {
        name.replace("svix", "webhook"): value for name, value in headers(RAW).items()
    },
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_is_not_signed_for_now_is_refused_without_a_word(forge):
    answer = post(**forge())
    assert (answer.status_code, answer.content) == (401, b"")
    assert stored() == []


def with_body(body, **how):
    return post(body, **headers(body), **how)


ODD = {
    "nothing": b"",
    "no JSON": b"type=organization.deleted&id=org_northwind",
    "JSON that ends early": RAW[:-1],
    "two documents": RAW + RAW,
    "a list": json.dumps([EVENT]).encode(),
    "a text": b'"organization.deleted"',
    "a number": b"5",
    "nothing in it": b"{}",
    "no type": json.dumps({"data": {"id": "org_northwind"}}).encode(),
    "a list for a type": json.dumps({**EVENT, "type": ["organization.deleted"]}).encode(),
    "an endless type": json.dumps({**EVENT, "type": "a" * 5000}).encode(),
    "a type with a line's end": json.dumps({**EVENT, "type": "organization.deleted\n"}).encode(),
    "deeper than anybody reads": b"[" * 100_000,
    "a number longer than anybody reads": b'{"type": "user.deleted", "n": ' + b"9" * 10_000 + b"}",
    "not UTF-8": b'{"type": "user.\xff"}',
    "longer than the limit": json.dumps({**EVENT, "padding": "x" * MOST_BYTES}).encode(),
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_what_is_signed_and_no_event_is_refused_without_a_word(body):
    answer = with_body(body)
    assert (answer.status_code, answer.content) == (400, b"")
    assert stored() == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_what_is_not_said_to_be_json_is_refused(kind):
    assert send(EVENT, content_type=kind).status_code == 400
    assert stored() == []


def test_a_charset_may_stand_beside_the_kind():
    assert send(EVENT, content_type="application/json; charset=utf-8").status_code == 204


def test_a_body_that_was_cut_on_the_way_is_refused():
    assert post(RAW[:-1], **headers(RAW)).status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_nothing_but_a_post_is_answered(method):
    answer = getattr(Client(headers={"host": "app.localhost:8000"}), method)(PATH, headers=headers(b""))
    assert (answer.status_code, answer.content) == (405, b"")


def test_without_a_secret_nothing_is_let_in(settings):
    settings.CLERK_WEBHOOK_SECRET = secret_of("")
    assert send(EVENT).status_code == 401
    assert send(EVENT, secret="whsec_").status_code == 401


GENUINE = {
    "one signature": lambda: headers(RAW),
    "the new secret's beside the old one's": lambda: headers(
        RAW, svix_signature=f"{headers(RAW, secret=OTHER_SECRET)['svix-signature']} v1,{genuine()}"
    ),
    "another version's beside it": lambda: headers(RAW, svix_signature=f"v2,AAAA v1a,BBBB v1,{genuine()}"),
    "almost five minutes old": lambda: headers(RAW, age=290),
    "almost five minutes ahead": lambda: headers(RAW, age=-290),
}


@pytest.mark.parametrize("make", GENUINE.values(), ids=GENUINE)
def test_what_is_genuine_is_stored_and_due_at_once(make):
    # The header of one message carries several signatures: those of the same id and time.
    made = make()
    parts = {"message_id": made["svix-id"], "seconds": made["svix-timestamp"]}
    made["svix-signature"] = re.sub(r"(?<=v1,)\S+$", signature(RAW, **parts)[3:], made["svix-signature"])
    answer = post(**made)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers.get("Set-Cookie") is None
    assert "no-store" in answer["Cache-Control"]
    [(organization_id, kind, _, state, due_at)] = stored()
    assert organization_id == organization_id_for(issuer=ISSUER, clerk_id="org_northwind")
    assert (kind, state) == ("organizationMembership.created", "RECEIVED")
    assert due_at <= timezone.now()


def test_it_takes_no_token_no_cookie_and_no_forms_secret_and_believes_none():
    strict = Client(enforce_csrf_checks=True, headers={"host": "app.localhost:8000", "origin": "https://evil.example"})
    assert send(EVENT, client=strict).status_code == 204
    assert Visitor(role="admin").generic("POST", PATH, RAW, content_type="application/json").status_code == 401


def test_a_message_that_comes_again_is_accepted_and_changes_nothing():
    for age in (0, 20, 0):
        assert send(EVENT, message_id="msg_same", age=age).status_code == 204
    assert len(stored()) == 1


def test_a_message_that_comes_again_with_another_body_changes_nothing_and_says_nothing():
    assert send(EVENT, message_id="msg_same").status_code == 204
    before = stored()
    for other in (organization_event("deleted", at=NOW), person("deleted", at=NOW), membership("deleted", at=NOW)):
        assert send(other, message_id="msg_same").status_code == 204
    assert stored() == before


def test_an_organisation_that_is_known_and_one_that_is_not_are_answered_alike(organization):
    known, unknown = (send(membership(at=NOW, organization=name)) for name in ("org_northwind", "org_nobodys"))
    each_its_own = ("Expires", "X-Request-ID")
    for answer in (known, unknown):
        for name in each_its_own:
            del answer.headers[name]
    assert (known.status_code, known.content, dict(known.headers)) == (
        unknown.status_code,
        unknown.content,
        dict(unknown.headers),
    )
    assert len(stored()) == 2


def test_only_what_is_used_is_kept():
    for event in (
        membership(at=NOW),
        organization_event(at=NOW),
        person(at=NOW),
        {"type": "session.created", "data": EVENT},
    ):
        assert send(event).status_code == 204
    kept = {kind: json.loads(payload) for _, kind, payload, _, _ in stored()}
    assert kept["session.created"] == {}
    assert set(kept["organizationMembership.created"]["data"]) == {
        *("role", "created_at", "updated_at", "organization", "public_user_data"),
    }
    assert "planted" not in json.dumps(kept)
    assert "@" not in json.dumps(kept)


def test_what_the_database_could_not_store_is_left_out_and_the_rest_comes_in():
    event = membership(at=NOW)
    event["data"]["role"] = "a\0b"
    event["data"]["public_user_data"]["first_name"] = "\ud800"
    event["data"]["public_user_data"]["last_name"] = ["a", "list"]
    event["data"]["updated_at"] = 10**400
    event["data"]["created_at"] = float("inf")
    event["timestamp"] = True
    event["data"]["organization"]["id"] = "org_" + "x" * 5000
    assert send(json.dumps(event).encode()).status_code == 204
    [(_, _, payload, _, _)] = stored()
    assert json.loads(payload) == {
        "data": {"organization": {}, "public_user_data": {"user_id": "user_ada"}},
    }


def test_a_log_names_the_reason_and_nothing_of_the_message(caplog):
    post(**headers(RAW, secret=OTHER_SECRET))
    with_body(b'{"planted": 1}')
    said = " ".join(record.getMessage() for record in caplog.records)
    assert "no signature fits" in said
    assert "names no type" in said
    assert "planted" not in said


def test_the_first_request_of_an_organisation_is_announced_to_the_worker(provider_key):
    Visitor(organization="org_fabrikam").get("/connections/")
    Visitor(organization="org_fabrikam").get("/connections/")
    [(organization_id, kind, _, _, _)] = stored()
    assert (organization_id, kind) == (organization_id_for(issuer=ISSUER, clerk_id="org_fabrikam"), FIRST_REQUEST)


@pytest.mark.parametrize(
    "statement",
    [
        "select id from tenants_clerkevent",
        "update tenants_clerkevent set state = 'DONE'",
        "delete from tenants_clerkevent",
        "select cf_spread_person_event(gen_random_uuid())",
        "insert into tenants_clerkevent select * from tenants_clerkevent",
    ],
)
def test_webs_login_can_add_to_the_inbox_and_nothing_else(statement):
    send(EVENT)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_real_login_of_web_adds_to_an_inbox_with_a_proof_only_and_meets_itself_quietly(fresh_database):
    ours, theirs = uuid.uuid4(), uuid.uuid4()
    insert = """insert into tenants_clerkevent (id, organization_id, issuer, type, payload, state, reason, received_at,
                due_at, attempt) values (%s, %s, 'x', 'organization.deleted', '{}', 'RECEIVED', '', now(), now(), 0)
                on conflict do nothing"""
    with psycopg.connect(fresh_database["cf_web"]) as web:
        enter(web, ours)
        row = [uuid.uuid4(), ours]
        assert [web.execute(insert, row).rowcount for _ in range(2)] == [1, 0]
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"), web.transaction():
            web.execute(insert, [uuid.uuid4(), theirs])
        enter(web, None)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"), web.transaction():
            web.execute(insert, [uuid.uuid4(), ours])

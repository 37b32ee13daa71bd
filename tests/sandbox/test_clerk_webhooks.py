"""The sandbox's webhooks: what changes is told, as the product believes it, and tokens follow."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client

from sandbox.clerk.issuer import Issuer
from sandbox.clerk.memberships import Memberships
from sandbox.clerk.people import ENGINEER, NORTHWIND, VIEWER
from sandbox.clerk.webhooks import Endpoint, NotDelivered, kept_secret
from tenants.clerk_events import KNOWN, MembershipEvent, kept, read
from tenants.svix import secret_of
from tests.conftest import AT

LATER = AT.replace(year=AT.year + 50)


@pytest.fixture
def told():
    return []


@pytest.fixture
def memberships(told):
    return Memberships(listeners=[told.append])


def said(event):
    """What the product reads from an event."""
    return read(event["type"], kept(event["type"], event), received_at=LATER)


def test_what_holds_is_announced_the_same_each_time(memberships, told):
    memberships.announce()
    first = list(told)
    memberships.announce()
    assert told[len(first) :] == first
    assert {event["type"] for event in first} == {"organization.created", "organizationMembership.created"} <= KNOWN
    assert {said(event).name for event in first if event["type"] == "organization.created"} == {
        "Northwind Traders",
        "Contoso Robotics",
    }


def test_a_change_is_told_in_the_shape_that_the_product_reads(memberships, told):
    memberships.change_role("engineer", "viewer")
    memberships.remove("engineer")
    memberships.invite_again("engineer", "finance")
    changed, gone, again = (said(event) for event in told)
    assert all(isinstance(one, MembershipEvent) and one.user_id == ENGINEER.user_id for one in (changed, gone, again))
    assert (changed.role, gone.removed_at is None, again.role) == ("viewer", False, "finance")
    assert changed.joined_at == gone.joined_at < changed.updated_at <= gone.removed_at <= again.joined_at


def test_tokens_follow_the_memberships(tmp_path):
    issuer = Issuer.start(state_dir=tmp_path)
    try:
        instance = issuer.server.instance
        issuer.memberships.change_role("engineer", "viewer")
        assert instance.memberships.as_now(ENGINEER).role == "viewer"
        issuer.memberships.remove("engineer")
        assert instance.memberships.as_now(ENGINEER).org is None
        assert instance.memberships.as_now(VIEWER).org == NORTHWIND
    finally:
        issuer.stop()


def test_the_secret_is_kept_and_belongs_to_web_alone(tmp_path):
    issuer = Issuer.start(state_dir=tmp_path)
    issuer.stop()
    assert kept_secret(tmp_path) == issuer.webhook_secret
    assert (tmp_path / "webhook_secret").stat().st_mode & 0o077 == 0
    assert list(issuer.web_environment()) == ["COSTFRAME_CLERK_WEBHOOK_SECRET"]
    assert issuer.webhook_secret not in str(issuer.environment())
    assert issuer.webhook_secret not in repr(Endpoint(origin="http://x", secret=issuer.webhook_secret))


def test_the_product_believes_the_signature(settings, tmp_path, db, memberships, told):
    secret = kept_secret(tmp_path)
    settings.CLERK_WEBHOOK_SECRET = secret_of(secret)
    memberships.remove("engineer")
    body = json.dumps(told[0]).encode()
    client = Client(headers={"host": "app.localhost:8000"})
    headers = Endpoint(origin="http://app.localhost:8000", secret=secret).headers(body)
    answer = client.post("/webhooks/clerk", body, content_type="application/json", headers=headers)
    assert answer.status_code == 204


@pytest.mark.parametrize("status", [200, 401, 500])
def test_what_is_not_taken_is_said_at_once(status, told, memberships, tmp_path):
    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """The terminal belongs to whoever started us."""

    server = HTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.handle_request, daemon=True).start()
    endpoint = Endpoint(origin=f"http://app.localhost:{server.server_address[1]}", secret=kept_secret(tmp_path))
    memberships.remove("engineer")
    with pytest.raises(NotDelivered, match=str(status)):
        endpoint.send(told[0])
    server.server_close()

"""Webhooks as Clerk shapes them and Svix signs them, for tests: made here from their documentation, not by our code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid

import pytest
from django.test import Client

from tenants.svix import secret_of

SECRET = "whsec_" + base64.b64encode(b"the secret of the tests!").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"somebody else's secret!!").decode()
PATH = "/webhooks/clerk"
MILLISECONDS = 1000


def signature(body, *, message_id, seconds, secret=SECRET):
    key = base64.b64decode(secret.split("_", 1)[1])
    mac = hmac.new(key, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def headers(body, *, message_id=None, age=0, secret=SECRET, **changes):
    """The headers of a genuine message, minted `age` seconds ago; `changes` replace them, None leaves one out."""
    message_id, seconds = message_id or f"msg_{uuid.uuid4().hex}", str(int(time.time()) - age)
    made = {
        "svix-id": message_id,
        "svix-timestamp": seconds,
        "svix-signature": signature(body, message_id=message_id, seconds=seconds, secret=secret),
    }
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in {**made, **named}.items() if value is not None}


def send(body, *, content_type="application/json", client=None, **how):
    """What the product answers to a message: `body` is bytes, or an event. Sent as the provider sends it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = client or Client(headers={"host": "app.localhost:8000"})
    return client.post(PATH, raw, content_type=content_type, headers=headers(raw, **how))


def milliseconds(moment):
    return int(moment.timestamp() * MILLISECONDS)


def envelope(event_type, data, *, at):
    return {
        "data": data,
        "event_attributes": {"http_request": {"client_ip": "192.0.2.1", "user_agent": "Mozilla/5.0"}},
        "instance_id": "ins_1",
        "object": "event",
        "timestamp": milliseconds(at),
        "type": event_type,
    }


def membership(
    what="created", *, at, joined_at=None, role="engineer", user_id="user_ada", organization="org_northwind"
):
    moment = milliseconds(joined_at or at)
    data = {
        "id": "orgmem_1",
        "object": "organization_membership",
        "role": f"org:{role}",
        "permissions": ["org:sys_memberships:read"],
        "created_at": moment,
        "updated_at": milliseconds(at),
        "public_metadata": {"secret": "planted-metadata"},
        "organization": {"id": organization, "name": "Northwind Traders", "slug": "northwind", "updated_at": moment},
        "public_user_data": {
            "user_id": user_id,
            "first_name": "Ada",
            "last_name": "Okafor",
            "identifier": "planted@example.test",
            "image_url": "https://img.clerk.com/planted",
        },
    }
    return envelope(f"organizationMembership.{what}", data, at=at)


def organization_event(what="updated", *, at, name="Northwind Traders", organization="org_northwind"):
    data = {"id": organization, "object": "organization", "deleted": True}
    if what != "deleted":
        data = {
            "id": organization,
            "object": "organization",
            "name": name,
            "slug": "northwind",
            "created_at": milliseconds(at),
            "updated_at": milliseconds(at),
            "created_by": "user_ada",
        }
    return envelope(f"organization.{what}", data, at=at)


def person(what="updated", *, at, user_id="user_ada", first_name="Ada", last_name="Okafor"):
    data = {"id": user_id, "object": "user", "deleted": True}
    if what != "deleted":
        data = {
            "id": user_id,
            "object": "user",
            "first_name": first_name,
            "last_name": last_name,
            "email_addresses": [{"email_address": "planted@example.test"}],
            "updated_at": milliseconds(at),
        }
    return envelope(f"user.{what}", data, at=at)


@pytest.fixture
def endpoint(settings, db):
    """The product with an endpoint set up at the provider."""
    settings.CLERK_WEBHOOK_SECRET = secret_of(SECRET)

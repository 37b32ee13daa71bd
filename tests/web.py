"""A signed-in visitor for tests of pages: Django's client with a genuine token in its cookie."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.test import Client

from tests.tenants import tokens

ORIGIN = "http://app.localhost:8000"


def public_pem():
    key = tokens.private_key().public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def token(*, organization: str | None = "org_northwind", role: str = "engineer", age: int = 0, **claims):
    """A token of an organisation that `tests.conftest.make_organization` makes, minted `age` seconds ago."""
    now = int(time.time()) - age
    active = {"id": organization, "slg": organization.removeprefix("org_"), "rol": role} if organization else None
    times = {"iat": now, "nbf": now - 10, "exp": now + 60}
    return tokens.token(**{"azp": ORIGIN, "o": active, "name": "Ada", **times, **claims})


class Visitor(Client):
    """Somebody with a browser. `post` sends what a browser sends with a form of our own page."""

    def __init__(self, **claims) -> None:
        super().__init__(headers={"host": "app.localhost:8000", "accept": "text/html"})
        self.sign_in(**claims)

    def sign_in(self, **claims) -> None:
        """In the browser; the page that it shows is of the same organisation."""
        self.tab = claims.get("organization", "org_northwind")
        self.take_cookie(**claims)

    def take_cookie(self, **claims) -> None:
        """Another tab has put its token into the cookie, while this page stays as it is."""
        self.cookies[settings.CLERK_COOKIE] = token(**claims)
        self.cookies["__client_uat"] = "1"

    def post(self, path, data=None, *, headers=None, **extra):
        """`headers` may hold an empty costframe-organization: then only the form's own field says it."""
        sent = {"origin": ORIGIN, "costframe-organization": self.tab or "", **(headers or {})}
        return super().post(path, data, headers=sent, **extra)

    def poll(self, path, **headers):
        """As htmx asks."""
        own = {"hx-request": "true", "sec-fetch-dest": "empty", "costframe-organization": self.tab or ""}
        return self.get(path, headers={**own, **headers})


@pytest.fixture
def provider_key(settings):
    """The process believes tokens that `tests.web.token` makes."""
    settings.CLERK_JWKS_PEM = public_pem()
    settings.CLERK_PUBLISHABLE_KEY = ""


@pytest.fixture
def visitor(organization, provider_key):
    """An engineer of Northwind."""
    return Visitor()


@pytest.fixture
def stranger(other_organization, provider_key):
    """An engineer of Contoso."""
    return Visitor(organization="org_contoso")

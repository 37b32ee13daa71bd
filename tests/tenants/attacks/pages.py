"""Forms that reach a signed-in victim's browser from elsewhere, or from another tab, and the page that answers them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from django.test import Client

from connections.models import Connection
from tenants import scope
from tests.web import ORIGIN, Visitor, token

NEW = "/connections/new/"
DRAFT = {"label": "planted", "regions": "eu-west-1"}
REFUSED = "This form was not accepted"
OTHER = "This form is of"
READS_ONLY = "A bearer token only reads."


@dataclass(kw_only=True)
class Request:
    """What arrives. Fields and headers replace those of an honest form; a value of None leaves one out."""

    status: int = 302
    says: str = ""
    fields: dict[str, str | None] = field(default_factory=dict)
    headers: dict[str, str | None] = field(default_factory=dict)
    path: str = NEW
    method: str = "POST"
    bearer: bool = False


class Victim(Visitor):
    """An engineer of Northwind who has the page open. Django's own check of forms is on."""

    def __init__(self) -> None:
        super().__init__()
        self.handler.enforce_csrf_checks = True

    def receive(self, request):
        page = self.get(NEW).content.decode()
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
        honest = {**DRAFT, **{name: unescape(value) for name, value in found}}
        bearer = {"authorization": f"Bearer {token()}"} if request.bearer else {}
        headers = {"origin": ORIGIN, **bearer, **request.headers}
        sent = {name: value for name, value in {**honest, **request.fields}.items() if value is not None}
        kept = {name: value for name, value in headers.items() if value is not None}
        if request.method == "POST":
            return Client.post(self, request.path, sent, headers=kept)
        return self.generic(request.method, request.path, headers=kept)


def labels(organization):
    with scope.organization(organization.id):
        return sorted(Connection.objects.values_list("label", flat=True))


REQUESTS = {
    "a form of another site": Request(headers={"origin": "https://evil.example"}, status=403, says=REFUSED),
    "a form of an unsaid site": Request(headers={"origin": "null"}, status=403, says=REFUSED),
    "a form that does not say whence": Request(headers={"origin": None}, status=403, says=REFUSED),
    "a form of our host at another port": Request(
        headers={"origin": "http://app.localhost:9999"}, status=403, says=REFUSED
    ),
    "a form of the identity provider": Request(
        headers={"origin": "http://clerk.localhost:8000", "sec-fetch-site": "same-site"}, status=403, says=REFUSED
    ),
    "a form of our site with TLS": Request(headers={"origin": "https://app.localhost:8000"}, status=403, says=REFUSED),
    "a form with a good Referer only": Request(
        headers={"origin": None, "referer": f"{ORIGIN}/"}, status=403, says=REFUSED
    ),
    "a form without its own token": Request(fields={"csrfmiddlewaretoken": None}, status=403, says=REFUSED),
    "a form with an empty token": Request(fields={"csrfmiddlewaretoken": ""}, status=403, says=REFUSED),
    "a form with a token of its right length": Request(
        fields={"csrfmiddlewaretoken": "x" * 64}, status=403, says=REFUSED
    ),
    "a form that says no organisation": Request(fields={"costframe_organization": None}, status=403, says=REFUSED),
    "a form with an empty organisation": Request(fields={"costframe_organization": ""}, status=403, says=REFUSED),
    "a form whose organisation is no name": Request(
        fields={"costframe_organization": "../org_northwind"}, status=403, says=REFUSED
    ),
    "a form of another organisation": Request(
        fields={"costframe_organization": "org_contoso Contoso"}, status=409, says=OTHER
    ),
    "a form of an organisation that begins as ours": Request(
        fields={"costframe_organization": "org_northwind2"}, status=409, says=OTHER
    ),
    "a form of our organisation in capitals": Request(
        fields={"costframe_organization": "ORG_NORTHWIND"}, status=409, says=OTHER
    ),
    "a form of our organisation by its short name": Request(
        fields={"costframe_organization": "northwind"}, status=409, says=OTHER
    ),
    "a header of another organisation over a good field": Request(
        headers={"costframe-organization": "org_contoso"}, status=409, says=OTHER
    ),
    "a bearer token on a form": Request(bearer=True, status=403, says=READS_ONLY),
    "a bearer token on a form of another site": Request(
        bearer=True, headers={"origin": "https://evil.example"}, status=403, says=READS_ONLY
    ),
    "a bearer token that deletes": Request(bearer=True, method="DELETE", status=403, says=READS_ONLY),
    "a method that nobody knows": Request(method="EAT", headers={"origin": None}, status=403, says=REFUSED),
    "a method said in a field": Request(
        method="GET", path=f"{NEW}?_method=POST&label=planted", status=200, says="Connect"
    ),
    "a switch from another site": Request(
        path="/organization/", headers={"origin": "https://evil.example"}, status=403, says=REFUSED
    ),
    "a switch without its own token": Request(
        path="/organization/", fields={"csrfmiddlewaretoken": None}, status=403, says=REFUSED
    ),
    "a switch to what is no name": Request(
        path="/organization/", fields={"organization": "//evil.test"}, status=422, says="cannot be one"
    ),
    "signing out from another site": Request(
        path="/sign-out/", headers={"origin": "https://evil.example"}, status=403, says=REFUSED
    ),
    "signing out that does not say whence": Request(
        path="/sign-out/", headers={"origin": None}, status=403, says=REFUSED
    ),
    "a switch that does not say whence": Request(
        path="/organization/",
        headers={"origin": None, "sec-fetch-site": "same-site"},
        fields={"organization": "org_contoso"},
        status=403,
        says=REFUSED,
    ),
    "signing out without its own token": Request(
        path="/sign-out/", fields={"csrfmiddlewaretoken": None}, status=403, says=REFUSED
    ),
    "signing out by a link": Request(path="/sign-out/", method="GET", status=405, says=""),
}

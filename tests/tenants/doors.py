"""The operator process as it runs, on a database with two customers in it, and who asks it for pages."""

from __future__ import annotations

import http.client
import re
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest
from django.urls import get_resolver

from sandbox import process
from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import OPERATOR
from sandbox.fleet import Fleet
from tenants.operators import TENANT_URLS
from tests.database import CONTEXT_KEY
from tests.tenants import catalogue
from tests.tenants.url_map import every_route, filled_in

if TYPE_CHECKING:
    from uuid import UUID

ORGANIZATIONS = "/organizations/"
NORTHWIND, CONTOSO = catalogue.A, catalogue.B
REASON = "Ticket 4711: an audit is stuck"
# What an organisation has, one row of each, by the page that shows it.
TABLES = (
    *("connections/connection", "connections/accesscheck"),
    *("audits/audit", "audits/step", "audits/gap", "audits/apicall", "audits/resource", "audits/billload"),
    *("audits/billsource", "audits/billupload"),
    *("audits/schedule", "audits/lostmessage"),
    "findings/finding",
    *("tenants/activity", "tenants/activityseal", "tenants/member"),
)


class Answer:
    """What came back."""

    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read().decode()

    @property
    def location(self):
        return self.headers["Location"]

    def field(self, name):
        """The value of a form's field."""
        return re.search(rf'name="{name}" value="([^"]*)"', self.body)[1]


class Door:
    """A running operator process."""

    def __init__(self, urls, directory):
        self.urls, self.port = urls, process.free_port()
        self.origin = f"http://ops.localhost:{self.port}"
        self.issuer = Issuer.start(state_dir=directory / "clerk", app_origins=[self.origin])
        self.fleet = Fleet(
            database_urls=urls,
            redis_url="",
            logs=directory / "logs",
            shared={
                "COSTFRAME_SANDBOX": "true",
                "COSTFRAME_PUBLIC_ORIGIN": self.origin,
                **self.issuer.environment(),
            },
            worker_only={},
            sealing_public_key="",
            context_key=CONTEXT_KEY.text,
            operators=(OPERATOR.user_id,),
        )
        self.ids = self._fill()
        self.fleet.start_pages("operator", self.port)

    def _fill(self):
        """A row of each table for each of two organisations. Returns the ids by table and organisation."""
        ids = {}
        with psycopg.connect(self.urls["admin"]) as admin:
            for table in ("tenants_organization", *(name.replace("/", "_") for name in TABLES)):
                catalogue.fill(admin, table)
                column = catalogue.owner_column(table)
                ids |= {(table, owner): row for owner, row in admin.execute(f"select {column}, id from {table}")}
            # What refers to a connection refers to one that is there, so that its label can be shown.
            for owner in (NORTHWIND, CONTOSO):
                admin.execute("set local session_replication_role = replica")
                for table in ("connections_accesscheck", "audits_audit", "audits_step", "audits_resource",
                              "audits_schedule", "findings_finding"):  # fmt: skip
                    admin.execute(
                        f"update {table} set connection_id = %s where organization_id = %s",
                        [ids["connections_connection", owner], owner],
                    )
                admin.execute(
                    "update audits_billsource set connection_id = %s, label = '' where organization_id = %s",
                    [ids["connections_connection", owner], owner],
                )
                label = "Northwind" if owner == NORTHWIND else "Contoso"
                admin.execute("update tenants_organization set name = %s where id = %s", [label, owner])
                admin.execute(
                    "update connections_connection set label = %s, external_id = 'cf-planted' where organization_id = %s",
                    [f"{label}-shop", owner],
                )
        return ids

    def sql(self, statement, *values, login="admin"):
        """Rows, seen by whoever logs in so; the administrator where nobody is named."""
        with psycopg.connect(self.urls[login], autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def views(self, organization=NORTHWIND):
        """(who, detail) of the operators' views in an organisation's trail, in order."""
        return self.sql(
            "select actor, detail from tenants_activity where organization_id = %s and verb = 'operator.viewed' "
            "order by at, id",
            organization,
        )

    def visitor(self, person="operator", **claims):
        return Visitor(self, person, claims)

    def stop(self):
        self.fleet.stop()
        self.issuer.stop()


class Visitor:
    """Somebody with a browser that keeps cookies; `person` None brings no token."""

    def __init__(self, door, person, claims):
        self.door, self.person, self.claims, self.cookies = door, person, claims, {}

    def ask(self, path, *, method="GET", headers=None, body=None):
        jar = {name: cookie.value for (name, where), cookie in self.cookies.items() if path.startswith(where)}
        if self.person is not None:
            jar |= self.door.issuer.cookies(self.door.issuer.mint(self.person, azp=self.door.origin, **self.claims))
        given = {
            "Host": self.door.origin.removeprefix("http://"),
            "Origin": self.door.origin,
            "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
            **({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}),
            **(headers or {}),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=20)
        connection.request(method, path, body=body, headers=given)
        answer = Answer(connection.getresponse())
        connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, cookie in SimpleCookie(line).items():
                self.cookies[name, cookie["path"] or "/"] = cookie
        return answer

    def give_reason(self, organization=NORTHWIND, *, text=REASON, next="/"):  # noqa: A002 - as the form calls it
        """Fill in the form that asks why."""
        page = f"{ORGANIZATIONS}{organization}/reason/"
        token = self.ask(page).field("csrfmiddlewaretoken")
        form = {"csrfmiddlewaretoken": token, "reason": text, "next": next}
        return self.ask(page, method="POST", body=urlencode(form))

    def look(self, rest, organization=NORTHWIND):
        """A page of an organisation."""
        return self.ask(f"{ORGANIZATIONS}{organization}/{rest}")


def path_of(url):
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def below(organization: UUID, rest: str = "") -> str:
    return f"{ORGANIZATIONS}{organization}/{rest}"


def own_pages(door, organization=NORTHWIND):
    """Every address below an organisation, with ids that are there."""
    for name, pattern, converters in every_route(get_resolver(TENANT_URLS)):
        table = name.removeprefix("admin:").rpartition("_")[0]
        ids = {"row_id": door.ids[table, organization]} if "row_id" in converters else {"app_label": "audits"}
        yield below(organization, filled_in(re.sub(r"\^|\$|\(\?P(<\w+>)[^)]*\)", r"\1", pattern), ids)[1:])


def outer_pages():
    for _, pattern, _ in every_route(get_resolver("costframe.operator_urls")):
        path = filled_in(
            re.sub(r"\^|\$|\(\?P(<\w+>)[^)]*\)", r"\1", pattern), {"organization_id": NORTHWIND, "app_label": "tenants"}
        )
        if path != "/health":
            yield path


def every_page(door):
    pages = [*outer_pages(), *own_pages(door)]
    assert len(pages) == 4 + 2 + 2 * len(TABLES), pages
    return pages


@pytest.fixture(scope="module")
def door(cluster, tmp_path_factory):
    """A running operator process for the module's tests; whoever takes something away gives it back."""
    urls = cluster.copy()
    door = Door(urls, tmp_path_factory.mktemp("operator"))
    yield door
    door.stop()
    cluster.drop(urls["database"])

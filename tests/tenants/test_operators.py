"""The operator process, as it runs: who is let in, and that nothing but reading is there."""

from __future__ import annotations

import http.client

import psycopg
import pytest

from sandbox import process
from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import OPERATOR
from sandbox.fleet import Fleet

pytestmark = pytest.mark.processes
LIST = "/tenants/organization/"


class Door:
    """A running operator process on a database with one customer in it."""

    def __init__(self, urls, directory):
        self.port = process.free_port()
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
            operators=(OPERATOR.user_id,),
        )
        with psycopg.connect(urls["admin"], autocommit=True) as admin:
            admin.execute(
                "insert into tenants_organization (id, issuer, clerk_id, name, timezone, night_time, created_at) "
                "values (gen_random_uuid(), 'x', 'org_1', 'Northwind', 'UTC', '02:00', now())"
            )
        self.fleet.start_pages("operator", self.port)

    def ask(self, path, *, person="operator", method="GET", headers=None, **claims):
        """Status, headers and body; `person` None brings no token."""
        cookies = {}
        if person is not None:
            token = self.issuer.mint(person, azp=self.origin, **claims)
            cookies["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.issuer.cookies(token).items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        host = {"Host": self.origin.removeprefix("http://"), "Origin": self.origin}
        connection.request(method, path, headers={**host, **cookies, **(headers or {})})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, dict(answer.headers), body

    def stop(self):
        self.fleet.stop()
        self.issuer.stop()


@pytest.fixture(scope="module")
def door(cluster, tmp_path_factory):
    urls = cluster.copy()
    door = Door(urls, tmp_path_factory.mktemp("operator"))
    yield door
    door.stop()
    cluster.drop(urls["database"])


def test_an_operator_sees_the_list_of_organisations(door):
    status, headers, body = door.ask(LIST)
    assert (status, "Northwind" in body) == (200, True)
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/tenants/", LIST, f"{LIST}?q=north", f"{LIST}?o=-1"])
def test_every_page_of_the_operator_answers(door, path):
    assert door.ask(path)[0] == 200


@pytest.mark.parametrize(
    ("who", "claims"),
    [("engineer", {}), ("viewer", {}), ("operator", {"act": {"sub": "user_2engineer"}}), ("operator", {"act": True})],
    ids=["a customer", "a viewer", "somebody acting as the operator", "an actor of no known shape"],
)
def test_to_everybody_else_who_is_signed_in_nothing_is_there(door, who, claims):
    expected = door.ask("/no/such/page", person=who, **claims)
    assert expected[0] == 404
    for path in ("/", LIST):
        status, _, body = door.ask(path, person=who, **claims)
        assert (status, body) == (404, expected[2])


def test_whoever_brings_no_token_is_sent_to_sign_in_and_told_nothing(door):
    status, headers, body = door.ask(LIST, person=None, headers={"Accept": "text/html"})
    assert (status, body) == (307, "")
    assert headers["Location"].startswith(door.issuer.issuer)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", LIST, f"{LIST}add/"])
def test_no_method_but_reading_is_allowed(door, method, path):
    assert door.ask(path, method=method)[0] == 405


@pytest.mark.parametrize(
    "path", [f"{LIST}add/", f"{LIST}1/change/", f"{LIST}1/delete/", f"{LIST}1/history/", "/login/", "/logout/",
             "/password_change/", "/jsi18n/", "/auth/user/", "/connections/"],
)  # fmt: skip
def test_what_the_admin_would_bring_along_is_not_there(door, path):
    assert door.ask(path)[0] == 404


def test_the_process_is_well_without_a_token(door):
    assert door.ask("/health", person=None)[0] == 200

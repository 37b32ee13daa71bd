"""The sandbox's identity provider over HTTP: key set, sign-in, handshake, and the Frontend API for open pages."""

from __future__ import annotations

import json
import re
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.clerk import control, pages
from sandbox.clerk.people import PEOPLE

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.clerk.instance import Instance, Session

MAX_BODY = 10_000
SESSION_PATH = re.compile(r"/v1/client/sessions/(?P<session_id>sess_[0-9a-f]+)/(?P<action>tokens|remove|end)")
CHOOSE_PATH = "/sign-in/tasks/choose-organization"
WRONG_FORM = ("That did not work", "Use the sandbox's own page.")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self._read()
        routes = {
            "/": self._sign_in_page,
            "/sign-in": self._sign_in_page,
            "/sign-out": self._sign_out_page,
            CHOOSE_PATH: self._choose_page,
            "/style.css": lambda: self._answer(200, pages.STYLE, kind="text/css"),
            "/health": lambda: self._answer(200, "ok", kind="text/plain"),
            "/.well-known/jwks.json": lambda: self._json(200, self.instance.ring.jwks()),
            "/v1/client/handshake": self._handshake,
            "/v1/me/organization_memberships": self._memberships,
        }
        routes.get(self.url.path, self._nothing_here)()

    def do_POST(self) -> None:
        self._read()
        if match := SESSION_PATH.fullmatch(self.url.path):
            return self._session(match["session_id"], match["action"])
        if self.url.path.startswith(control.PREFIX):
            return self._control()
        routes = {"/sign-in": self._sign_in, "/sign-out": self._sign_out, CHOOSE_PATH: self._choose}
        return routes.get(self.url.path, self._nothing_here)()

    def do_OPTIONS(self) -> None:
        headers = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type"}
        self._answer(204, "", headers={**self._cors(), **headers})

    def _read(self) -> None:
        self.instance = self.server.instance
        self.url = urlsplit(self.path)
        self.query = dict(parse_qsl(self.url.query, keep_blank_values=True))
        length = int(self.headers.get("Content-Length") or 0)
        self.body = ""
        if 0 <= length <= MAX_BODY:
            self.body = self.rfile.read(length).decode(errors="replace")
        else:
            self.close_connection = True
        self.form = dict(parse_qsl(self.body, keep_blank_values=True))
        # A development instance is told the browser by the product, as its own cookie stays at home on the way there.
        told = "" if self.instance.is_production else self.query.get("__clerk_db_jwt", "")
        self.client = told or self._cookie()

    def _cookie(self) -> str:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return ""
        found = cookies.get(self.instance.client_cookie)
        return found.value if found else ""

    @property
    def session(self) -> Session | None:
        return self.instance.clients.get(self.client)

    @property
    def wanted_url(self) -> str:
        """Where to go afterwards: what the request asks for, else the product's first page."""
        sent = self.form.get("redirect_url") or self.query.get("redirect_url")
        return sent or f"{self.instance.app_origins[0]}/"

    def _sign_in_page(self) -> None:
        current = self.session.person if self.session else None
        self._page(200, pages.sign_in(redirect_url=self.wanted_url, current=current))

    def _sign_out_page(self) -> None:
        self._page(200, pages.sign_out(redirect_url=self.wanted_url))

    def _choose_page(self) -> None:
        if self.session is None:
            return self._sign_in_page()
        orgs = [org for org, _ in self.instance.organizations_of(self.session.person)]
        return self._page(200, pages.choose(redirect_url=self.wanted_url, action=CHOOSE_PATH, orgs=orgs))

    def _sign_in(self) -> None:
        person = PEOPLE.get(self.form.get("person", ""))
        if person is None or not self._is_own_form():
            return self._page(400, pages.message(*WRONG_FORM))
        self.client = self.instance.client(self.client)
        if self.instance.sign_in(self.client, person).is_pending:
            location = f"{CHOOSE_PATH}?{urlencode({'redirect_url': self.wanted_url})}"
            return self._answer(303, "", headers=[("Location", location), self._kept()])
        return self._back()

    def _sign_out(self) -> None:
        if not self._is_own_form():
            return self._page(400, pages.message(*WRONG_FORM))
        self.instance.sign_out(self.client)
        return self._back()

    def _choose(self) -> None:
        if not self._is_own_form():
            return self._page(400, pages.message(*WRONG_FORM))
        self.instance.activate(self.client, self.form.get("organization", ""))
        return self._back()

    def _back(self) -> None:
        """To the product, which asks for the handshake: told the browser in development, by the marks in production."""
        url = urlsplit(self.wanted_url)
        if not self.instance.may_return_to(url):
            return self._another_address()
        if self.instance.is_production:
            marks = [("Set-Cookie", mark) for mark in self.instance.marks(self.client)]
            return self._answer(303, "", headers=[("Location", self.wanted_url), self._kept(), *marks])
        query = [*parse_qsl(url.query, keep_blank_values=True), ("__clerk_db_jwt", self.client)]
        location = urlunsplit(url._replace(query=urlencode(query), fragment=""))
        return self._answer(303, "", headers=[("Location", location), self._kept()])

    def _kept(self) -> tuple[str, str]:
        """The browser's long cookie, on the provider's own host."""
        cookie = f"{self.instance.client_cookie}={self.client}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"
        return "Set-Cookie", cookie

    def _handshake(self) -> None:
        url = urlsplit(self.wanted_url)
        if not self.instance.may_return_to(url):
            return self._another_address()
        self.client = self.instance.client(self.client)
        if "organization_id" in self.query:
            self.instance.activate(self.client, self.query["organization_id"])
        token = self.instance.handshake(self.client)
        if self.instance.is_production:
            domain = self.instance.cookie_domain
            cookie = f"__clerk_handshake={token}; Path=/; Domain={domain}; HttpOnly; SameSite=Lax; Max-Age=60"
            marks = [("Set-Cookie", mark) for mark in self.instance.marks(self.client)]
            headers = [("Location", self.wanted_url), ("Set-Cookie", cookie), self._kept(), *marks]
            return self._answer(307, "", headers=headers)
        query = [*parse_qsl(url.query, keep_blank_values=True), ("__clerk_handshake", token)]
        location = urlunsplit(url._replace(query=urlencode(query), fragment=""))
        return self._answer(307, "", headers=[("Location", location), self._kept()])

    def _another_address(self) -> None:
        text = f"The sandbox sends browsers back to {' or '.join(self.instance.app_origins)} only."
        self._page(400, pages.message("Another address", text))

    def _session(self, session_id: str, action: str) -> None:
        """A fresh token for an open page, or the session's end, as the page's own origin asks for it."""
        origin = self.headers.get("Origin", "")
        session = self.session
        if origin not in self.instance.app_origins:
            return self._error(403, "origin_invalid")
        if session is None or session.id != session_id:
            return self._error(401, "signed_out")
        if action != "tokens":
            self.instance.sign_out(self.client)
            ended = {"response": {"object": "session", "id": session_id, "status": "removed"}, "client": None}
            marks = [("Set-Cookie", mark) for mark in self.instance.marks(self.client)]
            return self._json(200, ended, headers=[*self._cors().items(), *marks])
        active = session.active
        if wanted := self.form.get("organization_id"):
            orgs = [org for org, _ in self.instance.organizations_of(session.person)]
            active = next((org for org in orgs if org.id == wanted), None)
            if active is None:
                return self._error(404, "organization_not_found")
        token = self.instance.mint(session, org=active, azp=origin)
        return self._json(200, {"object": "token", "jwt": token}, headers=self._cors())

    def _memberships(self) -> None:
        """The organisations of whoever is signed in, a page at a time."""
        if self.headers.get("Origin", "") not in self.instance.app_origins:
            return self._error(403, "origin_invalid")
        if self.session is None or self.query.get("_clerk_session_id", self.session.id) != self.session.id:
            return self._error(401, "signed_out")
        found = self.instance.organizations_of(self.session.person)
        start, limit = int(self.query.get("offset", 0)), int(self.query.get("limit", 10))
        listed = [
            {
                "object": "organization_membership",
                "id": f"orgmem_{self.session.person.key}_{org.slug}",
                "role": f"org:{role}",
                "organization": {"object": "organization", "id": org.id, "name": org.name, "slug": org.slug},
            }
            for org, role in found[start : start + limit]
        ]
        answer = {"response": {"data": listed, "total_count": len(found)}, "client": None}
        return self._json(200, answer, headers=self._cors())

    def _control(self) -> None:
        """For whoever runs the sandbox. A page cannot send JSON to another site unasked, so no page can do this."""
        if self.headers.get("Content-Type") != "application/json":
            return self._error(415, "json_only")
        try:
            content = control.do(self.instance, self.url.path, json.loads(self.body or "{}"))
        except control.NotUnderstood as error:
            return self._error(400, str(error))
        return self._json(200, content)

    def _cors(self) -> dict[str, str]:
        origin = self.headers.get("Origin", "")
        if origin not in self.server.instance.app_origins:
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }

    def _is_own_form(self) -> bool:
        return self.headers.get("Origin") == self.instance.issuer

    def _nothing_here(self) -> None:
        self._page(404, pages.message("Nothing here", "The sandbox's identity provider has no such page."))

    def _error(self, status: int, code: str) -> None:
        self._json(status, {"errors": [{"code": code}]}, headers=self._cors())

    def _json(self, status: int, content: Any, headers: Any = ()) -> None:  # noqa: ANN401
        self._answer(status, json.dumps(content), kind="application/json", headers=headers)

    def _page(self, status: int, page: str) -> None:
        # A form's redirects count as its action too, and they lead back to the product.
        targets = " ".join(("'self'", *self.instance.app_origins))
        policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {targets}"
        self._answer(status, page, kind="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})

    def _answer(self, status: int, body: str, *, kind: str = "text/plain", headers: Any = ()) -> None:  # noqa: ANN401
        content = body.encode()
        self.send_response(status)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer" if status != 200 else "same-origin")  # noqa: PLR2004
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            self.send_header(name, value)
        if status != 204:  # noqa: PLR2004
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log the path alone: queries carry tokens."""
        del size
        self.log_message("%s %s %s", self.command, urlsplit(self.path).path, code)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Into the instance's own file: the terminal belongs to whoever started us."""
        with self.server.log.open("a") as log:
            log.write(f"{self.log_date_time_string()} {format % args}\n")


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only. Its `instance` is given before it serves, as it needs to know the port."""

    daemon_threads = True
    instance: Instance

    def __init__(self, *, port: int, log: Path) -> None:
        self.log = log
        super().__init__(("127.0.0.1", port), Handler)

"""The sandbox's identity provider over HTTP: key set, sign-in, handshake, and tokens for open pages."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.clerk import pages
from sandbox.clerk.memberships import Memberships
from sandbox.clerk.people import PEOPLE
from sandbox.clerk.tokens import SigningKey, cookie_suffix, publishable_key, session_claims

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sandbox.clerk.people import Person

HOST = "clerk.localhost"
MAX_BODY = 10_000
LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"
TOKENS_PATH = re.compile(r"/v1/client/sessions/(?P<session_id>sess_[0-9a-f]+)/tokens")


@dataclass
class Instance:
    """One provider: its key, its addresses, and who is signed in."""

    key: SigningKey
    port: int
    app_origins: tuple[str, ...]
    clients: dict[str, tuple[str, Person, int]] = field(default_factory=dict)  # client -> session, person, since
    lock: threading.Lock = field(default_factory=threading.Lock)
    memberships: Memberships = field(default_factory=Memberships)

    @property
    def issuer(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def publishable_key(self) -> str:
        """Names host and port, so that the product's cookies differ between two sandboxes of one machine."""
        return publishable_key(f"{HOST}:{self.port}")

    @property
    def client_cookie(self) -> str:
        """The long session's cookie on the provider's own host. Ports do not separate cookies, so the name has to."""
        return f"__client_{self.port}"

    @property
    def suffix(self) -> str:
        return cookie_suffix(self.publishable_key)

    def mint(self, person: Person, session_id: str, azp: str | None = None) -> str:
        now = self.memberships.as_now(person)
        return self.key.sign(session_claims(now, issuer=self.issuer, session_id=session_id, azp=azp))

    def sign_in(self, person: Person) -> str:
        """Begin a session. Returns the client's secret."""
        client = secrets.token_hex(24)
        with self.lock:
            self.clients[client] = (f"sess_{secrets.token_hex(12)}", person, int(time.time()))
        return client

    def sign_out(self, client: str) -> None:
        with self.lock:
            self.clients.pop(client, None)

    def may_return_to(self, url: str) -> bool:
        """Whether `url` is below one of the product's own origins."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" in self.app_origins

    def handshake(self, client: str) -> str:
        """The signed list of cookies that the product is to set: a fresh token, or the end of the session."""
        signed_in = self.clients.get(client)
        names = ("__session", f"__session_{self.suffix}")
        marks = ("__client_uat", f"__client_uat_{self.suffix}")
        # To a browser the product's fetches come from another site, so the provider's own cookie stays at home.
        # Development instances therefore leave the client's secret with the product, to be sent in the query.
        browser = f"__clerk_db_jwt_{self.suffix}"
        if signed_in is None:
            gone = [f"{name}=; Path=/; Expires={LONG_AGO}" for name in (*names, browser)]
            return self.key.sign({"handshake": [*gone, *(f"{mark}=0; Path=/; SameSite=Lax" for mark in marks)]})
        session_id, person, since = signed_in
        token = self.mint(person, session_id)  # a navigation has no Origin, so no azp
        values = {**dict.fromkeys(names, token), **dict.fromkeys(marks, str(since)), browser: client}
        return self.key.sign({"handshake": [f"{name}={value}; Path=/; SameSite=Lax" for name, value in values.items()]})


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        routes = {
            "/": self._sign_in_page,
            "/sign-in": self._sign_in_page,
            "/sign-out": self._sign_out_page,
            "/style.css": lambda: self._answer(200, pages.STYLE, kind="text/css"),
            "/health": lambda: self._answer(200, "ok", kind="text/plain"),
            "/.well-known/jwks.json": lambda: self._json(200, self.instance.key.jwks()),
            "/v1/client/handshake": self._handshake,
        }
        routes.get(urlsplit(self.path).path, self._nothing_here)()

    def do_POST(self) -> None:
        self.form = self._read_form()
        path = urlsplit(self.path).path
        if match := TOKENS_PATH.fullmatch(path):
            return self._token(match["session_id"])
        return {"/sign-in": self._sign_in, "/sign-out": self._sign_out}.get(path, self._nothing_here)()

    def do_OPTIONS(self) -> None:
        headers = {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Content-Type"}
        self._answer(204, "", headers={**self._cors(), **headers})

    @property
    def instance(self) -> Instance:
        return self.server.instance

    @property
    def client(self) -> str:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return ""
        found = cookies.get(self.instance.client_cookie)
        return found.value if found else ""

    @property
    def wanted_url(self) -> str:
        """Where to go afterwards: what the address asks for, else the product's first page."""
        query = parse_qs(urlsplit(self.path).query)
        return query.get("redirect_url", [f"{self.instance.app_origins[0]}/"])[0]

    def _sign_in_page(self) -> None:
        signed_in = self.instance.clients.get(self.client)
        page = pages.sign_in(redirect_url=self.wanted_url, current=signed_in[1] if signed_in else None)
        self._page(200, page)

    def _sign_out_page(self) -> None:
        self._page(200, pages.sign_out(redirect_url=self.wanted_url))

    def _sign_in(self) -> None:
        person = PEOPLE.get(self.form.get("person", ""))
        if person is None or not self._is_own_form():
            return self._page(400, pages.message(title="That did not work", text="Choose a person from the list."))
        self.instance.sign_out(self.client)
        return self._to_handshake(self.instance.sign_in(person))

    def _sign_out(self) -> None:
        if not self._is_own_form():
            return self._page(
                400, pages.message(title="That did not work", text="Sign out from the sandbox's own page.")
            )
        self.instance.sign_out(self.client)
        return self._to_handshake("")

    def _to_handshake(self, client: str) -> None:
        """Keep or drop the long session, and go on to the handshake, which goes back to the product."""
        lifetime = "Max-Age=604800" if client else f"Expires={LONG_AGO}"
        cookie = f"{self.instance.client_cookie}={client}; Path=/; HttpOnly; SameSite=Lax; {lifetime}"
        url = self.form.get("redirect_url", "")
        location = f"/v1/client/handshake?{urlencode({'redirect_url': url})}"
        self._answer(303, "", headers={"Location": location, "Set-Cookie": cookie})

    def _handshake(self) -> None:
        if not self.instance.may_return_to(self.wanted_url):
            text = f"The sandbox sends browsers back to {' or '.join(self.instance.app_origins)} only."
            return self._page(400, pages.message(title="Another address", text=text))
        parts = urlsplit(self.wanted_url)
        query = [
            *parse_qsl(parts.query, keep_blank_values=True),
            ("__clerk_handshake", self.instance.handshake(self.client)),
        ]
        location = urlunsplit(parts._replace(query=urlencode(query), fragment=""))
        return self._answer(307, "", headers={"Location": location})

    def _token(self, session_id: str) -> None:
        """A fresh token for an open page, as the page's own origin asks for it with the client's secret."""
        origin = self.headers.get("Origin", "")
        if origin not in self.instance.app_origins:
            return self._json(403, {"errors": [{"code": "origin_invalid"}]})
        query = parse_qs(urlsplit(self.path).query)
        signed_in = self.instance.clients.get(query.get("__clerk_db_jwt", [self.client])[0])
        if signed_in is None or signed_in[0] != session_id:
            return self._json(401, {"errors": [{"code": "signed_out"}]}, headers=self._cors())
        org = self.instance.memberships.as_now(signed_in[1]).org
        if (wanted := self.form.get("organization_id")) and (org is None or wanted != org.id):
            return self._json(404, {"errors": [{"code": "organization_not_found"}]}, headers=self._cors())
        token = self.instance.mint(signed_in[1], session_id, azp=origin)
        return self._json(200, {"object": "token", "jwt": token}, headers=self._cors())

    def _cors(self) -> dict[str, str]:
        origin = self.headers.get("Origin", "")
        if origin not in self.instance.app_origins:
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }

    def _is_own_form(self) -> bool:
        return self.headers.get("Origin") == self.instance.issuer

    def _read_form(self) -> dict[str, str]:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY:
            self.close_connection = True
            return {}
        return dict(parse_qsl(self.rfile.read(length).decode(errors="replace")))

    def _nothing_here(self) -> None:
        self._page(404, pages.message(title="Nothing here", text="The sandbox's identity provider has no such page."))

    def _json(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:  # noqa: ANN401
        self._answer(status, json.dumps(content), kind="application/json", headers=headers)

    def _page(self, status: int, page: str) -> None:
        # A form's redirects count as its action too, and they lead back to the product.
        targets = " ".join(("'self'", *self.instance.app_origins))
        policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {targets}"
        self._answer(status, page, kind="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})

    def _answer(
        self,
        status: int,
        body: str,
        *,
        kind: str = "text/plain",
        headers: dict[str, str] | None = None,
    ) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer" if status != 200 else "same-origin")  # noqa: PLR2004
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (headers or {}).items():
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
    """Listens on 127.0.0.1 only."""

    daemon_threads = True

    def __init__(self, *, port: int, key: SigningKey, app_origins: Iterable[str], log: Path) -> None:
        self.log = log
        super().__init__(("127.0.0.1", port), Handler)
        self.instance = Instance(key=key, port=self.server_address[1], app_origins=tuple(app_origins))

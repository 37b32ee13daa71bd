"""Web and operator as they run in production: gunicorn with our settings, an https origin, a proxy before it."""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import socket
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import process
from sandbox.fleet import Fleet
from tests.database import CONTEXT_KEY
from tests.tenants.tokens import ISSUER
from tests.web import public_pem, token

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = {"web": "costframe.example", "operator": "operators.costframe.example"}
ORIGINS = {role: f"https://{host}" for role, host in HOSTS.items()}
OPERATOR = "user_operator"
PLANTED_KEY = "planted-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz"


@dataclass(kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(kw_only=True)
class Served:
    """The two running processes, on a database of their own."""

    urls: dict[str, str]
    directory: Path
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._addresses = (f"198.51.{a}.{b}" for a, b in itertools.product(range(256), repeat=2))
        self.fleet = Fleet(
            database_urls=self.urls,
            redis_url="",
            logs=self.directory / "logs",
            shared={
                "COSTFRAME_PUBLIC_ORIGIN": ORIGINS["web"],
                "COSTFRAME_STATIC_ROOT": str(self.directory / "static"),
                "COSTFRAME_CLERK_ISSUER": ISSUER,
                "COSTFRAME_CLERK_JWKS_PEM": public_pem(),
                "COSTFRAME_CLERK_PUBLISHABLE_KEY": f"pk_live_{base64.b64encode(b'clerk.example.test$').decode()}",
                "COSTFRAME_TRUSTED_PROXIES": "1",
                "COSTFRAME_PROXY_SETS_FORWARDED_PROTO": "true",
            },
            worker_only={},
            sealing_public_key="",
            context_key=CONTEXT_KEY.text,
            operators=(OPERATOR,),
            secret_key=PLANTED_KEY,
        )
        self.fleet.command("migrate", "collectstatic", "--no-input", "--verbosity=0")
        for role, origin in ORIGINS.items():
            self.ports[role] = process.free_port()
            self.fleet.start_pages(role, self.ports[role], origin=origin, threads=4)

    def stop(self) -> None:
        self.fleet.stop()

    def new_address(self) -> str:
        """A client that nobody has counted yet."""
        return next(self._addresses)

    def token(self, role: str = "web", **claims: Any) -> str:
        """A genuine token of somebody who may come in."""
        who = {"sub": OPERATOR, "fva": [0, 0]} if role == "operator" else {}
        return token(**{"azp": ORIGINS[role], **who, **claims})

    def ask(
        self,
        path: str,
        *,
        role: str = "web",
        method: str = "GET",
        signed_in: bool = True,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request through the proxy, which says https and the client's address."""
        sent = {
            "Host": HOSTS[role],
            "Accept": "text/html",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": self.new_address(),
            **({"Authorization": f"Bearer {self.token(role)}"} if signed_in else {}),
            **(headers or {}),
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.ports[role], timeout=20)) as connection:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                cookies=answer.headers.get_all("Set-Cookie") or [],
                body=answer.read(),
            )

    def say(self, sent: bytes, *, role: str = "web", seconds: float = 10) -> bytes:
        """Bytes as they are, and everything that comes back until the server closes. No answer within time fails."""
        with closing(socket.create_connection(("127.0.0.1", self.ports[role]), timeout=seconds)) as connection:
            connection.sendall(sent)
            heard = bytearray()
            while chunk := connection.recv(65536):
                heard += chunk
            return bytes(heard)

    def lines(self, role: str = "web") -> list[dict[str, Any]]:
        """Every line of the process's log, each of which is JSON or fails here."""
        text = (self.fleet.logs / f"{role}.log").read_text()
        return [json.loads(line) for line in text.splitlines()]

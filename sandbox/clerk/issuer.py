"""The sandbox's identity provider inside this process: for tests, and for the command that runs it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from sandbox.clerk.instance import Instance
from sandbox.clerk.people import PEOPLE, Person
from sandbox.clerk.server import Server
from sandbox.clerk.tokens import TOKEN_SECONDS, KeyRing, session_claims
from sandbox.clerk.webhooks import Endpoint, kept_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sandbox.clerk.memberships import Memberships

DEVELOPMENT_HOST = "clerk.localhost"


class Issuer:
    """A running provider. `mint` makes tokens without the sign-in page; `stop` ends it."""

    def __init__(self, server: Server, *, webhook_secret: str) -> None:
        self.server = server
        self.webhook_secret = webhook_secret
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @classmethod
    def start(
        cls,
        *,
        state_dir: Path,
        app_origins: Iterable[str] = ("http://app.localhost:8000",),
        port: int = 0,
        cookie_domain: str = "",
        token_seconds: int = TOKEN_SECONDS,
    ) -> Self:
        """Serve on 127.0.0.1. Port 0 takes the port of the last run if it is free, else another.

        The address is part of every organisation's identity: on another port all organisations are new.
        With `cookie_domain`, for example cf.localhost, it is a production instance at clerk.<cookie_domain>, and hands
        over in a cookie of that domain.
        """
        ring, kept, log = KeyRing(state_dir), state_dir / "port", state_dir / "requests.log"
        wanted = port or (int(kept.read_text()) if kept.exists() else 0)
        try:
            server = Server(port=wanted, log=log)
        except OSError:
            if port:
                raise
            server = Server(port=0, log=log)
        if not kept.exists():
            kept.write_text(str(server.server_address[1]))
        server.instance = Instance(
            ring=ring,
            host=f"clerk.{cookie_domain}" if cookie_domain else DEVELOPMENT_HOST,
            port=server.server_address[1],
            app_origins=tuple(app_origins),
            cookie_domain=cookie_domain,
            token_seconds=token_seconds,
        )
        issuer = cls(server, webhook_secret=kept_secret(state_dir))
        issuer._thread.start()
        return issuer

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    @property
    def memberships(self) -> Memberships:
        """Who is in which organisation: change it, and whoever listens is told."""
        return self.server.instance.memberships

    def send_webhooks_to(self, origin: str) -> Endpoint:
        """From now on tell the product at `origin` of every change."""
        endpoint = Endpoint(origin=origin, secret=self.webhook_secret)
        self.memberships.listeners.append(endpoint.send)
        return endpoint

    @property
    def instance(self) -> Instance:
        return self.server.instance

    @property
    def issuer(self) -> str:
        return self.instance.issuer

    @property
    def address(self) -> str:
        """The same by number, for programs: not every resolver knows names below localhost."""
        return f"http://127.0.0.1:{self.instance.port}"

    @property
    def jwks_url(self) -> str:
        return f"{self.address}/.well-known/jwks.json"

    @property
    def sign_in_url(self) -> str:
        return f"{self.issuer}/sign-in"

    def mint(
        self,
        person: Person | str,
        *,
        session_id: str = "sess_00",
        azp: str | None = None,
        at: float | None = None,
        headers: dict[str, Any] | None = None,
        **overrides: Any,  # noqa: ANN401 - any claim, also wrong ones
    ) -> str:
        """A session token. `overrides` replace claims; a claim given as None is left out."""
        who = PEOPLE[person] if isinstance(person, str) else person
        member_of = self.instance.membership(who, who.org)
        claims = {
            **session_claims(who, issuer=self.issuer, session_id=session_id, azp=azp, at=at, member_of=member_of),
            **overrides,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.instance.key.sign(kept, **(headers or {}))

    def cookies(self, token: str) -> Mapping[str, str]:
        """What a browser holds on the product's side that signed in some time ago and has that token."""
        suffix = self.instance.suffix
        held = {f"__session_{suffix}": token, f"__client_uat_{suffix}": "1"}
        return held if self.instance.is_production else {**held, self.instance.browser_cookie: "dvb_0"}

    def web_environment(self) -> dict[str, str]:
        """What only the web process may hold: the secret that this provider's webhooks are signed with."""
        return {"COSTFRAME_CLERK_WEBHOOK_SECRET": self.webhook_secret}

    def environment(self, *, parties: Iterable[str] | None = None) -> dict[str, str]:
        """What the product's processes need in their environment to believe this provider."""
        return {
            "COSTFRAME_CLERK_ISSUER": self.issuer,
            "COSTFRAME_CLERK_JWKS_URL": self.jwks_url,
            "COSTFRAME_CLERK_SIGN_IN_URL": self.sign_in_url,
            "COSTFRAME_CLERK_PUBLISHABLE_KEY": self.instance.publishable_key,
            "COSTFRAME_CLERK_AUTHORIZED_PARTIES": ",".join(parties or self.instance.app_origins),
        }

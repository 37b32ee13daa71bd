"""What the sandbox's identity provider knows: its keys and addresses, who is a member of what, and who is signed in."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sandbox.clerk.memberships import Memberships
from sandbox.clerk.tokens import TOKEN_SECONDS, KeyRing, SigningKey, cookie_suffix, publishable_key, session_claims

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

    from sandbox.clerk.people import Org, Person

LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"


class Session(NamedTuple):
    """Somebody signed in in one browser. `active` is None where no organisation is chosen."""

    id: str
    person: Person
    since: int
    active: Org | None
    is_pending: bool


@dataclass(frozen=True, kw_only=True)
class MembershipChange:
    """What became of a membership: "created", "updated" or "deleted". `at` is in seconds."""

    kind: str
    person: Person
    org: Org
    role: str
    at: float


@dataclass
class Instance:
    """One provider. A development instance hands over in the URL, a production one on `cookie_domain`.

    `listeners` are told of every change of a membership, after it was made.
    """

    ring: KeyRing
    host: str
    port: int
    app_origins: tuple[str, ...]
    cookie_domain: str = ""
    token_seconds: int = TOKEN_SECONDS
    clients: dict[str, Session | None] = field(default_factory=dict)  # browsers, by their secret
    listeners: list[Callable[[MembershipChange], None]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    memberships: Memberships = field(default_factory=Memberships)

    @property
    def key(self) -> SigningKey:
        return self.ring.current

    @property
    def is_production(self) -> bool:
        return bool(self.cookie_domain)

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def publishable_key(self) -> str:
        """Names host and port, so that the product's cookies differ between two sandboxes of one machine."""
        return publishable_key(f"{self.host}:{self.port}", is_production=self.is_production)

    @property
    def client_cookie(self) -> str:
        """The long session's cookie on the provider's own host. Ports do not separate cookies, so the name has to."""
        return f"__client_{self.port}"

    @property
    def suffix(self) -> str:
        return cookie_suffix(self.publishable_key)

    @property
    def browser_cookie(self) -> str:
        """What a development instance leaves with the product, as its own cookie does not reach it from there."""
        return f"__clerk_db_jwt_{self.suffix}"

    def membership(self, person: Person, org: Org | None) -> tuple[Org, str] | None:
        """The organisation with the person's role in it, or None for no member."""
        return next((found for found in self.memberships.of(person) if found[0] == org), None)

    def organizations_of(self, person: Person) -> list[tuple[Org, str]]:
        return self.memberships.of(person)

    def mint(self, session: Session, *, org: Org | None, azp: str | None = None) -> str:
        """A token of the session in that organisation; without one where the person is no member."""
        claims = session_claims(
            session.person,
            issuer=self.issuer,
            session_id=session.id,
            azp=azp,
            member_of=self.membership(session.person, org),
            is_pending=session.is_pending,
            seconds=self.token_seconds,
        )
        return self.key.sign(claims)

    def client(self, secret: str) -> str:
        """The browser of that secret, or a new one's secret."""
        with self.lock:
            if secret in self.clients:
                return secret
            made = f"dvb_{secrets.token_hex(24)}"
            self.clients[made] = None
        return made

    def sign_in(self, client: str, person: Person) -> Session:
        """Begin a session in a browser, in place of the one before."""
        org = None if person.chooses else person.org
        session = Session(
            id=f"sess_{secrets.token_hex(12)}",
            person=person,
            since=int(time.time()),
            active=org if self.membership(person, org) else None,
            is_pending=person.chooses,
        )
        with self.lock:
            self.clients[client] = session
        return session

    def sign_out(self, client: str) -> None:
        with self.lock:
            if client in self.clients:
                self.clients[client] = None

    def activate(self, client: str, name: str) -> None:
        """Make an organisation the active one, by id or short name. One that the person is not in leaves none."""
        with self.lock:
            session = self.clients.get(client)
            if session is None:
                return
            found = next((org for org, _ in self.organizations_of(session.person) if name in (org.id, org.slug)), None)
            is_pending = session.is_pending and found is None
            self.clients[client] = session._replace(active=found, is_pending=is_pending)

    def change_membership(self, person: Person, org: Org, role: str | None) -> None:
        """Give a role in an organisation, or take the membership away with None. Says so to the listeners."""
        before = dict(self.organizations_of(person)).get(org)
        if before == role:
            return
        if role is None:
            self._leave(person, org)
            self.memberships.remove(person.key, org)
        elif before is None:
            self.memberships.invite_again(person.key, role, org)
        else:
            self.memberships.change_role(person.key, role, org)
        kind = "deleted" if role is None else "updated" if before else "created"
        change = MembershipChange(kind=kind, person=person, org=org, role=role or before or "", at=time.time())
        for listener in self.listeners:
            listener(change)

    def _leave(self, person: Person, org: Org) -> None:
        with self.lock:
            for client, session in self.clients.items():
                if session and session.person == person and session.active == org:
                    self.clients[client] = session._replace(active=None)

    def may_return_to(self, url: SplitResult) -> bool:
        """Whether `url` is below one of the product's own origins."""
        return f"{url.scheme}://{url.netloc}" in self.app_origins

    def marks(self, client: str) -> list[str]:
        """The cookies that say when the browser last signed in or out: on the shared domain in production."""
        session = self.clients.get(client)
        domain = f" Domain={self.cookie_domain};" if self.is_production else ""
        names = ("__client_uat", f"__client_uat_{self.suffix}")
        return [f"{name}={session.since if session else 0}; Path=/;{domain} SameSite=Lax" for name in names]

    def handshake(self, client: str) -> str:
        """The signed list of cookies that the product is to set: a fresh token, or the end of the session."""
        session = self.clients.get(client)
        names = ("__session", f"__session_{self.suffix}")
        if session is None:
            directives = [f"{name}=; Path=/; Expires={LONG_AGO}" for name in names]
        else:
            token = self.mint(session, org=session.active)  # a navigation has no Origin, so no azp
            directives = [f"{name}={token}; Path=/; SameSite=Lax" for name in names]
        if self.is_production:
            used = f"__clerk_handshake=; Path=/; Domain={self.cookie_domain}; Expires={LONG_AGO}"
            directives = [used, f"__client_uat=; Path=/; Expires={LONG_AGO}", *directives]
        else:
            directives.append(f"{self.browser_cookie}={client}; Path=/; SameSite=Lax")
        return self.key.sign({"handshake": [*directives, *self.marks(client)]})

"""Roles, users and sessions of all accounts, kept in a file so that a sandbox started again still knows its roles."""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws import names
from sandbox.aws.policy import Document, examine

if TYPE_CHECKING:
    from pathlib import Path

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
VENDOR_POLICY: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}],
}


@dataclass(kw_only=True)
class Role:
    """A role as the customer made it. `attached` maps managed policies' ARNs to their documents."""

    account: str
    name: str
    trust_policy: Document
    policies: dict[str, Document] = field(default_factory=dict)
    attached: dict[str, Document] = field(default_factory=dict)
    path: str = "/"
    max_session_seconds: int = 3600
    role_id: str = ""

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:role{self.path}{self.name}"

    @property
    def documents(self) -> list[Document]:
        return [*self.policies.values(), *self.attached.values()]


@dataclass(kw_only=True)
class User:
    """A user with one access key."""

    account: str
    name: str
    access_key_id: str
    secret_access_key: str
    policies: dict[str, Document] = field(default_factory=dict)
    attached: dict[str, Document] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:user/{self.name}"

    @property
    def documents(self) -> list[Document]:
        return [*self.policies.values(), *self.attached.values()]


@dataclass(kw_only=True)
class Caller:
    """Who makes a call: a user, or a session of a role or of a federated user. `session_documents` narrow what
    `documents` grant.
    """

    arn: str
    account: str
    user_id: str
    secret_access_key: str
    documents: list[Document]
    session_documents: list[Document] | None = None
    role_arn: str = ""
    session_name: str = ""
    token: str = ""
    expires_at: datetime | None = None


class Identities:
    """All of them, by ARN and by access key. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.roles: dict[str, Role] = {}
        self.users: dict[str, User] = {}
        self.sessions: dict[str, Caller] = {}
        if file.exists():
            self._load()
        vendor = User(
            account=names.VENDOR,
            name=names.PRINCIPAL_ARN.rpartition("/")[2],
            access_key_id=names.ACCESS_KEY_ID,
            secret_access_key=names.SECRET_ACCESS_KEY,
            policies={"assume": VENDOR_POLICY},
        )
        self.users[vendor.access_key_id] = vendor

    def _load(self) -> None:
        kept = json.loads(self._file.read_text())
        self.roles = {role["arn"]: Role(**role["role"]) for role in kept["roles"]}
        self.users = {user["access_key_id"]: User(**user) for user in kept["users"]}

    def _save(self) -> None:
        roles = [{"arn": role.arn, "role": asdict(role)} for role in self.roles.values()]
        users = [asdict(user) for user in self.users.values()]
        beside = self._file.with_suffix(".part")
        beside.write_text(json.dumps({"roles": roles, "users": users}, indent=1))
        beside.replace(self._file)

    def put_role(self, role: Role) -> Role:
        """Makes or replaces a role. Raises UnknownPolicy where a policy cannot be decided here."""
        examine(role.trust_policy, is_trust=True)
        for document in role.documents:
            examine(document)
        role.role_id = role.role_id or "AROA" + _letters(17)
        with self._lock:
            self.roles[role.arn] = role
            self._save()
        return role

    def put_user(self, *, account: str, name: str, policies: dict[str, Document]) -> User:
        for document in policies.values():
            examine(document)
        user = User(
            account=account,
            name=name,
            access_key_id="AKIA" + _letters(16),
            secret_access_key=secrets.token_urlsafe(30),
            policies=policies,
        )
        with self._lock:
            self.users[user.access_key_id] = user
            self._save()
        return user

    def delete_role(self, arn: str) -> None:
        with self._lock:
            self.roles.pop(arn, None)
            self._save()

    def open_session(self, caller: Caller, *, seconds: int) -> tuple[str, Caller]:
        """Remembers a new session and answers its access key id. Its secret, token and expiry are filled in."""
        access_key_id = "ASIA" + _letters(16)
        caller.secret_access_key = secrets.token_urlsafe(30)
        caller.token = secrets.token_urlsafe(120)
        caller.expires_at = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
        with self._lock:
            self.sessions[access_key_id] = caller
        return access_key_id, caller

    def expire(self, access_key_id: str | None = None) -> int:
        """Ends one session or all of them at once, as if their time had run out. Answers how many."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        with self._lock:
            ended = [caller for key, caller in self.sessions.items() if access_key_id in {None, key}]
            for caller in ended:
                caller.expires_at = past
        return len(ended)

    def caller(self, access_key_id: str) -> Caller | None:
        """Who holds this key. A session reads its role's policies as they are now, not as they were."""
        user = self.users.get(access_key_id)
        if user:
            return Caller(
                arn=user.arn,
                account=user.account,
                user_id="AIDA" + user.access_key_id[4:],
                secret_access_key=user.secret_access_key,
                documents=user.documents,
            )
        session = self.sessions.get(access_key_id)
        if session and session.role_arn:
            role = self.roles.get(session.role_arn)
            session.documents = role.documents if role else []
        return session

    def describe(self) -> list[dict[str, Any]]:
        return [{"arn": role.arn, **asdict(role)} for role in self.roles.values()]


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))

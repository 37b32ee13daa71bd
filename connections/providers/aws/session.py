"""The only maker of AWS clients: assumes the customer's role, narrowed by a session policy and held by the guard."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError

from connections.kits.aws import ROLE_NAME
from connections.providers.aws import calls
from connections.providers.aws.guarded import GuardedSession
from connections.providers.aws.outcomes import CallBook, code_of, outcome_of, sentence_of, without_names
from connections.providers.aws.session_policy import session_policy
from connections.readonly import Guard

if TYPE_CHECKING:
    from botocore.client import BaseClient

    from connections.provider import Call, ExportPlace

ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(?:[\w+=,.@/-]+/)?([\w+=,.@-]{1,64})")
HOSTS = (".amazonaws.com", ".api.aws")
STS_REGION = "us-east-1"  # tokens of a regional endpoint are valid in every region, also in those switched on later
SESSION_SECONDS = 900  # the shortest that AWS gives
RENEW_SECONDS = 240
OUR_OWN_FAULT = frozenset({"InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"})


class CannotAssumeRole(Exception):
    """AWS did not let us in. Where `permanent`, show the message: somebody has to change the role or our settings.

    `is_denied` says that AWS answered no, which is what the access check wants to hear for a wrong External ID.
    """

    def __init__(self, message: str, *, permanent: bool, is_denied: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.is_denied = is_denied


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who assumes roles: our own credentials. `sandbox_url` is set in the sandbox only and must be loopback."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    sandbox_url: str = ""


@dataclass(kw_only=True)
class AwsSession:
    """One customer's account, for reading. `client` makes clients; `book` counts what they call."""

    account_id: str
    role_name: str
    region: str
    book: CallBook
    botocore: GuardedSession = field(repr=False)
    _clients: dict[tuple[str, str], BaseClient] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - its methods come from data
        """The client of a service, made once for each region. Clients may be shared between threads."""
        wanted = (service, region or self.region)
        with self._lock:
            if wanted not in self._clients:
                self._clients[wanted] = self.botocore.create_client(service, region_name=wanted[1])
            return self._clients[wanted]

    def conceal(self, text: str) -> str:
        """`text` without the name of the role, which is sealed."""
        return without_names(text, role_name=secret_name(self.role_name))

    def close(self) -> None:
        """Drop the connections and the credentials."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()


def account_of(role_arn: str) -> tuple[str, str]:
    """Account id and role name of a role ARN; `CannotAssumeRole` where it is none."""
    found = ROLE_ARN.fullmatch(role_arn)
    if found is None:
        raise CannotAssumeRole(
            "What was submitted is not the ARN of a role. One looks like "
            "arn:aws:iam::123456789012:role/CostframeReadOnly.",
            permanent=True,
        )
    return found[1], found[2]


def secret_name(role_name: str) -> str:
    """The role's name where the customer chose it; empty for the name that our kit proposes to everybody."""
    return "" if role_name == ROLE_NAME else role_name


def open_session(
    *,
    principal: Principal,
    role_arn: str,
    external_id: str | None,
    connection_id: str,
    region: str = STS_REGION,
    reads: tuple[Call, ...] = calls.ACCESS,
    export: ExportPlace | None = None,
    book: CallBook | None = None,
) -> AwsSession:
    """Assume the role now and return a session that makes the calls of `reads` and no other.

    With `export` it is a bill session instead, which sees the export's own path and nothing else; to any other no
    bucket's objects open. It renews itself while in use. Raises `CannotAssumeRole`.
    """
    account_id, role_name = account_of(role_arn)
    book = book or CallBook()
    reads = reads if export is None else calls.BILL_SESSION
    door = _Door(
        principal=principal,
        book=book,
        role_name=secret_name(role_name),
        request={
            "RoleArn": role_arn,
            "RoleSessionName": f"costframe-{connection_id}"[:64],
            "DurationSeconds": SESSION_SECONDS,
            "Policy": session_policy(role_arn=role_arn, reads=reads, export=export),
            **({} if external_id is None else {"ExternalId": external_id}),
        },
    )
    credentials = RefreshableCredentials.create_from_metadata(
        door.enter(),
        refresh_using=door.enter,
        method="assume-role",
        advisory_timeout=RENEW_SECONDS,
        mandatory_timeout=RENEW_SECONDS // 2,
    )
    guard = Guard(
        reads=reads,
        host_suffixes=HOSTS,
        sandbox_url=principal.sandbox_url,
        export=export,
    )
    session = GuardedSession(
        guard=guard, book=book, credentials=credentials, region=region, role_name=secret_name(role_name)
    )
    return AwsSession(account_id=account_id, role_name=role_name, region=region, book=book, botocore=session)


@dataclass(kw_only=True)
class _Door:
    """Assumes one role, again and again. Its own session may call nothing but AssumeRole."""

    principal: Principal
    book: CallBook
    request: dict[str, Any]
    role_name: str
    _client: Any = None

    def enter(self) -> dict[str, str]:
        """Credentials as botocore's refreshing wants them."""
        if self._client is None:
            self._client = self._own_session().create_client("sts")
        try:
            given = self._client.assume_role(**self.request)["Credentials"]
        except (ClientError, BotoCoreError) as error:
            raise _explained(error, role_arn=self.request["RoleArn"]) from None
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    def _own_session(self) -> GuardedSession:
        ours = self.principal
        return GuardedSession(
            guard=Guard(reads=(calls.ASSUME_ROLE,), host_suffixes=HOSTS, sandbox_url=ours.sandbox_url),
            book=self.book,
            credentials=Credentials(ours.access_key_id, ours.secret_access_key, ours.session_token),
            region=STS_REGION,
            role_name=self.role_name,
        )


def _explained(error: BaseException, *, role_arn: str) -> CannotAssumeRole:
    code, role = code_of(error), f"the role in account {account_of(role_arn)[0]}"
    if code in OUR_OWN_FAULT:
        return CannotAssumeRole(
            f"AWS does not know Costframe's own key ({code}). Whoever runs Costframe must set "
            "COSTFRAME_AWS_ACCESS_KEY_ID and COSTFRAME_AWS_SECRET_ACCESS_KEY in the worker's environment.",
            permanent=True,
        )
    if outcome_of(code) == "REFUSED":
        return CannotAssumeRole(
            f"AWS refused {role}. Either no role of that name exists there, or its trust policy does not "
            "name Costframe's principal together with this connection's External ID: run the kit again as it is.",
            permanent=True,
            is_denied=True,
        )
    if code in {"ValidationError", "MalformedPolicyDocument", "PackedPolicyTooLarge", "RegionDisabledException"}:
        return CannotAssumeRole(f"AWS did not accept the request for {role}: {sentence_of(error)}", permanent=True)
    return CannotAssumeRole(
        f"AWS did not answer for {role} ({sentence_of(error)}). Nothing is wrong with the role as far as we know; "
        "it is tried again.",
        permanent=False,
    )

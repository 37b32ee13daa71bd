"""What the access check asks of AWS: who may come in, who answers, which regions, which policies, which calls work."""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore import xform_name

from connections.provider import AccessLine, Scope
from connections.providers.aws import calls, inventory
from connections.providers.aws.outcomes import code_of, is_absent, outcome_of, sentence_of
from connections.providers.aws.privileges import NamedPolicy, allows
from connections.providers.aws.reader import FAILURES
from connections.providers.aws.session import STS_REGION, CannotAssumeRole, open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from connections.provider import Call, Collector
    from connections.providers.aws.outcomes import CallBook
    from connections.providers.aws.session import AwsSession, Principal

THREADS = 8
MOST_REGIONS = 2  # in which calls are tried: somebody waits for the check, and permissions are seldom a region's own


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Which regions an account has, and which of them are switched on. Both empty where AWS would not say."""

    known: frozenset[str] = frozenset()
    enabled: frozenset[str] = frozenset()
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class RolePolicies:
    """The role's policies and trust policy as far as they can be read, and what could not be: (action, AWS' words)."""

    policies: tuple[NamedPolicy, ...] = ()
    trust: Mapping[str, Any] = field(default_factory=dict)
    unread: tuple[tuple[str, str], ...] = ()


def strangers_let_in(*, principal: Principal, role_arn: str, connection_id: str, book: CallBook) -> tuple[str, ...]:
    """The ways in that should be closed and are open: without an External ID, or with a wrong one.

    Raises `CannotAssumeRole` where AWS did not answer, because then nothing is known.
    """
    open_ways = []
    for external_id, way in ((None, "without any External ID"), (f"cf-{secrets.token_hex(20)}", "with a wrong one")):
        try:
            open_session(
                principal=principal,
                role_arn=role_arn,
                external_id=external_id,
                connection_id=connection_id,
                book=book,
            ).close()
        except CannotAssumeRole as error:
            if not error.is_denied:
                raise
        else:
            open_ways.append(way)
    return tuple(open_ways)


def answering_account(session: AwsSession) -> str:
    """The account that answers behind the session."""
    return str(session.client("sts").get_caller_identity()["Account"])


def regions_of(session: AwsSession) -> Regions:
    """The account's regions and which are switched on."""
    try:
        listed = session.client("ec2").describe_regions(AllRegions=True)["Regions"]
    except FAILURES as error:
        return Regions(refused=sentence_of(error))
    return Regions(
        known=frozenset(one["RegionName"] for one in listed),
        enabled=frozenset(one["RegionName"] for one in listed if one.get("OptInStatus") != "not-opted-in"),
    )


def policies_of(session: AwsSession) -> RolePolicies:
    """Every policy of the role that was made for us, inline and attached, in its current version."""
    reading = _RoleReading(client=session.client("iam"), role=session.role_name, conceal=session.conceal)
    role = reading.try_out(calls.GET_ROLE, lambda: reading.client.get_role(RoleName=reading.role))
    for name in reading.names(calls.LIST_ROLE_POLICIES, "PolicyNames"):
        reading.try_out(calls.GET_ROLE_POLICY, lambda name=name: reading.take_inline(name))
    for attached in reading.names(calls.LIST_ATTACHED_ROLE_POLICIES, "AttachedPolicies"):
        reading.take_attached(attached)
    trust = _document(role["Role"]["AssumeRolePolicyDocument"]) if role else {}
    return RolePolicies(policies=tuple(reading.policies), trust=trust, unread=tuple(dict(reading.unread).items()))


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Calls that are tried through one session, in which regions, and whether those are all that will be read.

    `is_needed` is false where nothing is missing without them.
    """

    calls: tuple[Call, ...]
    regions: tuple[str, ...]
    is_everywhere: bool = True
    is_needed: bool = True


def trials(
    *,
    regions: Sequence[str],
    is_payer: bool,
    most_billed: str = "",
    among: Iterable[Collector] = tuple(inventory.COLLECTORS.values()),
) -> list[Trial]:
    """What there is to try: each collector's calls in some of the regions or in its home, and the reading of usage.

    `most_billed` is the region in which the account has most, where a bill tells.
    """
    wanted = [one for one in among if one.scope is not Scope.PAYER or is_payer]
    regional = [one.calls for one in wanted if one.scope is Scope.REGIONAL] + [calls.METRICS]
    some = probed(regions, most_billed=most_billed)
    return [
        *(Trial(calls=tried, regions=some, is_everywhere=len(some) == len(regions)) for tried in regional),
        Trial(calls=calls.RECORDS, regions=some, is_everywhere=len(some) == len(regions), is_needed=False),
        *(Trial(calls=one.calls, regions=(one.home_region,)) for one in wanted if one.scope is not Scope.REGIONAL),
    ]


def probed(regions: Sequence[str], *, most_billed: str = "") -> tuple[str, ...]:
    """Two of the regions at most: the one with most on the bill and AWS' first one, else the ends of the list."""
    likely = [region for region in (most_billed, STS_REGION, *regions[:1], *regions[-1:]) if region in regions]
    return tuple(sorted(list(dict.fromkeys(likely))[:MOST_REGIONS]))


def try_calls(
    session: AwsSession, *, trial: Trial, policies: Sequence[NamedPolicy] | None = None
) -> tuple[AccessLine, ...]:
    """Every call of `trial`, tried once in each of its regions in its cheapest form, one line a call.

    What `policies` say of the regions where it was not tried is told; None where they could not be read.
    """
    jobs = [(call, region) for call in trial.calls for region in trial.regions]
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="aws") as pool:
        answers = list(pool.map(lambda job: _try_call(session, *job), jobs))
    by_call: dict[str, list[tuple[str, str, str]]] = {}
    for (call, region), (result, message) in zip(jobs, answers, strict=True):
        by_call.setdefault(call.action, []).append((region, result, message))
    return tuple(
        _line(call, by_call.get(call.action, []), is_everywhere=trial.is_everywhere, policies=policies)
        for call in trial.calls
    )


def _line(
    call: Call, tried: list[tuple[str, str, str]], *, is_everywhere: bool, policies: Sequence[NamedPolicy] | None
) -> AccessLine:
    worst = next(
        (one for one in ("REFUSED", "UNKNOWN", "OK") if any(one == result for _, result, _ in tried)), "UNKNOWN"
    )
    bad = [(region, message) for region, result, message in tried if result == worst != "OK"]
    where = "everywhere" if is_everywhere and len(bad) == len(tried) else "in " + _named(region for region, _ in bad)
    told = "" if is_everywhere else f"Tried in {_named(region for region, _, _ in tried)}{_elsewhere(call, policies)}."
    message = f"{where}: {bad[0][1]}" if bad else told
    return AccessLine(action=call.action, result=worst, why=call.why, message=message)


def _elsewhere(call: Call, policies: Sequence[NamedPolicy] | None) -> str:
    """What the role's own policies say of the regions in which a call was not tried."""
    if policies is None:
        return " only"
    return {
        True: "; elsewhere by the role's policies, which allow it in every region",
        False: " only; no policy of the role names it, so it may be refused elsewhere",
        None: " only; elsewhere a condition in the role's policies decides",
    }[allows(policies, call)]


def _named(regions: Iterable[str]) -> str:
    return ", ".join(regions)


def _try_call(session: AwsSession, call: Call, region: str) -> tuple[str, str]:
    try:
        getattr(session.client(call.service, region), xform_name(call.operation))(
            **cheapest(call, account_id=session.account_id, region=region)
        )
    except FAILURES as error:
        code = code_of(error)
        if is_absent(error, codes=call.answers_cheapest | call.absent, words=call.absent_words):
            return "OK", ""
        return ("REFUSED" if outcome_of(code) == "REFUSED" else "UNKNOWN"), sentence_of(error)
    return "OK", ""


def cheapest(call: Call, *, account_id: str, region: str) -> dict[str, Any]:
    """Parameters with which a call answers as little as it can."""
    found: dict[str, Any] = _filled(call.cheapest, account_id=account_id, region=region)
    if call == calls.GET_METRIC_DATA:
        now = datetime.now(UTC)
        found |= {"StartTime": now - timedelta(days=1), "EndTime": now}
    return found


def _filled(value: Any, **named: str) -> Any:  # noqa: ANN401 - parameters are any of JSON's types
    if isinstance(value, str):
        return value.format(**named)
    if isinstance(value, list):
        return [_filled(one, **named) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, **named) for key, one in value.items()}
    return value


@dataclass(kw_only=True)
class _RoleReading:
    """Collects a role's policies and remembers what could not be read."""

    client: Any
    role: str
    conceal: Callable[[str], str]

    def __post_init__(self) -> None:
        self.policies: list[NamedPolicy] = []
        self.unread: list[tuple[str, str]] = []

    def try_out(self, call: Call, read: Any) -> Any:  # noqa: ANN401 - what the call answers
        try:
            return read()
        except FAILURES as error:
            self.unread.append((call.action, sentence_of(error)))
            return None

    def names(self, call: Call, result: str) -> list[Any]:
        paginator = self.client.get_paginator(xform_name(call.operation))
        pages = self.try_out(call, lambda: list(paginator.paginate(RoleName=self.role)))
        return [one for page in pages or () for one in page.get(result, ())]

    def take_inline(self, name: str) -> None:
        found = self.client.get_role_policy(RoleName=self.role, PolicyName=name)
        self.policies.append(NamedPolicy(name=self.conceal(name), document=_document(found["PolicyDocument"])))

    def take_attached(self, attached: dict[str, str]) -> None:
        arn = attached["PolicyArn"]
        found = self.try_out(calls.GET_POLICY, lambda: self.client.get_policy(PolicyArn=arn))
        if found is None:
            return
        version = found["Policy"]["DefaultVersionId"]
        read = self.try_out(
            calls.GET_POLICY_VERSION, lambda: self.client.get_policy_version(PolicyArn=arn, VersionId=version)
        )
        if read is not None:
            document = _document(read["PolicyVersion"]["Document"])
            self.policies.append(NamedPolicy(name=self.conceal(attached["PolicyName"]), document=document))


def _document(found: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore decodes it, other servers may not
    document: dict[str, Any] = json.loads(unquote(found)) if isinstance(found, str) else found
    return document

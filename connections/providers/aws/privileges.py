"""What a role's policies allow beyond reading, worked out without asking AWS. Pure: policies in, sentences out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connections.providers.aws.export_key import is_through_s3
from connections.providers.aws.tolerated import DATA_READS, THROUGH_S3, TOLERATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connections.provider import Call, ExportPlace

LEVELS_FILE = Path(__file__).with_name("iam_access_levels.json")
READ_LEVELS = frozenset({"Read", "List"})
LOOKS_LIKE_A_READ = re.compile(r"(?:batch)?(?:get|list|describe|search|lookup|view|check)", re.IGNORECASE)
SHOWN = 8
ELEMENTS = {
    name.lower(): name
    for name in ("Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")
}
WHO = frozenset({"aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:userid"})


@dataclass(frozen=True, kw_only=True)
class NamedPolicy:
    """One policy of a role: its name and its document as IAM gives it."""

    name: str
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Excess:
    """What a role may do beyond what a reader needs.

    `writes` refuse it, by name and by the policy they stand in; `data_reads` and `unknown` are named but do not.
    """

    writes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data_reads: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@cache
def access_levels() -> dict[str, str]:
    """Every IAM action that AWS documents, in its own spelling, with its access level."""
    by_level: dict[str, dict[str, str]] = json.loads(LEVELS_FILE.read_text())["services"]
    return {
        f"{service}:{action}": level
        for service, levels in by_level.items()
        for level, actions in levels.items()
        for action in actions.split()
    }


@cache
def _by_service() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for action in access_levels():
        found.setdefault(action.split(":")[0], {})[action.lower()] = action
    return found


def excess_of(policies: Iterable[NamedPolicy], *, export: ExportPlace | None = None) -> Excess:
    """What `policies` together allow that is not Read, List or tolerated. Conditions on an Allow do not excuse it.

    Unconditional Deny statements over all resources are taken off. Below the path of `export` objects may be read
    without being named, and S3 of its region may use named keys.
    """
    held = list(policies)
    denied = {action for policy in held for action in _denied(policy)}
    writes: dict[str, tuple[str, ...]] = {}
    data_reads: set[str] = set()
    unknown: set[str] = set()
    for policy in held:
        allowed, unmatched = _allowed(policy, export=export)
        allowed -= denied
        over = sorted(action for action in allowed if not _is_harmless(action))
        over += sorted(action for action in unmatched if not LOOKS_LIKE_A_READ.match(action.partition(":")[2]))
        if over:
            writes[policy.name] = tuple(over)
        data_reads |= allowed & DATA_READS
        unknown |= {action for action in unmatched if action not in over}
    return Excess(writes=writes, data_reads=tuple(sorted(data_reads)), unknown=tuple(sorted(unknown)))


def allows(policies: Iterable[NamedPolicy], call: Call) -> bool | None:
    """Whether `policies` together allow a call in every region: None where a condition or a resource decides.

    Boundaries and policies of an organisation, which only AWS knows, may refuse it all the same.
    """
    statements = [one for policy in policies for one in _statements(policy.document) if _is_about(one, call.action)]
    denied = [one for one in statements if one.get("Effect") == "Deny"]
    if any(_is_total(one) for one in denied):
        return False
    allowed = [one for one in statements if one.get("Effect") != "Deny"]
    is_clear = any(not one.get("Condition") and _covers(one, call.resources) for one in allowed)
    if is_clear and not denied:
        return True
    return None if allowed else False


def lax_trust(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What in a role's trust policy could let in others than us, which trying one wrong External ID does not show."""
    said = []
    for statement in _statements(document):
        if statement.get("Effect") == "Deny" or not _lets_assume(statement):
            continue
        conditions = [
            (operator.lower(), key.lower(), _listed(value))
            for operator, keys in statement.get("Condition", {}).items()
            for key, value in keys.items()
        ]
        if _is_anybody(statement) and not any(_names_who(*one) for one in conditions):
            said.append("names everybody (*) as principal, so whoever learns the External ID may come in")
        if any(
            "like" in operator and key == "sts:externalid" and _is_pattern(values)
            for operator, key, values in conditions
        ):
            said.append("takes every External ID that fits a pattern, instead of this connection's alone")
    return tuple(dict.fromkeys(said))


def named(actions: tuple[str, ...]) -> str:
    """Some actions by name, and how many more there are."""
    more = len(actions) - SHOWN
    return ", ".join(actions[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def expand(patterns: Iterable[str]) -> tuple[set[str], set[str]]:
    """The known actions that `patterns` match, and the patterns that match none. IAM compares without case."""
    found: set[str] = set()
    unmatched: set[str] = set()
    for pattern in patterns:
        hits = _matching(pattern)
        if hits:
            found |= hits
        else:
            unmatched.add(pattern)
    return found, unmatched


@cache
def _matching(pattern: str) -> frozenset[str]:
    service, _, name = pattern.lower().partition(":")
    if pattern == "*" or (service.strip("*") == "" and name.strip("*") == ""):
        return frozenset(access_levels())
    wanted = _pattern(pattern)
    services = [service] if not set("*?") & set(service) else list(_by_service())
    return frozenset(
        action
        for one in services
        for lowered, action in _by_service().get(one, {}).items()
        if wanted.fullmatch(lowered)
    )


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern.lower()))


def _allowed(policy: NamedPolicy, *, export: ExportPlace | None) -> tuple[set[str], set[str]]:
    allowed: set[str] = set()
    unmatched: set[str] = set()
    for statement in _statements(policy.document):
        if statement.get("Effect") == "Deny":
            continue
        if "NotAction" in statement:
            allowed |= set(access_levels()) - expand(_listed(statement["NotAction"]))[0]
            continue
        found, strange = expand(_listed(statement.get("Action", [])))
        if export and is_through_s3(statement, region=export.region):
            found -= set(THROUGH_S3)
        if export and _is_inside(_listed(statement.get("Resource", [])), export):
            found -= {"s3:GetObject", "s3:GetObjectVersion"}
        allowed |= found
        unmatched |= strange
    return allowed, unmatched


def _denied(policy: NamedPolicy) -> set[str]:
    denied: set[str] = set()
    for statement in _statements(policy.document):
        if statement.get("Effect") == "Deny" and _is_total(statement):
            if "NotAction" in statement:
                denied |= set(access_levels()) - expand(_listed(statement["NotAction"]))[0]
            else:
                denied |= expand(_listed(statement.get("Action", [])))[0]
    return denied


def _is_about(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(_pattern(one).fullmatch(action.lower()) for one in _listed(statement["NotAction"]))
    return any(_pattern(one).fullmatch(action.lower()) for one in _listed(statement.get("Action", [])))


def _is_total(statement: Mapping[str, Any]) -> bool:
    return _listed(statement.get("Resource", [])) == ["*"] and not statement.get("Condition")


def _covers(statement: Mapping[str, Any], resources: tuple[str, ...]) -> bool:
    listed = _listed(statement.get("Resource", []))
    return "*" in listed or set(resources) <= set(listed)


def _is_harmless(action: str) -> bool:
    return access_levels()[action] in READ_LEVELS or action in TOLERATED


def _is_inside(resources: list[str], export: ExportPlace) -> bool:
    path = f"arn:aws:s3:::{export.bucket}/{export.path}/"
    return bool(resources) and all(one.startswith(path) for one in resources)


def _lets_assume(statement: Mapping[str, Any]) -> bool:
    if "NotAction" in statement:
        return "sts:AssumeRole" not in expand(_listed(statement["NotAction"]))[0]
    return "sts:AssumeRole" in expand(_listed(statement.get("Action", [])))[0]


def _is_anybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", "*")  # NotPrincipal is everybody but some
    return principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))


def _names_who(operator: str, key: str, values: list[str]) -> bool:
    is_positive = operator.startswith(("stringequals", "stringlike", "arnequals", "arnlike"))
    return is_positive and not operator.endswith("ifexists") and key in WHO and "*" not in values


def _is_pattern(values: list[str]) -> bool:
    return any(set("*?") & set(value) for value in values)


def _statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    statements: list[dict[str, Any]] = [found] if isinstance(found, dict) else list(found)
    # However a key is written, it must not hide what it says.
    return [{ELEMENTS.get(key.lower(), key): value for key, value in one.items()} for one in statements]


def _listed(value: Any) -> list[str]:  # noqa: ANN401 - IAM takes a text or a list of texts
    return [value] if isinstance(value, str) else [str(one) for one in value]

"""Decides as IAM does, for the part of the policy language that is known here. Whatever is not known is an error,
never a yes.

Known: Allow and Deny, Action and Resource with * and ?, Principal of trust policies, and the conditions in OPERATORS
over the keys in KEYS.
NotAction, NotResource, NotPrincipal, policy variables, set operators (ForAnyValue…) and all other keys raise
UnknownPolicy.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Document = dict[str, Any]

ALLOWED, DENIED, NOT_ALLOWED = "ALLOWED", "DENIED", "NOT_ALLOWED"
KEYS = {
    key.lower()
    for key in (
        "sts:ExternalId",
        "sts:RoleSessionName",
        "s3:prefix",
        "s3:delimiter",
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:SecureTransport",
        "kms:ViaService",
    )
}
FIELDS = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}


class UnknownPolicy(ValueError):
    """The policy uses something that the sandbox cannot decide. Add it here with a test, or write the policy without
    it.
    """


@lru_cache(maxsize=4096)
def _pattern(text: str, *, is_case_kept: bool) -> re.Pattern[str]:
    body = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in text)
    return re.compile(body + r"\Z", re.DOTALL if is_case_kept else re.DOTALL | re.IGNORECASE)


def matches(pattern: str, value: str, *, is_case_kept: bool = True) -> bool:
    return _pattern(pattern, is_case_kept=is_case_kept).match(value) is not None


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [value]


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.lower() == found.lower(),
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def examine(document: Document, *, is_trust: bool = False) -> None:
    """Raises UnknownPolicy unless every statement can be decided here."""
    if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"}:
        raise UnknownPolicy(f"not a policy document: {str(document)[:200]}")
    for statement in _as_list(document.get("Statement", [])):
        _examine_statement(statement, is_trust=is_trust)


def _examine_statement(statement: Any, *, is_trust: bool) -> None:  # noqa: ANN401 - JSON
    if not isinstance(statement, dict) or set(statement) - FIELDS:
        raise UnknownPolicy(f"statement with unknown elements: {str(statement)[:200]}")
    if statement.get("Effect") not in {"Allow", "Deny"} or "Action" not in statement:
        raise UnknownPolicy("statement without Effect or Action")
    if is_trust != ("Principal" in statement) or is_trust == ("Resource" in statement):
        raise UnknownPolicy("a trust policy names a Principal and no Resource, every other one the opposite")
    for operator, tests in statement.get("Condition", {}).items():
        if operator not in OPERATORS and operator not in NEGATED:
            raise UnknownPolicy(f"condition operator {operator}")
        for key, values in tests.items():
            if key.lower() not in KEYS:
                raise UnknownPolicy(f"condition key {key}")
            if any("${" in str(value) for value in _as_list(values)):
                raise UnknownPolicy(f"policy variable in {key}")


def _holds(statement: Document, context: Mapping[str, str]) -> bool:
    found = {key.lower(): value for key, value in context.items()}
    for operator, tests in statement.get("Condition", {}).items():
        for key, wanted in tests.items():
            value = found.get(key.lower())
            compare = OPERATORS[NEGATED.get(operator, operator)]
            is_equal = value is not None and any(compare(str(one), value) for one in _as_list(wanted))
            if is_equal == (operator in NEGATED):
                return False
    return True


def _names_action(statement: Document, action: str) -> bool:
    return any(matches(pattern, action, is_case_kept=False) for pattern in _as_list(statement["Action"]))


def decide(documents: Iterable[Document], *, action: str, resource: str, context: Mapping[str, str]) -> str:
    """ALLOWED, DENIED (by an explicit Deny) or NOT_ALLOWED, over all statements of all documents together."""
    verdict = NOT_ALLOWED
    for document in documents:
        examine(document)
        for statement in _as_list(document.get("Statement", [])):
            if not _names_action(statement, action) or not _holds(statement, context):
                continue
            if not any(matches(pattern, resource) for pattern in _as_list(statement["Resource"])):
                continue
            if statement["Effect"] == "Deny":
                return DENIED
            verdict = ALLOWED
    return verdict


def trusts(document: Document, *, principal: str, action: str, context: Mapping[str, str]) -> bool:
    """Whether a role's trust policy lets this principal do this (sts:AssumeRole)."""
    examine(document, is_trust=True)
    is_trusted = False
    for statement in _as_list(document.get("Statement", [])):
        if not _names_action(statement, action) or not _holds(statement, context):
            continue
        if not _is_principal(statement["Principal"], principal):
            continue
        if statement["Effect"] == "Deny":
            return False
        is_trusted = True
    return is_trusted


def _is_principal(wanted: Any, principal: str) -> bool:  # noqa: ANN401 - JSON
    if wanted == "*":
        return True
    if not isinstance(wanted, dict):
        raise UnknownPolicy(f"principal {wanted!r}")
    account = principal.split(":")[4]
    names: Sequence[str] = _as_list(wanted.get("AWS", []))
    return any(name in {"*", principal, account, f"arn:aws:iam::{account}:root"} for name in names)

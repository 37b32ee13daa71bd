"""What the provider's own permissions are, as a session token packs them."""

from __future__ import annotations

from itertools import compress, count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "org:"
SCOPES = frozenset({"o", "u", "uo", "ou"})  # whose a feature is: the organisation's, the person's, or both's


class _Malformed(Exception):
    """The claims do not fit together."""


def permissions_in(claims: Mapping[str, Any], *, version: int) -> frozenset[str]:
    """Permissions as `feature:permission`, for example `dashboard:manage`.

    Permissions only ever grant. So claims that do not fit together, whichever of them is wrong, grant nothing at all:
    one feature too many would hand every permission to its neighbour. They do not refuse the token either, as nobody
    would be safer for being signed out.
    """
    try:
        return frozenset(_listed(claims) if version == 1 else _packed(claims))
    except _Malformed:
        return frozenset()


def _listed(claims: Mapping[str, Any]) -> Iterator[str]:
    """Version 1: a list of `org:feature:permission`."""
    listed = claims.get("org_permissions", [])
    if not isinstance(listed, list):
        raise _Malformed
    for name in listed:
        if not isinstance(name, str) or not name.startswith(PREFIX):
            raise _Malformed
        feature, _, permission = name.removeprefix(PREFIX).partition(":")
        yield _joined(feature, permission)


def _packed(claims: Mapping[str, Any]) -> Iterator[str]:
    """Version 2: a bit mask for each feature of the organisation; its lowest bit stands for the first permission."""
    organization = claims.get("o", {})
    permissions = _names(organization.get("per", ""))
    masks = [_mask(text, bits=len(permissions)) for text in _names(organization.get("fpm", ""))]
    scoped = [feature.partition(":") for feature in _names(claims.get("fea", ""))]
    # A person's own features stand in the same list and have no mask.
    features = [name for scope, _, name in scoped if "o" in scope]
    if len(features) != len(masks) or any(scope not in SCOPES for scope, _, _ in scoped):
        raise _Malformed
    for feature, mask in zip(features, masks, strict=True):
        for permission in compress(permissions, (mask >> bit & 1 for bit in count())):
            yield _joined(feature, permission)


def _names(text: object) -> list[str]:
    if not isinstance(text, str):
        raise _Malformed
    return [name.strip() for name in text.split(",")] if text else []


def _mask(text: str, *, bits: int) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > bits + 1 or int(text) >= 1 << bits:
        raise _Malformed
    return int(text)


def _joined(feature: str, permission: str) -> str:
    if not feature or not permission:
        raise _Malformed
    return f"{feature}:{permission}"

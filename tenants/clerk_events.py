"""What the provider's webhooks say: the fields that we keep of them, and what these mean. See docs/decisions/0032.

Web reduces a body to `kept`; the worker reads that with `read`. Nothing else of a body is ever stored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tenants.roles import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MOST_CHARACTERS = 255
MOST_NUMBER = 2**53
AHEAD = dt.timedelta(minutes=10)  # how far the provider's clock may run before ours
# Web's own, when an organisation makes its first request: what came about it before is taken up now.
FIRST_REQUEST = "costframe.first_request"


def _word(value: object) -> str | None:
    """An id or a role: kept whole or not at all."""
    return value if isinstance(value, str) and len(value) <= MOST_CHARACTERS and _is_storable(value) else None


def _name(value: object) -> str | None:
    return value[:MOST_CHARACTERS] if isinstance(value, str) and _is_storable(value) else None


def _number(value: object) -> int | None:
    return value if type(value) is int and abs(value) < MOST_NUMBER else None


def _is_storable(text: str) -> bool:
    # PostgreSQL would refuse NUL and halves of characters, and with them the whole webhook.
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


_KEPT: Mapping[str, Mapping[str, Any]] = {
    "organization": {"id": _word, "name": _name, "updated_at": _number},
    "organizationMembership": {
        "role": _word,
        "created_at": _number,
        "updated_at": _number,
        "organization": {"id": _word},
        "public_user_data": {"user_id": _word, "first_name": _name, "last_name": _name},
    },
    "user": {"id": _word, "first_name": _name, "last_name": _name, "updated_at": _number},
    "costframe": {"id": _word},
}
KNOWN = frozenset(
    {
        *(f"organization.{what}" for what in ("created", "updated", "deleted")),
        *(f"organizationMembership.{what}" for what in ("created", "updated", "deleted")),
        *(f"user.{what}" for what in ("updated", "deleted")),
        FIRST_REQUEST,
    }
)


class Unreadable(Exception):
    """A webhook that is the provider's and does not say what its type promises. The message names the field."""


@dataclass(frozen=True, kw_only=True)
class OrganizationEvent:
    """The organisation has this name since `updated_at`, or ended at `deleted_at`."""

    clerk_id: str
    name: str = ""
    updated_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MembershipEvent:
    """A membership began at `joined_at`; it has this role since `updated_at`, or ended at `removed_at`."""

    clerk_id: str  # the organisation's
    user_id: str
    name: str
    role: str
    joined_at: datetime | None  # None: an ending that does not say which membership ended
    updated_at: datetime | None
    removed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PersonEvent:
    """The person has this name since `updated_at`, or their account ended at `deleted_at`."""

    user_id: str
    name: str = ""
    updated_at: datetime | None = None
    deleted_at: datetime | None = None


ClerkNews: TypeAlias = OrganizationEvent | MembershipEvent | PersonEvent


def kept(event_type: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body that we use, where they are short texts and whole numbers. Nothing of an unknown type."""
    if event_type not in KNOWN:
        return {}
    shape = {"timestamp": _number, "data": _KEPT[event_type.partition(".")[0]]}
    return _kept(shape, body)


def about(event_type: str, payload: Mapping[str, Any]) -> str:
    """Whom an event is about: the organisation's or the person's id, or the type where there is none to be read."""
    data = payload.get("data", {})
    if event_type.startswith("organizationMembership."):
        data = data.get("organization", {})
    return str(data.get("id") or event_type)


def read(event_type: str, payload: Mapping[str, Any], *, received_at: datetime) -> ClerkNews:
    """What a known event says. Raises Unreadable. An ending that names no time took place when it came, at latest."""
    data = payload.get("data")
    if not isinstance(data, dict):
        raise Unreadable("data is missing")
    kind, _, what = event_type.partition(".")
    ended_at = (_time(payload, "timestamp", received_at) or received_at) if what == "deleted" else None
    if kind == "organizationMembership":
        return _membership(data, received_at=received_at, ended_at=ended_at)
    changed_at = None if ended_at else _needed(_time(data, "updated_at", received_at), "updated_at")
    if kind == "organization":
        name = "" if ended_at else _text(data, "name")
        return OrganizationEvent(clerk_id=_text(data, "id"), name=name, updated_at=changed_at, deleted_at=ended_at)
    return PersonEvent(user_id=_text(data, "id"), name=_full_name(data), updated_at=changed_at, deleted_at=ended_at)


def _membership(data: Mapping[str, Any], *, received_at: datetime, ended_at: datetime | None) -> MembershipEvent:
    person, organization = data.get("public_user_data", {}), data.get("organization", {})
    joined_at, updated_at = (_time(data, name, received_at) for name in ("created_at", "updated_at"))
    return MembershipEvent(
        clerk_id=_text(organization, "id"),
        user_id=_text(person, "user_id"),
        name=_full_name(person),
        role=str(data.get("role") or "").removeprefix(PREFIX) if ended_at else _text(data, "role").removeprefix(PREFIX),
        joined_at=joined_at if ended_at else _needed(joined_at, "created_at"),
        updated_at=updated_at if ended_at else _needed(updated_at, "updated_at"),
        removed_at=ended_at,
    )


def _kept(shape: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in shape.items():
        value = given.get(name)
        if not callable(inner):
            found[name] = _kept(inner, value) if isinstance(value, dict) else {}
        elif (keepable := inner(value)) is not None:
            found[name] = keepable
    return found


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{name} is missing")
    return value


def _full_name(data: Mapping[str, Any]) -> str:
    parts = (data.get("first_name"), data.get("last_name"))
    return " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())[:MOST_CHARACTERS]


def _time(data: Mapping[str, Any], name: str, received_at: datetime) -> datetime | None:
    """A time in milliseconds. None where there is none. A time to come would make whatever is true later look stale."""
    value = data.get(name)
    if value is None:
        return None
    if type(value) is not int or value <= 0:
        raise Unreadable(f"{name} is no time")
    try:
        moment = dt.datetime.fromtimestamp(value / 1000, tz=dt.UTC)
    except (OverflowError, ValueError, OSError):
        raise Unreadable(f"{name} is no time") from None
    if moment > received_at + AHEAD:
        raise Unreadable(f"{name} lies in the future")
    return moment


def _needed(moment: datetime | None, name: str) -> datetime:
    if moment is None:
        raise Unreadable(f"{name} is missing")
    return moment

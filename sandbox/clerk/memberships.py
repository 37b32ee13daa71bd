"""Who is in which organisation of the sandbox, and the events that tell of changes as Clerk shapes them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sandbox.clerk.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.clerk.people import Org, Person

FOUNDED = (
    1_764_000_000_000  # when the sandbox's organisations began; of a fixed time, so that a second run says the same
)
Event = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Membership:
    """One person's place in their organisation. `role` is without the `org:` that the wire carries."""

    person: Person
    org: Org
    role: str
    created_at: int = FOUNDED
    updated_at: int = FOUNDED


def _as_founded() -> dict[tuple[str, str], Membership]:
    return {
        (person.key, org.id): Membership(person=person, org=org, role=role)
        for person in PEOPLE.values()
        for org, role in person.member_of
    }


@dataclass
class Memberships:
    """The memberships, which may be changed while the provider runs. `listeners` are told of each change.

    Where no organisation is named, it is the one that the person signs in to.
    """

    current: dict[tuple[str, str], Membership] = field(default_factory=_as_founded)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, person: Person) -> list[tuple[Org, str]]:
        """The organisations that the person is in now, with the role in each."""
        return [(one.org, one.role) for one in self.current.values() if one.person.key == person.key]

    def as_now(self, person: Person) -> Person:
        """The person as a token minted now describes them."""
        return replace(person, member_of=tuple(self.of(person)))

    def announce(self) -> None:
        """Tell everything that holds now, as the provider did when it came to be."""
        for membership in {one.org.id: one for one in self.current.values()}.values():
            self._tell("organization.created", organization_data(membership.org, updated_at=FOUNDED), at=FOUNDED)
        for membership in self.current.values():
            self._tell("organizationMembership.created", membership_data(membership), at=membership.updated_at)

    def remove(self, key: str, org: Org | None = None) -> None:
        """Remove somebody from an organisation."""
        with self.lock:
            gone = self.current.pop((key, _named(key, org).id))
        self._tell("organizationMembership.deleted", membership_data(gone), at=_now())

    def change_role(self, key: str, role: str, org: Org | None = None) -> None:
        """Give somebody another role."""
        place = (key, _named(key, org).id)
        with self.lock:
            changed = self.current[place] = replace(self.current[place], role=role, updated_at=_now())
        self._tell("organizationMembership.updated", membership_data(changed), at=changed.updated_at)

    def invite_again(self, key: str, role: str, org: Org | None = None) -> None:
        """Take somebody in who is no member, or was removed: a membership of its own."""
        now, where = _now(), _named(key, org)
        made = Membership(person=PEOPLE[key], org=where, role=role, created_at=now, updated_at=now)
        with self.lock:
            self.current[key, where.id] = made
        self._tell("organizationMembership.created", membership_data(made), at=now)

    def _tell(self, event_type: str, data: dict[str, Any], *, at: int) -> None:
        event = {
            "data": data,
            "event_attributes": {"http_request": {"client_ip": "", "user_agent": ""}},
            "object": "event",
            "timestamp": at,
            "type": event_type,
        }
        for tell in self.listeners:
            tell(event)


def organization_data(org: Org, *, updated_at: int) -> dict[str, Any]:
    """An organisation as events carry it."""
    return {
        "id": org.id,
        "object": "organization",
        "name": org.name,
        "slug": org.slug,
        "image_url": "",
        "public_metadata": {},
        "created_at": FOUNDED,
        "updated_at": updated_at,
    }


def membership_data(membership: Membership) -> dict[str, Any]:
    """A membership as events carry it, an ending's too."""
    first, _, last = membership.person.name.partition(" ")
    return {
        "id": f"orgmem_{membership.person.key}{membership.org.slug}{membership.created_at}",
        "object": "organization_membership",
        "role": f"org:{membership.role}",
        "permissions": [],
        "public_metadata": {},
        "created_at": membership.created_at,
        "updated_at": membership.updated_at,
        "organization": organization_data(membership.org, updated_at=FOUNDED),
        "public_user_data": {
            "user_id": membership.person.user_id,
            "first_name": first,
            "last_name": last,
            "identifier": f"{membership.person.key}@sandbox.invalid",
            "image_url": "",
        },
    }


def _named(key: str, org: Org | None) -> Org:
    where = org or PEOPLE[key].org
    if where is None:
        raise KeyError(f"{key} belongs to no organisation of the sandbox.")
    return where


def _now() -> int:
    return int(time.time() * 1000)

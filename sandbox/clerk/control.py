"""What whoever runs the sandbox may do to its identity provider: change members, rotate keys, shorten tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clerk.people import ORGS, PEOPLE

if TYPE_CHECKING:
    from sandbox.clerk.instance import Instance

PREFIX = "/sandbox/"


class NotUnderstood(Exception):
    """The request names nothing that there is. The message says what."""


def do(instance: Instance, path: str, asked: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON was sent
    """Do what `path` says with what was asked. Raises NotUnderstood."""
    if not isinstance(asked, dict):
        raise NotUnderstood("The body must be a JSON object.")
    if path == f"{PREFIX}members":
        return _members(instance, asked)
    if path == f"{PREFIX}keys/rotate":
        instance.ring.rotate()
        return {"signing": instance.key.id}
    if path == f"{PREFIX}keys/retire":
        instance.ring.retire()
        return {"signing": instance.key.id}
    if path == f"{PREFIX}tokens":
        instance.token_seconds = int(asked.get("seconds", instance.token_seconds))
        return {"seconds": instance.token_seconds}
    raise NotUnderstood(f"There is no {path}: use members, keys/rotate, keys/retire or tokens.")


def _members(instance: Instance, asked: dict[str, Any]) -> dict[str, Any]:
    """Give `person` the `role` in `organization` (its short name); without a role, the membership ends."""
    person = PEOPLE.get(str(asked.get("person")))
    org = next((org for org in ORGS if org.slug == asked.get("organization")), None)
    role = asked.get("role")
    if person is None or org is None or not (role is None or isinstance(role, str)):
        people, orgs = ", ".join(PEOPLE), ", ".join(org.slug for org in ORGS)
        raise NotUnderstood(f"Name a person ({people}), an organization ({orgs}) and a role, or null for none.")
    instance.change_membership(person, org, role)
    return {"person": person.key, "organization": org.slug, "role": role}

"""Who can sign in to the sandbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Org:
    """An organisation as the provider knows it."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a role in one organisation, or in none (the operator)."""

    key: str
    user_id: str
    name: str
    role: str
    does: str
    org: Org | None
    has_second_factor: bool = False


NORTHWIND = Org(id="org_2northwind", slug="northwind", name="Northwind Traders")
CONTOSO = Org(id="org_2contoso", slug="contoso", name="Contoso Robotics")

ADMIN = Person(
    key="admin",
    user_id="user_2admin",
    name="Farida Lund",
    role="admin",
    does="Admin: as the engineer, and says when the organisation's nights begin",
    org=NORTHWIND,
)
ENGINEER = Person(
    key="engineer",
    user_id="user_2engineer",
    name="Ada Okafor",
    role="engineer",
    does="Engineer: connects accounts, works through the action list",
    org=NORTHWIND,
)
FINANCE = Person(
    key="finance",
    user_id="user_2finance",
    name="Bruno Keller",
    role="finance",
    does="Finance: looks at bills, totals and what was saved",
    org=NORTHWIND,
)
VIEWER = Person(
    key="viewer",
    user_id="user_2viewer",
    name="Chiara Novak",
    role="viewer",
    does="Viewer: reads, changes nothing",
    org=NORTHWIND,
)
STRANGER = Person(
    key="stranger",
    user_id="user_2stranger",
    name="Dmitri Haas",
    role="engineer",
    does="Engineer of another organisation: must see nothing of the first",
    org=CONTOSO,
)
OPERATOR = Person(
    key="operator",
    user_id="user_2operator",
    name="Esther Lindqvist",
    role="operator",
    does="Platform operator: reads across organisations, changes nothing",
    org=None,
    has_second_factor=True,
)
PEOPLE = {person.key: person for person in (ADMIN, ENGINEER, FINANCE, VIEWER, STRANGER, OPERATOR)}

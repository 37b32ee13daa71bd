"""Who can sign in to the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

NEVER = -1  # a factor that was not verified, in place of the minutes since


@dataclass(frozen=True, kw_only=True)
class Org:
    """An organisation as the provider knows it."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a role in some organisations, or in none (the operator).

    Signing in makes the first organisation active, unless `chooses`: then the session is pending until one is chosen.
    `factor_minutes` is how long ago the first and the second factor were verified.
    """

    key: str
    user_id: str
    name: str
    does: str
    member_of: tuple[tuple[Org, str], ...] = ()
    chooses: bool = False
    factor_minutes: tuple[int, int] = (0, NEVER)

    @property
    def org(self) -> Org | None:
        """The organisation that signing in makes active."""
        return self.member_of[0][0] if self.member_of else None

    @property
    def role(self) -> str:
        """The role in that organisation."""
        return self.member_of[0][1] if self.member_of else "none"


NORTHWIND = Org(id="org_2northwind", slug="northwind", name="Northwind Traders")
CONTOSO = Org(id="org_2contoso", slug="contoso", name="Contoso Robotics")
ORGS = (NORTHWIND, CONTOSO)

ADMIN = Person(
    key="admin",
    user_id="user_2admin",
    name="Farida Lund",
    does="Admin: as the engineer, and says when the organisation's nights begin",
    member_of=((NORTHWIND, "admin"),),
)
ENGINEER = Person(
    key="engineer",
    user_id="user_2engineer",
    name="Ada Okafor",
    does="Engineer: connects accounts, works through the action list",
    member_of=((NORTHWIND, "engineer"),),
)
FINANCE = Person(
    key="finance",
    user_id="user_2finance",
    name="Bruno Keller",
    does="Finance: looks at bills, totals and what was saved",
    member_of=((NORTHWIND, "finance"),),
)
VIEWER = Person(
    key="viewer",
    user_id="user_2viewer",
    name="Chiara Novak",
    does="Viewer: reads, changes nothing",
    member_of=((NORTHWIND, "viewer"),),
)
STRANGER = Person(
    key="stranger",
    user_id="user_2stranger",
    name="Dmitri Haas",
    does="Engineer of another organisation: must see nothing of the first",
    member_of=((CONTOSO, "engineer"),),
)
CONSULTANT = Person(
    key="consultant",
    user_id="user_2consultant",
    name="Farida Nassar",
    does="Engineer of both organisations, each in its own tab",
    member_of=((NORTHWIND, "engineer"), (CONTOSO, "engineer")),
)
NEWCOMER = Person(
    key="newcomer",
    user_id="user_2newcomer",
    name="Goran Lind",
    does="Viewer who has to choose an organisation first",
    member_of=((NORTHWIND, "viewer"),),
    chooses=True,
)
OPERATOR = Person(
    key="operator",
    user_id="user_2operator",
    name="Esther Lindqvist",
    does="Platform operator: reads across organisations, changes nothing",
    factor_minutes=(0, 0),
)
PEOPLE = {person.key: person for person in (ADMIN, ENGINEER, FINANCE, VIEWER, CONSULTANT, NEWCOMER, STRANGER, OPERATOR)}

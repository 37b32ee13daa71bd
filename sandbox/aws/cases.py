"""What the families that answer from data share: a way to be of a kind, where its resources stand, a plain meter."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names
from sandbox.aws.compute import tags
from sandbox.aws.model import Charge, Item, all_but

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sandbox.aws.model import Draw

CELLS = ((names.SHOP, "us-east-1"), (names.LAB, "eu-west-1"))
GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be of a kind, and how many there are. `has` says what is special of it, in its family's words.

    `untold` are the rules of `wastes` whose saving has no figure, `silent` those whose saving stays an estimate, for
    CloudWatch tells nothing of their usage or it goes by list prices. `age_days` None: between four months and two
    years.
    """

    count: int = 1
    age_days: float | None = None
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    trap: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    has: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where one resource of a case stands, and since when."""

    case_name: str
    case: Case
    account: str
    region: str
    label: str
    created_at: datetime

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def item(self, draw: Draw, *, kind: str, native_id: str, bill_id: str, rules: tuple[str, ...]) -> Item:
        """The resource, for its family to give a shape and charges."""
        case = self.case
        return Item(
            kind=kind,
            account=self.account,
            region=self.region,
            native_id=native_id,
            bill_id=bill_id,
            case=self.case_name,
            created_at=self.created_at,
            name=self.label,
            tags=tags(draw, self.label) | dict(case.tags),
            wastes=case.wastes,
            fines=all_but(rules, case.wastes, case.unknowns),
            unknowns=case.unknowns,
            saves=dict.fromkeys(case.untold),
            silent=case.silent,
            trap=case.trap,
        )


def stands(draw: Draw, cases: Mapping[str, Case]) -> Iterator[Stand]:
    """All resources of a family's cases, in both of its cells."""
    for name, case in cases.items():
        for number in range(case.count):
            account, region = CELLS[number % len(CELLS)]
            # From midnight on, so that it is as many whole days old at every hour of the day that the estate is of.
            age = draw.days(120, 700) + 0.4 if case.age_days is None else case.age_days
            yield Stand(
                case_name=name,
                case=case,
                account=account,
                region=region,
                label=f"{name.replace('_', '-')}-{number + 1}",
                created_at=draw.ago(age),
            )


def meter(
    draw: Draw,
    item: Item,
    *,
    service: str,
    name: str,
    unit: str,
    price: str,
    operation: str = "",
    held: Decimal | None = None,
    per_day: Decimal | None = None,
) -> Charge:
    """A meter that has run since the resource was made: `held` units for a month, or so many `per_day`."""
    first, last = charges.span(item.created_at, draw.as_of)
    return Charge(
        service=service,
        meter=f"{names.REGION_CODES[item.region]}{name}",
        operation=operation,
        description=f"${price} per {unit} of {name}",
        unit=unit,
        price=Decimal(price),
        held=held,
        per_day=per_day,
        first=first,
        last=last,
    )


def tag_list(item: Item) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in item.tags.items()]

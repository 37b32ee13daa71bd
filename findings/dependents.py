"""What depends on a resource that is to be deleted, and what more is saved once that is gone as well. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.evidence import Evidence, Usage
from findings import relations
from findings.prices import table
from findings.relation import KEPT
from findings.rule import ALL, STAGES, Waste, native_id
from findings.savings import monthly_saving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from uuid import UUID

    from audits.evidence import Bill
    from connections.resources import Thing
    from findings.evaluate import Judgement
    from findings.relation import Relation
    from findings.savings import Saving

RELATIONS = relations.find()
ZERO = Decimal(0)
REMOVING = STAGES[0]
CLOUD = "aws"  # the only one whose resources are related yet
Place = tuple[str, str, str, str]  # kind of the parent, account, region, the provider's own id


@dataclass(frozen=True, kw_only=True)
class Dependent:
    """A resource that depends on another, directly or through one that does, and its `fate` (findings.relation)."""

    row_id: UUID
    thing: Thing
    fate: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A dependent with what it costs a month; the `saving` is that of being rid of it."""

    dependent: Dependent
    saving: Saving


@dataclass(frozen=True, kw_only=True)
class Further:
    """What is saved beyond a finding's own saving once its dependents are gone too.

    `monthly` is in `currency` and None where nothing of it is known or there are none; `unknown` counts dependents
    without a price. `parts` are the lines of the sum as the evidence keeps them, amounts as Decimals.
    """

    monthly: Decimal | None = None
    currency: str = ""
    unknown: int = 0
    parts: tuple[Mapping[str, Any], ...] = ()


class Dependents:
    """What depends on what among the resources of one audit."""

    def __init__(self, seen: Iterable[tuple[UUID, Thing]]) -> None:
        self._children: dict[Place, list[tuple[UUID, Thing, Relation]]] = defaultdict(list)
        by_child: dict[type[Thing], list[Relation]] = defaultdict(list)
        for relation in RELATIONS:
            by_child[relation.child].append(relation)
        for row_id, thing in seen:
            for relation in by_child.get(type(thing), ()):
                parents = relation.parents(thing)
                if len(parents) == 1:  # shared by several, it stays in use
                    place = (relation.parent.KIND, thing.account_id, thing.region, parents[0])
                    self._children[place].append((row_id, thing, relation))

    def of(self, thing: Thing) -> tuple[Dependent, ...]:
        """Every dependent of `thing`, those of its dependents behind them; each once."""
        found: dict[UUID, Dependent] = {}
        for one in self._walk(thing):
            found.setdefault(one.row_id, one)
        return tuple(found.values())

    def _walk(self, thing: Thing) -> Iterator[Dependent]:
        place = (thing.KIND, thing.account_id, thing.region, native_id(thing))
        for row_id, child, relation in self._children.get(place, ()):
            fate = relation.fate(child)
            yield Dependent(row_id=row_id, thing=child, fate=fate, words=relation.words[fate])
            yield from self._walk(child)


def frees_dependents(judgement: Judgement) -> bool:
    """Whether acting on it deletes its resource, so that what depends on that is freed."""
    return isinstance(judgement.verdict, Waste) and judgement.rule.stage == REMOVING


def priced(dependents: Iterable[Dependent], *, bill_of: Callable[[Thing], Bill]) -> tuple[Priced, ...]:
    """The dependents with what being rid of each saves a month, by its own bill or by prices, as for a finding."""
    return tuple(
        Priced(
            dependent=one,
            saving=monthly_saving(
                saves=ALL,
                evidence=Evidence(
                    thing=one.thing, usage=Usage(until=one.thing.observed_at.date()), bill=bill_of(one.thing)
                ),
                listed=table(CLOUD),
            ),
        )
        for one in dependents
    )


def further_of(priced: Iterable[Priced], *, currency: str, claimed: Mapping[tuple[UUID, str], Decimal]) -> Further:
    """What more is saved with these dependents, without what open findings of their own count.

    `claimed` is that, by row and currency. Only amounts in `currency` are added; with none given, in that of the first
    that has one.
    """
    monthly, unknown, parts = None, 0, []
    for one in priced:
        saving = one.saving
        part, is_kept = _part(one), one.dependent.fate == KEPT
        if not is_kept and saving.monthly is None:
            unknown += 1
        if not is_kept and saving.monthly is not None:
            currency = currency or saving.currency
            if saving.currency == currency:
                taken = min(saving.monthly, claimed.get((one.dependent.row_id, currency), ZERO))
                part |= {"claimed": taken, "further": saving.monthly - taken}
                monthly = (monthly or ZERO) + saving.monthly - taken
            else:
                unknown += 1
        parts.append(part)
    return Further(monthly=monthly, currency="" if monthly is None else currency, unknown=unknown, parts=tuple(parts))


def _part(one: Priced) -> dict[str, Any]:
    thing = one.dependent.thing
    return {
        "kind": thing.KIND,
        "id": thing.resource_id,
        "name": thing.name,
        "fate": one.dependent.fate,
        "words": one.dependent.words,
        "monthly_cost": one.saving.monthly,
        "currency": one.saving.currency,
        "price_source": one.saving.price_source,
        "claimed": None,
        "further": None,
    }

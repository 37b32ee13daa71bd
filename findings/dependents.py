"""What depends on a resource that is to be deleted, and what more is saved once that is gone as well. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from audits.evidence import Evidence, Usage
from findings import relations
from findings.prices import table
from findings.relation import KEPT
from findings.rule import ALL, STAGES, Waste, native_id
from findings.savings import monthly_saving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from audits.evidence import Bill
    from connections.resources import Thing
    from findings.evaluate import Judgement
    from findings.relation import Relation
    from findings.savings import Saving

RELATIONS = relations.find()
PARENTS = frozenset(one.parent.KIND for one in RELATIONS)
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


class _Tie(NamedTuple):
    """A row that depends on what stands at a place, in which way, and its own place where others may depend on it."""

    row_id: UUID
    relation: Relation
    place: Place | None


def place_of(thing: Thing) -> Place | None:
    """Where a resource stands for what may depend on it; None where nothing of its kind has dependents."""
    return _place(thing.KIND, thing, native_id(thing)) if thing.KIND in PARENTS else None


def _place(kind: str, thing: Thing, name: str) -> Place:
    return kind, intern(thing.account_id), intern(thing.region), name


def _by_child() -> dict[type[Thing], list[Relation]]:
    found: dict[type[Thing], list[Relation]] = defaultdict(list)
    for relation in RELATIONS:
        found[relation.child].append(relation)
    return dict(found)


BY_CHILD = _by_child()


class Dependents:
    """What depends on what among the resources of one audit. Of each only ids are held: an account has very many."""

    def __init__(self) -> None:
        self._ties: dict[Place, list[_Tie]] = {}

    def add(self, row_id: UUID, thing: Thing) -> None:
        """Take in a resource by what it depends on itself."""
        for relation in BY_CHILD.get(type(thing), ()):
            parents = relation.parents(thing)
            if len(parents) == 1:  # shared by several, it stays in use
                tie = _Tie(row_id, relation, place_of(thing))
                self._ties.setdefault(_place(relation.parent.KIND, thing, parents[0]), []).append(tie)

    def behind(self, place: Place) -> dict[UUID, Relation]:
        """The rows of what depends on what stands there, those of its dependents behind them; each once, with how."""
        found: dict[UUID, Relation] = {}
        self._walk(place, found)
        return found

    def _walk(self, place: Place, found: dict[UUID, Relation]) -> None:
        for tie in self._ties.get(place, ()):
            if tie.row_id not in found:
                found[tie.row_id] = tie.relation
                if tie.place is not None:
                    self._walk(tie.place, found)


def dependents_of(behind: Mapping[UUID, Relation], *, things: Mapping[UUID, Thing]) -> tuple[Dependent, ...]:
    """The dependents that `Dependents.behind` names, as they are among `things`."""
    return tuple(
        Dependent(row_id=row_id, thing=thing, fate=(fate := relation.fate(thing)), words=relation.words[fate])
        for row_id, relation in behind.items()
        if (thing := things.get(row_id)) is not None
    )


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

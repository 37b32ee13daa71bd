"""What the provider's own advisors think of the estate: where they agree with the truth, and where they do not.

They see processor and network alone over 14 days, count list prices, and know nothing of what a machine is for. So
they call a machine idle that is held by a group, one that was busy until lately, one whose peak is just above; they
keep silent on some of what is waste; and of some that is busy they say that it is too large. That is data, on purpose:
nobody may take their word for the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, prices
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.aws.model import Estate, Item
    from sandbox.aws.shaped import Asked

HOURS_OF_A_MONTH = Decimal(730)
LOOKBACK_DAYS = 14
# Who has switched the advisors on; the lab has not.
ENROLLED = (names.PAYER, names.SHOP)
IDLE_TO_THEM = frozenset({"idle", "idle_covered", "idle_in_group", "idle_too_briefly"})
TOO_LARGE_TO_THEM = IDLE_TO_THEM | {"cpu_just_above", "network_just_above", "days_missing"}
UNATTACHED_TO_THEM = frozenset({"detached_before_history", "never_attached_old"})
SMALLER = {
    "m6g.xlarge": "m6g.large",
    "m6g.large": "t4g.large",
    "c6g.xlarge": "t4g.large",
    "r6g.large": "t4g.large",
    "t4g.large": "t4g.medium",
}


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One piece of advice on one resource, in money a month before any discount. `target` is what it should become."""

    item: Item
    action: str
    target: str = ""
    cost: Decimal
    saving: Decimal

    @property
    def after_discounts(self) -> Decimal:
        """What is saved in cash: nothing where a savings plan pays for the resource."""
        return Decimal(0) if any(charge.is_covered for charge in self.item.charges) else self.saving

    @property
    def percentage(self) -> Decimal:
        return (self.saving / self.cost * 100).quantize(Decimal("0.01"))


def all_of(estate: Estate) -> list[Opinion]:
    """Every opinion on every account that has switched the advisors on."""
    found: list[Opinion] = []
    for item in estate.items:
        if item.account in ENROLLED and item.is_in_inventory:
            found.extend(on(item, estate))
    return found


def refuse_strangers(asked: Asked) -> None:
    """Compute Optimizer speaks to those alone who have enrolled."""
    if asked.account not in ENROLLED:
        raise Refusal("OptInRequiredException", "The account is not enrolled: it must opt in to the service.")


def is_known(item: Item, estate: Estate) -> bool:
    """Whether they have seen enough of a machine to speak of it."""
    age_days = (estate.as_of - item.created_at).days
    return item.facts["state"] == "running" and item.case != "no_metrics" and age_days >= LOOKBACK_DAYS


def on(item: Item, estate: Estate) -> Iterator[Opinion]:
    """What they think of one resource: nothing, or one piece of advice, or two that exclude each other."""
    if item.kind == "instance":
        if is_known(item, estate):
            yield from _on_machine(item)
    elif item.kind == "volume":
        yield from _on_volume(item)
    elif item.kind == "nat_gateway" and item.case == "idle":
        cost = prices.NAT_HOUR[item.region] * HOURS_OF_A_MONTH
        yield Opinion(item=item, action="Delete", cost=cost, saving=cost)
    elif item.kind == "database" and item.case in {"idle", "source"}:
        cost = prices.DATABASE_HOUR[item.facts["class"]][item.region] * HOURS_OF_A_MONTH
        yield Opinion(item=item, action="Stop", cost=cost, saving=cost)


def _is_one_of(item: Item, *, every: int) -> bool:
    """A part of the resources, the same each time: the id decides."""
    return int(item.native_id[-4:], 16) % every == 0


def _on_machine(item: Item) -> Iterator[Opinion]:
    kind = item.facts["type"]
    if kind not in prices.INSTANCE_HOUR:
        return  # here they speak of common types alone
    cost = prices.INSTANCE_HOUR[kind][item.region] * HOURS_OF_A_MONTH
    target = SMALLER.get(kind)
    if target and (item.case in TOO_LARGE_TO_THEM or (item.case == "busy" and _is_one_of(item, every=5))):
        saving = cost - prices.INSTANCE_HOUR[target][item.region] * HOURS_OF_A_MONTH
        yield Opinion(item=item, action="Rightsize", target=target, cost=cost, saving=saving)
    if item.case in IDLE_TO_THEM:
        yield Opinion(item=item, action="Stop", cost=cost, saving=cost)


def _on_volume(item: Item) -> Iterator[Opinion]:
    size, kind = item.facts["size"], item.facts["type"]
    cost = prices.VOLUME_GIB_MONTH[kind][item.region] * size
    if item.case in UNATTACHED_TO_THEM:
        yield Opinion(item=item, action="Delete", cost=cost, saving=cost)
    elif kind == "gp2" and item.facts["instance_id"] and not _is_one_of(item, every=4):
        saving = cost * charges.gp3_saves(gib=size, region=item.region)
        yield Opinion(item=item, action="Upgrade", target="gp3", cost=cost, saving=saving)

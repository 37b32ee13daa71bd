"""A second opinion: what the provider's own advisors say of a resource, laid beside what we say. Pure.

Theirs is never ours: it opens no finding, adds to no sum, and changes no verdict. Where both say the same of the same
resource, their figure stands beside ours with each reason for the difference that the data proves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connections.bill_ids import bill_ids
from connections.resources.opinions import OPINIONS, SOURCES
from findings.reports.money import amount
from findings.rule import STAGES, UNTOLD, Waste, counted, native_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from uuid import UUID

    from connections.resources import Thing
    from connections.resources.opinions import Opinion
    from findings.evaluate import Judgement
    from findings.overlaps import Net
    from findings.rule import Rule
    from findings.savings import Saving

NOT_TOLD = "It is not told why."
# Actions that come to the same: who deletes what another would stop says of it that nobody needs it.
REMOVE = "REMOVE"
FAMILIES = {"Stop": REMOVE, "Delete": REMOVE}
CLOSE = Decimal("0.01")  # of the larger figure: nearer than that, two figures are the same
CENT = Decimal("0.01")
ZERO = Decimal(0)
Name = tuple[str, str, str]


def is_opinion(thing: Thing) -> bool:
    """Whether a thing is what somebody else says, and no resource."""
    return isinstance(thing, OPINIONS)


def family_of(action: str) -> str:
    """What an action comes to; empty for advice that is no action which we know."""
    return FAMILIES.get(action, action)


def names_of(thing: Thing) -> frozenset[Name]:
    """Under which names a resource may be spoken of: its ids by themselves, and what is one only within its kind."""
    within = {native_id(thing), thing.name, getattr(thing, "public_ip", "")} - {""}
    return frozenset(
        {("", "", one) for one in bill_ids(thing)} | {(thing.KIND, thing.region, one) for one in within},
    )


def spoken_of(opinion: Opinion) -> frozenset[Name]:
    """Which names an opinion calls its resource by; where it tells an ARN, no other."""
    if opinion.about_arn:
        arn, last = opinion.about_arn, opinion.about_id
        return frozenset({("", "", arn), *({("", "", last)} if _is_unique(last) else ())})
    within = {(opinion.about_kind, opinion.about_region, opinion.about_id)} if opinion.about_kind else set()
    return frozenset(within | ({("", "", opinion.about_id)} if _is_unique(opinion.about_id) else set()))


def _is_unique(resource_id: str) -> bool:
    """Whether an id is one in all of AWS by its form (i-0abc…), or an ARN; a name may be anybody's."""
    prefix, dash, rest = resource_id.partition("-")
    is_short_id = bool(dash) and prefix.isalpha() and len(rest) >= 8 and all(one in "0123456789abcdef" for one in rest)  # noqa: PLR2004 - the shortest ids that AWS has given out
    return resource_id.startswith("arn:") or is_short_id


class Meant:
    """Which resource each opinion is on, found out a resource at a time. Of each opinion and resource an id is held."""

    def __init__(self, opinions: Iterable[tuple[UUID, Opinion]]) -> None:
        self._called: dict[tuple[str, Name], list[UUID]] = {}
        self._meant: dict[UUID, UUID | None] = {}  # None: two have the name
        for opinion_id, opinion in opinions:
            for name in spoken_of(opinion):
                self._called.setdefault((opinion.account_id, name), []).append(opinion_id)

    def may_be_on(self, row_id: UUID, thing: Thing) -> bool:
        """Take in a resource. Whether an opinion may be on it: it is, where no other turns up with the same name."""
        if not self._called or is_opinion(thing):
            return False
        called = [one for name in names_of(thing) for one in self._called.get((thing.account_id, name), ())]
        for opinion_id in called:
            meant = self._meant.setdefault(opinion_id, row_id)
            self._meant[opinion_id] = row_id if meant == row_id else None
        return bool(called)

    def about(self) -> dict[UUID, UUID]:
        """The one resource that each opinion is on, after all were taken in. A name that two share tells neither."""
        return {opinion_id: row_id for opinion_id, row_id in self._meant.items() if row_id is not None}


def in_order(opinions: Iterable[Opinion]) -> list[Opinion]:
    """Opinions on one resource as they are shown: by who says them."""
    return sorted(opinions, key=lambda one: (one.SOURCE, one.resource_id))


def figure_of(opinion: Opinion) -> Decimal | None:
    """What they say that it saves a month, after discounts where they tell that; None where they give no figure."""
    return next(
        (Decimal(one) for one in (opinion.after_discounts, opinion.saving, opinion.before_discounts) if one), None
    )


@dataclass(frozen=True, kw_only=True)
class Ours:
    """What we say of a resource: the finding's own figures, and what they rest on.

    `alone` is the saving of this finding by itself, `net` what is left of it after the others on the same resource.
    `days` are the billed days that count, 0 where a price list gave the figure; `target` is the price name of what the
    resource should become, "" where it is to go.
    """

    rule: Rule
    currency: str
    alone: Decimal | None
    net: Decimal | None
    frees_commitment: Decimal | None
    monthly_cost: Decimal | None
    days: int
    lookback_days: int
    target: str
    judged_on: date


def ours_of(judgement: Judgement, *, saving: Saving, net: Net) -> Ours:
    """What we say of a resource that was judged wasteful, to hold an opinion against."""
    verdict, rule = judgement.verdict, judgement.rule
    target = verdict.saves.to_price if isinstance(verdict, Waste) and verdict.saves is not UNTOLD else None
    return Ours(
        rule=rule,
        currency=saving.currency,
        alone=saving.monthly,
        net=net.monthly,
        frees_commitment=net.frees_commitment,
        monthly_cost=saving.monthly_cost,
        days=saving.days,
        lookback_days=rule.days(judgement.settings),
        target=(target or "").rpartition(":")[2],
        judged_on=judgement.evidence.thing.observed_at.date(),
    )


def is_same_action(rule: Rule, opinion: Opinion) -> bool:
    """Whether an opinion says what a rule says. To stop for some hours of the day is not to be rid of it."""
    ours = family_of(rule.action_type)
    is_for_good = ours != REMOVE or rule.stage == STAGES[0]
    return bool(opinion.action) and is_for_good and family_of(opinion.action) == ours


def said(opinion: Opinion, ours: Ours) -> dict[str, Any]:
    """An opinion as a finding's evidence keeps it, with whether it is on the same action, and why the figures differ.

    `why` is empty where it is on another action, where they give no figure, and where both figures are the same.
    """
    is_same = is_same_action(ours.rule, opinion)
    theirs = figure_of(opinion)
    agrees = is_same and _is_close(theirs, ours.net, opinion, ours)
    is_compared = is_same and theirs is not None and not agrees
    return {
        "source": opinion.SOURCE,
        "origin": opinion.origin,
        "their_id": opinion.their_id,
        "about": opinion.about_arn or opinion.about_id,
        "action": opinion.action,
        "advice": opinion.advice,
        "target": opinion.target,
        "before_discounts": opinion.before_discounts,
        "after_discounts": opinion.after_discounts,
        "saving": opinion.saving,
        "monthly_cost": opinion.monthly_cost,
        "currency": opinion.currency,
        "lookback_days": opinion.lookback_days,
        "refreshed_at": opinion.refreshed_at,
        "is_same_action": is_same,
        "agrees": agrees,
        "why": list(why_different(ours, opinion) or (NOT_TOLD,)) if is_compared else [],
    }


def _is_close(theirs: Decimal | None, mine: Decimal | None, opinion: Opinion, ours: Ours) -> bool:
    if theirs is None or mine is None:
        return False
    return opinion.currency == ours.currency and abs(theirs - mine) <= max(CENT, max(theirs, mine) * CLOSE)


def why_different(ours: Ours, theirs: Opinion) -> tuple[str, ...]:
    """Each reason that the data proves for another figure than ours; none where nothing does.

    Where theirs is what our finding saves by itself, nothing but what others take off it makes the difference.
    """
    if _is_close(figure_of(theirs), ours.alone, theirs, ours):
        return tuple(_overlap(ours, theirs))
    reasons = (_no_figure, _currency, _discounts, _commitment, _cost, _target, _window, _memory, _date, _overlap)
    return tuple(sentence for reason in reasons for sentence in reason(ours, theirs))


def _no_figure(ours: Ours, theirs: Opinion) -> Iterator[str]:
    del theirs
    if ours.alone is None:
        yield "We give no figure: neither the bill nor a price list tells ours."


def _currency(ours: Ours, theirs: Opinion) -> Iterator[str]:
    if ours.alone is not None and theirs.currency and theirs.currency != ours.currency:
        yield f"Theirs is in {theirs.currency}, ours in {ours.currency}: the two are not compared."


def _discounts(ours: Ours, theirs: Opinion) -> Iterator[str]:
    """List prices against a bill: only where ours comes from one."""
    if not ours.days:
        return
    if theirs.after_discounts is None and theirs.before_discounts is not None:
        yield "Theirs is at list price, before any discount; ours is what the bill charges."
    elif None not in (theirs.before_discounts, theirs.after_discounts):
        before, after = Decimal(theirs.before_discounts or 0), Decimal(theirs.after_discounts or 0)
        if before != after:
            yield (
                f"They count {amount(before)} {theirs.currency} before discounts and {amount(after)} after them; "
                "ours is what the bill charges."
            )


def _commitment(ours: Ours, theirs: Opinion) -> Iterator[str]:
    if ours.frees_commitment and theirs.after_discounts is not None:
        yield (
            f"Of ours, {amount(ours.frees_commitment)} {ours.currency} is no cash: it frees a commitment for other use."
        )


def _cost(ours: Ours, theirs: Opinion) -> Iterator[str]:
    if not theirs.monthly_cost or ours.monthly_cost is None or not ours.days or theirs.currency != ours.currency:
        return
    cost = Decimal(theirs.monthly_cost)
    if abs(cost - ours.monthly_cost) > max(CENT, max(cost, ours.monthly_cost) * CLOSE):
        yield (
            f"They put what it costs at {amount(cost)} {theirs.currency} a month; the bill of "
            f"{counted(ours.days, 'day')} says {amount(ours.monthly_cost)}."
        )


def _target(ours: Ours, theirs: Opinion) -> Iterator[str]:
    """Another end: only where both name one, and neither is in the other's words."""
    if ours.target and theirs.target and theirs.target.split()[0].lower() not in ours.target.lower():
        yield f"They would have it become {theirs.target}, we {ours.target}."


def _window(ours: Ours, theirs: Opinion) -> Iterator[str]:
    if theirs.lookback_days and ours.lookback_days and theirs.lookback_days != ours.lookback_days:
        yield f"They look at {counted(theirs.lookback_days, 'day')} of usage, we at {ours.lookback_days}."


def _memory(ours: Ours, theirs: Opinion) -> Iterator[str]:
    """Only where they tell what they measured and we read its memory."""
    reads_memory = any("mem" in metric.name.lower() for metric in ours.rule.metrics)
    if reads_memory and theirs.measured and not any("mem" in one.lower() for one in theirs.measured):
        yield "They have not seen how much memory it uses; we have."


def _date(ours: Ours, theirs: Opinion) -> Iterator[str]:
    if theirs.refreshed_at is not None and (ours.judged_on - theirs.refreshed_at.date()).days > 1:
        yield f"Theirs is of {theirs.refreshed_at:%Y-%m-%d}, ours of {ours.judged_on:%Y-%m-%d}."


def _overlap(ours: Ours, theirs: Opinion) -> Iterator[str]:
    del theirs
    if ours.alone is not None and ours.net is not None and ours.net < ours.alone:
        yield (
            f"They count it by itself; of our {amount(ours.alone)} {ours.currency} another finding on the same "
            f"resource already saves {amount(ours.alone - ours.net)}."
        )


def source_of(service: str) -> str:
    """The advisor's name for a reader, by the service that it is read from."""
    return SOURCES.get(service, service)


def peak(rule: Rule, *, thing: Thing, usage: Any, settings: Mapping[str, Any]) -> str:  # noqa: ANN401 - an audits.evidence.Usage
    """When usage was highest in the days that a rule looks at: what tells a reader why it finds in order what others
    call idle. What has a limit is told where that was reached; empty where nothing tells: then something else says.
    """
    days = rule.days(settings)
    if not days:
        return ""
    limited = {metric for one in rule.limits for metric in one.metrics}
    asked = [(one.title, one.metrics, one.unit, one.per, one.on(thing, settings)) for one in rule.limits] + [
        (f"{one.name} ({one.statistic.lower()})", (one,), one.unit, 1.0, None)
        for one in rule.metrics
        if one not in limited
    ]
    sentences = []
    for title, metrics, unit, per, limit in asked:
        values = [None if one is None else one / per for one in usage.total(*metrics, days=days)]
        known = [(value, -back) for back, value in enumerate(reversed(values), 1) if value is not None]
        value, back = max(known, default=(0.0, 0))
        if value > 0 and (limit is None or value >= limit):
            against = "" if limit is None else f"; the rule's limit is {_figure(limit)}"
            day = usage.until + timedelta(days=back)
            sentences.append(f"{title}: {_figure(value)} {unit} on {day:%Y-%m-%d}{against}.")
    return " ".join(sentences)


def _figure(value: float) -> str:
    """With a hundredth where there is one: of large machines a limit is less than one percent."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")

"""What other thresholds would change: findings and money in and out, from verdicts under both settings. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from findings.overlaps import Claim, net_savings
from findings.rule import Unknown, Waste

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connections.resources import Thing
    from findings.overlaps import Net
    from findings.rule import Rule, Verdict
    from findings.savings import Saving

NOTHING = Decimal(0)
MOST_ROWS = 50  # of each kind of change
INTO, OUT_OF, STAY, UNKNOWN = "into", "out_of", "stay", "unknown"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One resource under the settings in force and under those that are proposed.

    The savings are those of the verdicts where they are waste. `open_saving` is of the finding that is open, None
    where none is, and `others` are the claims of the open findings that other rules have on the resource.
    """

    rule: Rule
    thing: Thing
    before: Verdict
    after: Verdict
    saving_before: Saving | None = None
    saving_after: Saving | None = None
    open_saving: Saving | None = None
    others: tuple[Claim, ...] = ()
    finding_id: str = ""


@dataclass(kw_only=True)
class Sum:
    """How many findings, and what they save a month by currency; `unpriced` of them without a figure."""

    count: int = 0
    unpriced: int = 0
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, saving: Saving, net: Net) -> None:
        """One finding more."""
        self.count += 1
        if net.monthly is None:
            self.unpriced += 1
        else:
            self.money[saving.currency] += net.monthly

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"count": self.count, "unpriced": self.unpriced, "money": _amounts(self.money)}


class Effect:
    """Adds up what is seen, connection after connection."""

    def __init__(self) -> None:
        self.looked_at = 0
        self.sums = {name: Sum() for name in (INTO, OUT_OF, STAY)}
        self.change: dict[str, Decimal] = defaultdict(Decimal)
        # Not known any more, whether a finding stays open meanwhile; and known only now.
        self.unknown, self.unknown_open, self.told_now = 0, 0, 0
        self.rows: list[dict[str, Any]] = []

    def add(self, all_seen: Iterable[Seen]) -> None:
        """Add a connection's resources."""
        for seen in all_seen:
            self._add(seen)
        self.rows = _most(self.rows)

    def _add(self, seen: Seen) -> None:
        self.looked_at += 1
        before = _claimed(seen.before, seen.saving_before, seen.open_saving)
        after = _claimed(seen.after, seen.saving_after, seen.open_saving)
        # Of most resources nothing stands open under either, and the others' findings stay as they are.
        nets_before, nets_after = (_nets(seen, before), _nets(seen, after)) if before or after else ({}, {})
        for nets, sign in ((nets_before, -1), (nets_after, 1)):
            for (currency, _), net in nets.items():
                self.change[currency] += sign * (net.monthly or NOTHING)
        is_unknown = isinstance(seen.after, Unknown) and not isinstance(seen.before, Unknown)
        self.unknown += is_unknown
        self.unknown_open += is_unknown and after is not None
        self.told_now += isinstance(seen.before, Unknown) and not isinstance(seen.after, Unknown)
        if before and after:
            self.sums[STAY].add(after, nets_after[after.currency, seen.rule.id])
        elif after:
            self._note(INTO, seen, after, nets_after[after.currency, seen.rule.id])
        elif before:
            self._note(OUT_OF, seen, before, nets_before[before.currency, seen.rule.id])
        if is_unknown:
            self.rows.append(
                _row(UNKNOWN, seen, after, nets_after[after.currency, seen.rule.id].monthly if after else None)
            )

    def _note(self, name: str, seen: Seen, saving: Saving, net: Net) -> None:
        self.sums[name].add(saving, net)
        self.rows.append(_row(name, seen, saving, net.monthly))

    def told(self) -> dict[str, Any]:
        """All of it as JSON; `rows` are the dearest of each kind of change."""
        return {
            "looked_at": self.looked_at,
            **{name: one.told() for name, one in self.sums.items()},
            "change": _amounts(self.change),
            "unknown": self.unknown,
            "unknown_open": self.unknown_open,
            "told_now": self.told_now,
            "rows": self.rows,
        }


def _claimed(verdict: Verdict, saving: Saving | None, open_saving: Saving | None) -> Saving | None:
    """What stands open after such a verdict: waste opens, fine closes, and unknown leaves it as it is."""
    if isinstance(verdict, Waste):
        return saving
    return open_saving if isinstance(verdict, Unknown) else None


def _nets(seen: Seen, own: Saving | None) -> dict[tuple[str, str], Net]:
    """What is left of each saving on the resource, by currency and rule, while `own` is claimed too."""
    claims = list(seen.others)
    if own is not None:
        claims.append(Claim(rule_id=seen.rule.id, stage=seen.rule.stage, saving=own))
    by_currency: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_currency[claim.saving.currency].append(claim)
    return {
        (currency, rule_id): net
        for currency, of_one in by_currency.items()
        for rule_id, net in net_savings(of_one).items()
    }


def _row(change: str, seen: Seen, saving: Saving | None, monthly: Decimal | None) -> dict[str, Any]:
    thing, verdict = seen.thing, seen.after
    return {
        "change": change,
        "resource_id": thing.resource_id,
        "name": thing.name,
        "account_id": thing.account_id,
        "region": thing.region,
        "because": f"Not known: {verdict.missing}." if isinstance(verdict, Unknown) else verdict.because,
        "currency": saving.currency if saving else "",
        "monthly": None if monthly is None else str(monthly),
        "finding_id": seen.finding_id,
    }


def _most(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = sorted(rows, key=lambda row: (row["change"], -Decimal(row["monthly"] or 0), row["resource_id"]))
    return [row for _, of_kind in groupby(rows, key=lambda row: row["change"]) for row in list(of_kind)[:MOST_ROWS]]


def _amounts(money: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in sorted(money.items()) if currency and amount}

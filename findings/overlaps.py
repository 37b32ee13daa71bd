"""Several findings on one resource: what each is still worth once the others are acted on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from findings.rule import STAGES
from findings.savings import MICRO, ZERO, rounded_down

if TYPE_CHECKING:
    from collections.abc import Iterable

    from findings.savings import Saving


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What one finding would save alone, and the stage of its action (DELETE, SHRINK, PRICE)."""

    rule_id: str
    stage: str
    saving: Saving


@dataclass(frozen=True, kw_only=True)
class Net:
    """What is left of a finding's saving; all None: not known. `absorbed_by` is the rule that holds the rest."""

    rule_id: str
    monthly: Decimal | None
    cash: Decimal | None
    frees_commitment: Decimal | None
    absorbed_by: str = ""


class MixedCurrencies(ValueError):
    """Findings of one resource are in two currencies. Show them apart: they cannot be set against each other."""


def net_savings(claims: Iterable[Claim]) -> dict[str, Net]:
    """The net saving of each finding on ONE resource, by rule id; their sum never exceeds what the resource costs.

    The largest chain of actions that can follow each other: of each stage the one that saves most, deleting before
    shrinking before a better price, each on what those before it leave. The others are absorbed by the one chosen.
    Only savings on different meters of the resource (its IOPS, its throughput) stand side by side in one stage.
    """
    claims = sorted(claims, key=lambda claim: claim.rule_id)
    known = [claim for claim in claims if claim.saving.monthly is not None]
    if len({claim.saving.currency for claim in known}) > 1:
        raise MixedCurrencies(", ".join(claim.rule_id for claim in known))
    nets = {claim.rule_id: _net(claim, Decimal(0)) for claim in claims}
    left, holder = Decimal(1), ""
    for stage in STAGES:
        rivals = [claim for claim in known if claim.stage == stage]
        if not rivals:
            continue
        chosen = _side_by_side(rivals)
        nets |= {claim.rule_id: _net(claim, left, absorbed_by=holder) for claim in chosen}
        nets |= {
            claim.rule_id: _net(claim, ZERO, absorbed_by=chosen[0].rule_id) for claim in rivals if claim not in chosen
        }
        saved = sum((_fraction(claim.saving) for claim in chosen), ZERO)
        if saved and left:
            left, holder = left * max(ZERO, 1 - saved), chosen[0].rule_id
    return nets


def _side_by_side(rivals: list[Claim]) -> list[Claim]:
    """The one that saves most, then each that changes none of the meters taken: one on the whole stands alone."""
    chosen: list[Claim] = []
    for claim in sorted(rivals, key=_worth, reverse=True):
        meters = claim.saving.meters
        if not chosen or (meters and all(one.saving.meters and not meters & one.saving.meters for one in chosen)):
            chosen.append(claim)
    return chosen


def _worth(claim: Claim) -> Decimal:
    return claim.saving.monthly or ZERO


def _fraction(saving: Saving) -> Decimal:
    """How much of the resource's cost an action takes away, 1 where only the rounding is left of it."""
    if not saving.monthly or not saving.monthly_cost:
        return ZERO
    is_all = saving.monthly_cost - saving.monthly <= 2 * MICRO
    return Decimal(1) if is_all else saving.monthly / saving.monthly_cost


def _net(claim: Claim, left: Decimal, *, absorbed_by: str = "") -> Net:
    saving = claim.saving
    if saving.monthly is None or saving.cash is None or saving.frees_commitment is None:
        return Net(rule_id=claim.rule_id, monthly=None, cash=None, frees_commitment=None)
    cash, frees = rounded_down(saving.cash * left), rounded_down(saving.frees_commitment * left)
    return Net(rule_id=claim.rule_id, monthly=cash + frees, cash=cash, frees_commitment=frees, absorbed_by=absorbed_by)

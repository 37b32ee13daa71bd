"""What the tests of bill-only rules make their things from: a bill of 60 complete days that ends yesterday."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.billed import BilledCommitment, BilledResource, BilledService
from findings.rule import Waste
from tests.findings.evidence import NOW, TODAY, line

if TYPE_CHECKING:
    from audits.evidence import DayCost
    from findings.rule import Rule

PROVIDERS = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}
DAYS = 60


def day(ago: int) -> Any:
    """So many days before the first day that is not complete: day(1) is the last complete one."""
    return TODAY - timedelta(days=ago)


def each_day(
    meter: str, quantity: float | str, *, cost: str = "1", days: int = DAYS, until: int = 1, **more: Any
) -> tuple[DayCost, ...]:
    """The same charge on each of `days` days, the last one `until` days ago."""
    given = {"usage_type": meter, "consumed_quantity": Decimal(str(quantity)), **more}
    return tuple(line(day(ago), cost, **given) for ago in range(until + days - 1, until - 1, -1))


def resource(*charges: tuple[DayCost, ...], cloud: str = "aws", known_days: int = DAYS, **more: Any) -> BilledResource:
    """A resource of a cloud with all of these charges."""
    return BilledResource(**_base(charges, cloud=cloud, known_days=known_days, **more))


def commitment(
    *charges: tuple[DayCost, ...], cloud: str = "aws", known_days: int = DAYS, **more: Any
) -> BilledCommitment:
    return BilledCommitment(**_base(charges, cloud=cloud, known_days=known_days, **more))


def service(*charges: tuple[DayCost, ...], cloud: str = "aws", known_days: int = DAYS, **more: Any) -> BilledService:
    return BilledService(**_base(charges, cloud=cloud, known_days=known_days, **more))


def verdict(rule: Rule, thing: Any, **settings: Any) -> Any:
    """What the rule says with its own settings, but for `settings`."""
    return rule.ask(thing, usage=None, settings=settings)


def waste(rule: Rule, thing: Any, **settings: Any) -> Waste:
    """What it says of a thing that it must find wasteful."""
    found = verdict(rule, thing, **settings)
    assert isinstance(found, Waste), found
    return found


def _base(charges: tuple[tuple[DayCost, ...], ...], *, cloud: str, known_days: int, **more: Any) -> dict[str, Any]:
    lines = sorted((one for some in charges for one in some), key=lambda one: one.charge_date)
    return {
        "resource_id": "arn:of:it",
        "account_id": "111122223333",
        "region": "eu-central-1",
        "observed_at": NOW.replace(hour=0),
        "provider_name": PROVIDERS[cloud],
        "service_name": "A service",
        "charges": tuple(lines),
        "first": day(known_days),
        "until": TODAY,
        **more,
    }

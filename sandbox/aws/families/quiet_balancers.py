"""Application Load Balancers with little to do, and those that work in ways that their requests do not tell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Item, all_but

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

LITTLE = "aws_elb_load_balancer_low_traffic"
RULES = (names.LB_WITHOUT_TARGETS, LITTLE)
ACCOUNT, REGION = names.SHOP, "eu-west-1"
METRICS = ("RequestCount", "HTTP_Redirect_Count", "ProcessedBytes")
MISSING_DAYS = (3, 8)


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """One way to be an Application Load Balancer. Requests, redirects and bytes are those of each day, `burst` those
    requests of one day alone; of what there is none, CloudWatch is told nothing.
    """

    count: int
    requests: int = 0
    redirects: int = 0
    gigabytes: float = 0
    burst: int = 0
    units: str = "0"
    age_days: int = 300
    has_missing_days: bool = False
    has_target: bool = True
    is_checked: bool = True
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    is_untold: bool = False
    trap: str = ""


BALANCERS: dict[str, Balancer] = {
    "quiet_silent": Balancer(count=3, wastes=(LITTLE,)),
    "quiet_hardly_used": Balancer(count=2, requests=40, gigabytes=0.001, units="0.1", wastes=(LITTLE,), is_untold=True),
    "quiet_redirects": Balancer(
        count=1, redirects=5_000, units="3", trap="no request reaches a target, but 5,000 a day are redirected"
    ),
    "quiet_open_connections": Balancer(
        count=1, requests=3, gigabytes=2, units="3", trap="3 requests a day, which stay open and move 2 GB"
    ),
    "quiet_used_once": Balancer(count=2, burst=700, trap="700 requests on one of the last 14 days, and none else"),
    "quiet_new": Balancer(count=1, age_days=6, trap="silent, but only 6 days old"),
    "quiet_days_missing": Balancer(
        count=2,
        has_missing_days=True,
        unknowns=(LITTLE,),
        trap="silent, and 2 days on which nothing at all is reported",
    ),
    "quiet_unchecked": Balancer(count=1, is_checked=False, wastes=(LITTLE,)),
    "quiet_scaled_to_nothing": Balancer(
        count=1, burst=700, has_target=False, trap="no target now, but requests reached some on one of the last 14 days"
    ),
    "quiet_redirects_alone": Balancer(
        count=1,
        redirects=5_000,
        units="3",
        has_target=False,
        trap="no target, and needs none: it redirects 5,000 a day",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    refused = (names.REFUSED_BY_ORGANIZATION[0], names.REFUSED_BY_ORGANIZATION[1])
    for known in estate.of("load_balancer"):
        # Where nobody may ask for its targets, one that is empty is not known to be so, and reports nothing.
        is_dark = (known.account, known.region) == refused and known.case == "empty_group"
        known.unknowns, known.fines = (
            ((*known.unknowns, LITTLE), known.fines) if is_dark else (known.unknowns, (*known.fines, LITTLE))
        )
    machines = [
        one for one in estate.of("instance") if (one.account, one.region, one.case) == (ACCOUNT, REGION, "busy")
    ]
    for case, balancer in BALANCERS.items():
        for number in range(balancer.count):
            target = draw.random.choice(machines).native_id
            _balancer(draw, estate, case, balancer, name=f"{case.replace('_', '-')}-{number + 1}", target=target)


def _balancer(draw: Draw, estate: Estate, case: str, balancer: Balancer, *, name: str, target: str) -> None:
    created, path = draw.ago(balancer.age_days + 0.1), f"app/{name}/{draw.hex(16)}"
    first, last = charges.span(created, draw.as_of)
    arn = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/{path}"
    units = Decimal(balancer.units)
    item = Item(
        kind="load_balancer",
        account=ACCOUNT,
        region=REGION,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=created,
        name=name,
        tags=tags(draw, name),
        facts={
            "type": "application",
            "path": path,
            "groups": [{"id": draw.hex(16), "targets": [target] if balancer.has_target else []}],
            "is_healthy": True,
            "is_checked": balancer.is_checked,
        },
        wastes=balancer.wastes,
        fines=all_but(RULES, balancer.wastes, balancer.unknowns),
        unknowns=balancer.unknowns,
        saves={LITTLE: None} if balancer.is_untold else {},
        trap=balancer.trap,
        charges=charges.load_balancer(kind="application", region=REGION, units=units, first=first, last=last),
    )
    estate.items.append(item)
    missing, day = MISSING_DAYS if balancer.has_missing_days else (), draw.days(3, 12)
    amounts = (balancer.burst or balancer.requests, balancer.redirects, balancer.gigabytes * 1e9)
    for metric, amount in zip(METRICS, amounts, strict=True):
        if amount:
            known = usage.without(
                usage.flat(float(amount)), lambda ago: ago > balancer.age_days or (bool(balancer.burst) and ago != day)
            )
            put(estate, item, ("AWS/ApplicationELB", metric, "LoadBalancer", path), known)
    used = usage.without(usage.flat(float(units)), lambda ago: ago in missing or ago > balancer.age_days)
    put(estate, item, ("AWS/ApplicationELB", "ConsumedLCUs", "LoadBalancer", path), used)

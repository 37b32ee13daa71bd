"""Elastic IPs, NAT gateways with their route tables, load balancers with their targets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import place, put, tags
from sandbox.aws.model import Item, all_but

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

KEEP_ALIVE_BYTES = 8 * 1024
NAT_CASES = {
    "busy": 6,
    "idle": 4,
    "idle_keep_alive": 2,
    "idle_until_lately": 1,
    "new": 1,
    "days_missing": 1,
    "no_metrics": 1,
    "trickle": 3,
    "trickle_and_a_burst": 2,
}
NAT_TRAPS = {
    "idle_keep_alive": "8 KB a day of keep-alives are no use",
    "idle_until_lately": "2.5 MB on one of the last 30 days, and nothing on the last 14",
    "new": "quiet, but only 9 days old",
    "days_missing": "looks idle, but 2 of the last 30 days are missing",
    "no_metrics": "there, without a single data point",
    "trickle_and_a_burst": "little traffic, but 1.5 GB on one of the last 14 days",
}
# case: how many, kind, target groups, targets in each, healthy, wastes
BALANCERS: dict[str, tuple[int, str, int, int, bool, bool]] = {
    "busy_application": (8, "application", 1, 2, True, False),
    "busy_network": (4, "network", 1, 1, True, False),
    "two_groups_one_empty": (2, "application", 2, 1, True, False),
    "all_unhealthy": (2, "application", 1, 2, False, False),
    "no_group": (3, "application", 0, 0, True, True),
    "empty_group": (3, "application", 1, 0, True, True),
    "empty_network": (2, "network", 1, 0, True, True),
    "empty_gateway": (1, "gateway", 1, 0, True, True),
}
BALANCER_TRAPS = {
    "two_groups_one_empty": "one target group is empty, the other is not",
    "all_unhealthy": "its targets are unhealthy, but registered",
}
PATHS = {"application": "app", "network": "net", "gateway": "gwy"}


def add(draw: Draw, estate: Estate) -> None:
    for case, count in NAT_CASES.items():
        for number in range(count):
            _nat_gateway(draw, estate, case, number)
    running = [i for i in estate.of("instance") if i.case == "busy"]
    stopped = [i for i in estate.of("instance") if i.facts["state"] == "stopped"]
    for holder in [*draw.random.sample(running, 8), *draw.random.sample(stopped, 2)]:
        trap = "" if holder in running else "associated, though its machine is stopped"
        address_item(draw, estate, case="held", account=holder.account, region=holder.region, holder=holder, trap=trap)
    for _ in range(9):
        account, region = place(draw)
        address_item(draw, estate, case="unassociated", account=account, region=region)
    for case, row in BALANCERS.items():
        for number in range(row[0]):
            _load_balancer(draw, estate, case, f"{case.replace('_', '-')}-{number + 1}", place(draw))
    refused = (names.REFUSED_BY_ORGANIZATION[0], names.REFUSED_BY_ORGANIZATION[1])
    for case in ("busy_application", "empty_group"):
        _load_balancer(draw, estate, case, f"sydney-{case.replace('_', '-')}", refused)


def target_group_name(balancer: str, at: int) -> str:
    return f"{balancer}-{at + 1}"[:32]


def address_item(
    draw: Draw, estate: Estate, *, case: str, account: str, region: str, holder: Item | None = None, trap: str = ""
) -> Item:
    allocation_id = draw.id("eipalloc")
    created = draw.ago(draw.days(60, 500) + 0.2)
    first, last = charges.span(created, draw.as_of)
    number = len(estate.of("address"))
    public_ip = f"198.51.{100 + number // 250}.{1 + number % 250}"
    address = Item(
        kind="address",
        account=account,
        region=region,
        native_id=allocation_id,
        bill_id=f"arn:aws:ec2:{region}:{account}:elastic-ip/{allocation_id}",
        case=case,
        created_at=created,
        name=f"{case}-ip",
        tags=tags(draw, f"{case}-ip"),
        facts={"public_ip": public_ip, "holder_id": holder.native_id if holder else None},
        wastes=() if holder else (names.ADDRESS_UNASSOCIATED,),
        fines=(names.ADDRESS_UNASSOCIATED,) if holder else (),
        trap=trap,
        charges=[charges.address_hours(region=region, is_idle=holder is None, first=first, last=last)],
    )
    estate.items.append(address)
    return address


def _nat_gateway(draw: Draw, estate: Estate, case: str, number: int) -> None:
    account, region = place(draw)
    gateway_id, label = draw.id("nat"), f"nat-{case.replace('_', '-')}-{number + 1}"
    created = draw.ago(9.4 if case == "new" else draw.days(70, 400) + 0.4)
    first, last = charges.span(created, draw.as_of)
    wastes = {"idle": (names.NAT_IDLE,), "idle_keep_alive": (names.NAT_IDLE,), "trickle": (names.NAT_LOW,)}.get(
        case, ()
    )
    unknowns = names.NAT_RULES if case in {"days_missing", "no_metrics"} else ()
    gib = {
        "busy": Decimal(draw.days(200, 900)) / 100,
        "trickle": Decimal("0.02"),
        "trickle_and_a_burst": Decimal("0.1"),
    }
    gateway = Item(
        kind="nat_gateway",
        account=account,
        region=region,
        native_id=gateway_id,
        bill_id=f"arn:aws:ec2:{region}:{account}:natgateway/{gateway_id}",
        case=case,
        created_at=created,
        name=label,
        tags=tags(draw, label),
        facts={"route_tables": 0 if case == "idle" and number % 2 else 1},
        wastes=wastes,
        fines=all_but(names.NAT_RULES, wastes, unknowns),
        unknowns=unknowns,
        saves={names.NAT_LOW: None},
        trap=NAT_TRAPS.get(case, ""),
        charges=charges.nat_gateway(
            region=region, gib_per_day=gib.get(case, Decimal("0.00002")), first=first, last=last
        ),
    )
    estate.items.append(gateway)
    address = address_item(draw, estate, case="of_nat", account=account, region=region, holder=gateway)
    gateway.facts["allocation_id"] = address.native_id
    if case != "no_metrics":
        _measure_nat(draw, estate, gateway)


def _measure_nat(draw: Draw, estate: Estate, gateway: Item) -> None:
    age = (draw.as_of - gateway.created_at).days
    missing = set(draw.random.sample(range(2, 14), 2)) if gateway.case == "days_missing" else set()
    traffic = ("BytesOutToDestination", "BytesInFromDestination", "BytesOutToSource", "BytesInFromSource")
    for metric in (*traffic, "ActiveConnectionCount"):
        if gateway.case == "busy":
            scale = 1_000_000 if metric in traffic else 1
            values = usage.counter(draw.random, low=200 * scale, high=9_000 * scale)
        elif gateway.case.startswith("trickle"):
            scale = 1_000_000 if metric in traffic else 1
            values = usage.counter(draw.random, low=2 * scale, high=20 * scale)
        elif gateway.case == "idle_keep_alive":
            values = usage.flat(float(KEEP_ALIVE_BYTES) if metric in traffic else 1.0)
        else:
            values = usage.flat(0.0)
        if gateway.case == "idle_until_lately" and metric in traffic:
            values = usage.raised(values, days_ago=[draw.days(16, 25)], to=2_500_000.0, statistics=("Sum",))
        if gateway.case == "trickle_and_a_burst" and metric == "BytesInFromDestination":
            values = usage.raised(values, days_ago=[draw.days(2, 13)], to=1.5e9, statistics=("Sum",))
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, gateway, ("AWS/NATGateway", metric, "NatGatewayId", gateway.native_id), known)


def _load_balancer(draw: Draw, estate: Estate, case: str, name: str, where: tuple[str, str]) -> None:
    _, kind, group_count, target_count, is_healthy, is_waste = BALANCERS[case]
    account, region = where
    is_refused = where == (names.REFUSED_BY_ORGANIZATION[0], names.REFUSED_BY_ORGANIZATION[1]) and group_count > 0
    created = draw.ago(draw.days(60, 500) + 0.1)
    first, last = charges.span(created, draw.as_of)
    path = f"{PATHS[kind]}/{name}/{draw.hex(16)}"
    arn = f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{path}"
    units = Decimal(0) if is_waste else Decimal(draw.days(20, 400)) / 10
    machines = [i for i in estate.of("instance") if (i.account, i.region, i.case) == (account, region, "busy")]
    targets = [draw.random.choice(machines).native_id for _ in range(target_count)] if machines else []
    if target_count and not targets:
        targets = [draw.id("i") for _ in range(target_count)]
    estate.items.append(
        Item(
            kind="load_balancer",
            account=account,
            region=region,
            native_id=arn,
            bill_id=arn,
            case=case,
            created_at=created,
            name=name,
            tags=tags(draw, name),
            facts={
                "type": kind,
                "path": path,
                "groups": [
                    {"id": draw.hex(16), "targets": list(dict.fromkeys(targets)) if at == 0 else []}
                    for at in range(group_count)
                ],
                "is_healthy": is_healthy,
            },
            wastes=(names.LB_WITHOUT_TARGETS,) if is_waste and not is_refused else (),
            fines=() if is_waste or is_refused else (names.LB_WITHOUT_TARGETS,),
            unknowns=(names.LB_WITHOUT_TARGETS,) if is_refused else (),
            trap="its region refuses elasticloadbalancing:DescribeTargetHealth"
            if is_refused
            else BALANCER_TRAPS.get(case, ""),
            charges=charges.load_balancer(kind=kind, region=region, units=units, first=first, last=last),
        )
    )
    if kind == "application" and not is_waste:
        requests = usage.counter(draw.random, low=900, high=80_000)
        put(estate, estate.items[-1], ("AWS/ApplicationELB", "RequestCount", "LoadBalancer", path), requests)
        for at, group in enumerate(estate.items[-1].facts["groups"]):
            # As `fill_other` names it, which is what the dimension carries.
            group_path = f"targetgroup/{target_group_name(name, at)}/{group['id']}"
            dimensions = ("LoadBalancer", path, "TargetGroup", group_path)
            part = requests if group["targets"] else usage.flat(0.0)
            put(estate, estate.items[-1], ("AWS/ApplicationELB", "RequestCount", *dimensions), part)

"""Data warehouses: used, forgotten, with twice the nodes they need, used by day alone, paused, shared, too new."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, hours, usage
from sandbox.aws.compute import OFF_HOURS, put, put_hours, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.names import LAB, REGION_CODES, SHOP
from sandbox.aws.shaped import Answered, Asked

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

IDLE, OVERSIZED = "aws_redshift_cluster_idle", "aws_redshift_cluster_oversized"
PAUSE = "aws_redshift_cluster_without_pause"
RULES = (IDLE, OVERSIZED, PAUSE)
CELLS = ((SHOP, "us-east-1"), (LAB, "eu-west-1"))
REDSHIFT = "Amazon Redshift"
SERVICES = {REDSHIFT: ("Analytics", "Data Warehouses", "AmazonRedshift")}
RESOURCE_TYPES = {"warehouse": "Redshift Cluster"}
NODE_HOUR = {"ra3.xlplus": Decimal("1.086"), "dc2.large": Decimal("0.25"), "ra3.4xlarge": Decimal("3.26")}
STORED_GIB_MONTH, STORED_GIB = Decimal("0.024"), 800
MISSING_DAYS = (5, 11)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a cluster. `cpu` is its average, low and high, and its peak; `by_day`: used in working hours."""

    count: int = 1
    kind: str = "ra3.xlplus"
    nodes: int = 2
    connections: int = 20
    cpu: tuple[float, float, float] = (20, 45, 92)
    disk: float = 30
    by_day: bool = False
    lately: int | None = None
    state: str = "available"
    age_days: int | None = None
    is_multi_az: bool = False
    is_shared: bool = False
    helpers: float = 0
    schedules: tuple[str, ...] = ()
    has_missing_days: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


QUIET = (4, 9, 30)
CLUSTERS = {
    "unvisited": Case(count=3, connections=0, cpu=(1, 2, 8), wastes=(IDLE,)),
    "busy": Case(count=2, nodes=4),
    "visited_lately": Case(connections=0, lately=12, trap="nobody connected but on one of the last 14 days"),
    "lender": Case(connections=0, is_shared=True, trap="nobody connects, but other clusters read its data"),
    "resting": Case(connections=0, state="paused", trap="paused: its storage alone is charged"),
    "raw": Case(connections=0, age_days=5, trap="nobody connected yet: five days old"),
    "doubled": Case(count=3, nodes=4, cpu=QUIET, wastes=(OVERSIZED,)),
    "doubled_disk": Case(nodes=4, cpu=QUIET, disk=62, trap="little CPU, but its disks are more than half full"),
    "doubled_once": Case(nodes=4, cpu=(4, 9, 60), trap="little CPU but for its peaks"),
    "doubled_helped": Case(nodes=4, cpu=QUIET, helpers=1, trap="little CPU, but others help it at its peaks"),
    "doubled_twice": Case(
        nodes=4, cpu=QUIET, is_multi_az=True, trap="little CPU, but each of two zones has to carry all of it"
    ),
    "tripled": Case(nodes=3, kind="dc2.large", cpu=QUIET, trap="little CPU, but no half of three nodes"),
    "nine_to_five": Case(count=3, by_day=True, wastes=(PAUSE,)),
    "nine_to_five_scheduled": Case(
        by_day=True, schedules=("PauseCluster", "ResumeCluster"), trap="used by day alone, but a schedule pauses it"
    ),
    "nine_to_five_lender": Case(by_day=True, is_shared=True, trap="used by day alone, but others read its data"),
    "nine_to_five_twice": Case(by_day=True, is_multi_az=True, trap="used by day alone, but it stands in two zones"),
    "unvisited_gaps": Case(
        count=2,
        nodes=4,
        connections=0,
        cpu=(1, 2, 8),
        has_missing_days=True,
        unknowns=RULES,
        trap="nobody seems to connect, but 2 of the last 14 days are missing",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in CLUSTERS.items():
        for number in range(case.count):
            _cluster(draw, estate, name, case, number)


def _cluster(draw: Draw, estate: Estate, name: str, case: Case, number: int) -> None:
    account, region = CELLS[number % len(CELLS)]
    label = f"{name.replace('_', '-')}-{number + 1}"
    age = case.age_days or draw.days(60, 600)
    created = draw.ago(age + 0.3)
    arn = f"arn:aws:redshift:{region}:{account}:cluster:{label}"
    digest = draw.hex(32)
    namespace = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
    own = tags(draw, label)
    item = Item(
        kind="warehouse",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=label,
        tags=own,
        facts={"is_shared": case.is_shared, "schedules": case.schedules},
        shape={
            "ClusterIdentifier": label,
            "NodeType": case.kind,
            "ClusterStatus": case.state,
            "MasterUsername": "northwind",
            "DBName": "dev",
            "ClusterCreateTime": created,
            "NumberOfNodes": case.nodes,
            "MultiAZ": "Enabled" if case.is_multi_az else "Disabled",
            "ClusterNamespaceArn": f"arn:aws:redshift:{region}:{account}:namespace:{namespace}",
            "Tags": [{"Key": key, "Value": value} for key, value in own.items()],
        },
        wastes=case.wastes,
        fines=all_but(RULES, case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves={OVERSIZED: Decimal("0.5"), PAUSE: Decimal(OFF_HOURS) / 168},
        parts={OVERSIZED: f"Node:{case.kind}", PAUSE: f"Node:{case.kind}"},
        trap=case.trap,
    )
    item.charges = _charges(draw, item, case)
    estate.items.append(item)
    _measure(draw, estate, item, case, age=age)


def _charges(draw: Draw, item: Item, case: Case) -> list[Charge]:
    """Its nodes while it runs, and its storage in any case."""
    first, last = charges.span(item.created_at, draw.as_of)
    code, times = REGION_CODES[item.region], 2 if case.is_multi_az else 1
    price = NODE_HOUR[case.kind]
    node_hours = Charge(
        service=REDSHIFT,
        meter=f"{code}Node:{case.kind}",
        operation="RunComputeNode:0001",
        description=f"${price} per Redshift {case.kind} Compute Node-hour (or partial hour)",
        unit="Hrs",
        price=price,
        per_day=charges.HOURS * case.nodes * times,
        first=first,
        last=last,
    )
    stored = Charge(
        service=REDSHIFT,
        meter=f"{code}RMS:ra3",
        operation="RMS:0000",
        description=f"${STORED_GIB_MONTH} per GB-Mo of Redshift managed storage",
        unit="GB-Mo",
        price=STORED_GIB_MONTH,
        held=Decimal(STORED_GIB),
        first=first,
        last=last,
    )
    return [stored] if case.state == "paused" else [node_hours, stored]


def _measure(draw: Draw, estate: Estate, item: Item, case: Case, *, age: int) -> None:
    if case.state == "paused":
        return
    low, high, peak = case.cpu
    missing = MISSING_DAYS if case.has_missing_days else ()
    own = ("ClusterIdentifier", item.name)
    connections = usage.flat(0.0)
    if case.connections:
        connections = usage.gauge(draw.random, low=2, high=case.connections, peak=case.connections * 2)
    if case.lately:
        connections = usage.raised(connections, days_ago=[case.lately], to=3.0, statistics=("Maximum",))
    series = {
        "DatabaseConnections": connections,
        "CPUUtilization": usage.gauge(draw.random, low=low, high=high, peak=peak),
        "PercentageDiskSpaceUsed": usage.gauge(draw.random, low=case.disk - 2, high=case.disk - 1, peak=case.disk),
        "ConcurrencyScalingActiveClusters": usage.flat(case.helpers),
    }
    for metric, values in series.items():
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, ("AWS/Redshift", metric, *own), known)
    if case.by_day:
        work = hours.at_work(draw.random, draw.as_of, low=10, high=30)
        by_hour = {name: [0.0 if (one or 0) < 2 else one for one in of_hours] for name, of_hours in work.items()}  # noqa: PLR2004 - nobody at night
        put_hours(estate, item, ("AWS/Redshift", "DatabaseConnections", *own), by_hour)


def _clusters(asked: Asked) -> dict[str, Any]:
    return {"Clusters": [item.shape for item in asked.of("warehouse")]}


def _schedules(asked: Asked) -> dict[str, Any]:
    """Those that are on, and one that is off."""
    found = [
        {
            "ScheduledActionName": f"{item.name}-{what.lower()}",
            "TargetAction": {what: {"ClusterIdentifier": item.name}},
            "Schedule": "cron(0 18 ? * MON-FRI *)",
            "State": state,
        }
        for item in asked.of("warehouse")
        for what, state in (
            *((one, "ACTIVE") for one in item.facts["schedules"]),
            *((("PauseCluster", "DISABLED"),) if item.case == "nine_to_five" else ()),
        )
    ]
    return {"ScheduledActions": found}


def _shares(asked: Asked) -> dict[str, Any]:
    """One for each that lends, and one that nobody has yet."""
    rows = []
    for item in asked.of("warehouse"):
        producer = item.shape["ClusterNamespaceArn"]
        if item.facts["is_shared"] or item.case == "unvisited":
            reader = {"ConsumerIdentifier": asked.account, "Status": "ACTIVE", "ConsumerRegion": asked.region}
            rows.append(
                {
                    "DataShareArn": f"{producer.replace(':namespace:', ':datashare:')}/sales",
                    "ProducerArn": producer,
                    "AllowPubliclyAccessibleConsumers": False,
                    "DataShareAssociations": [reader] if item.facts["is_shared"] else [],
                }
            )
    return {"DataShares": rows}


ANSWERS = (
    Answered(service="redshift", operation="DescribeClusters", make=_clusters),
    Answered(service="redshift", operation="DescribeScheduledActions", make=_schedules),
    Answered(service="redshift", operation="DescribeDataShares", make=_shares),
)

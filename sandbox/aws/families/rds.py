"""Databases past their standard support or with more kept of them than anybody needs, and snapshots taken by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

SUPPORT = "aws_rds_database_extended_support"
INSIGHTS = "aws_rds_insights_retention_long"
RETENTION = "aws_rds_backup_retention_excess"
GRAVITON = "aws_rds_database_graviton"
OLD, ORPHANED = "aws_rds_snapshot_old", "aws_rds_snapshot_orphaned"
OF_DATABASES = (SUPPORT, INSIGHTS, RETENTION)
OF_SNAPSHOTS = (OLD, ORPHANED)

CELL = (names.SHOP, "us-east-1")
# Where an organisation refuses to tell with whom snapshots are shared.
REFUSED_CELL = (names.LAB, "ap-southeast-2")
REFUSED = ((*REFUSED_CELL, "rds:DescribeDBSnapshotAttributes"),)
DISABLED = "open-source-rds-extended-support-disabled"
VCPU_HOUR = {"us-east-1": Decimal("0.10"), "eu-west-1": Decimal("0.112"), "ap-southeast-2": Decimal("0.12")}
VCPUS = 2
WITH_TWIN = frozenset({"db.m5.large", "db.r5.large", "db.t3.medium"})
UNHEARD_OF = "db.m99.large"  # as AWS may bring it tomorrow


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One way to be a database, and how many of them there are; `member_of` is a cluster. `told` is said of it beside
    what is said of all, and what is None in it is not said.
    """

    count: int
    engine: str = "postgres"
    version: str = "16.4"
    meter: str = ""
    environment: str = "prod"
    member_of: str = ""
    kind: str = "db.m6g.large"
    told: dict[str, Any]
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


def _insights(days: int, mode: str | None = "standard") -> dict[str, Any]:
    return {
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": days,
        "DatabaseInsightsMode": mode,
    }


DATABASES = {
    "extended_mysql": Kept(
        count=3, engine="mysql", version="8.0.40", meter="Yr1-Yr2:MySQL8.0", told={}, wastes=(SUPPORT,)
    ),
    "extended_postgres": Kept(count=1, version="13.14", meter="Yr1-Yr2:PostgreSQL13", told={}, wastes=(SUPPORT,)),
    "extended_aurora": Kept(
        count=2,
        engine="aurora-mysql",
        version="5.7.mysql_aurora.2.12.5",
        meter="Yr1-Yr2:AuroraMySQL2",
        member_of="orders",
        told={"EngineLifecycleSupport": None},
        wastes=(SUPPORT,),
    ),
    "supported_aurora": Kept(
        count=2, engine="aurora-mysql", version="8.0.mysql_aurora.3.08.0", member_of="stock-{}", told={}
    ),
    "extended_turned_off": Kept(
        count=1,
        engine="mysql",
        version="8.0.40",
        told={"EngineLifecycleSupport": DISABLED},
        trap="past its standard support, but it chose to be upgraded by AWS instead of paying",
    ),
    "support_not_told": Kept(
        count=2, engine="mysql", version="9.5.0", told={}, unknowns=(SUPPORT,), trap="a version without any dates"
    ),
    "may_run_on_arm": Kept(count=3, kind="db.m5.large", told={}),
    "too_old_for_arm": Kept(
        count=2, engine="mysql", version="5.7.44", kind="db.m5.large", meter="Yr1-Yr2:MySQL5.7", told={},
        wastes=(SUPPORT,), trap="a class with an ARM twin, which its version does not run on",
    ),
    "class_unheard_of": Kept(
        count=2,
        kind=UNHEARD_OF,
        told={},
        unknowns=(names.DATABASE_PREVIOUS, "aws_rds_database_oversized"),
        trap="a class that is younger than the table of types",
    ),
    "insights_long": Kept(count=3, told=_insights(731), wastes=(INSIGHTS,)),
    "insights_free": Kept(count=1, told=_insights(7)),
    "insights_advanced": Kept(
        count=2, told=_insights(465, "advanced"), trap="465 days, which the advanced mode asks for and does not charge"
    ),
    "insights_mode_not_told": Kept(
        count=2, told=_insights(465, None), unknowns=(INSIGHTS,), trap="465 days, and nobody says in which mode"
    ),
    "backups_long_dev": Kept(
        count=3, environment="dev", told={"BackupRetentionPeriod": 30}, wastes=(RETENTION,)
    ),
    "backups_long_prod": Kept(count=2, told={"BackupRetentionPeriod": 30}, trap="30 days of backups, in production"),
    "backups_long_by_plan": Kept(
        count=1,
        environment="dev",
        told={
            "BackupRetentionPeriod": 30,
            "AwsBackupRecoveryPointArn": "arn:aws:backup:us-east-1:222233334444:recovery-point:continuous:db-1",
        },
        trap="30 days of backups for development, but by a plan of AWS Backup",
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One way to be a snapshot. `of` is the case of the database it was taken of, or a cluster; `shared` with whom."""

    count: int
    of: str = "insights_free"
    age_days: int = 200
    is_of_cluster: bool = False
    where: tuple[str, str] = CELL
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""
    prefix: str = ""
    source: str = ""
    shared: tuple[str, ...] = ()
    exported_days: int | None = None
    told: dict[str, Any] | None = None
    keep: bool = False


GONE = "gone"
SNAPSHOTS = {
    "old": Taken(count=3, wastes=(OLD,)),
    "old_of_cluster": Taken(count=2, of="orders", is_of_cluster=True, wastes=(OLD,)),
    "old_renamed": Taken(count=1, source="as-it-was-called", wastes=(OLD,), trap="its database has another name today"),
    "old_taken_over": Taken(
        count=1, source="insights-free-rds-1", of=GONE, wastes=(OLD,), trap="its database was replaced under its name"
    ),
    "old_exported_once": Taken(count=1, exported_days=150, wastes=(OLD,)),
    "old_only_backup": Taken(
        count=2, of="no_backups", trap="old, but its database has no other backups than those taken by hand"
    ),
    "old_shared": Taken(count=1, shared=("666677778888",), trap="old, but another account may restore it"),
    "old_exported": Taken(count=2, exported_days=20, trap="old, but exported three weeks ago"),
    "old_by_backup": Taken(count=1, prefix="awsbackup:job-", trap="old, but kept by AWS Backup"),
    "young": Taken(count=2, age_days=60, trap="60 days old only"),
    "orphan": Taken(count=3, of=GONE, wastes=(ORPHANED,)),
    "orphan_of_cluster": Taken(count=1, of=GONE, is_of_cluster=True, wastes=(ORPHANED,)),
    "orphan_of_cluster_copied": Taken(
        count=1,
        of=GONE,
        is_of_cluster=True,
        told={"SourceDBClusterSnapshotArn": "arn:aws:rds:eu-west-1:222233334444:cluster-snapshot:stock"},
        trap="its cluster is not here, because it was copied from another region",
    ),
    "orphan_copied": Taken(
        count=1, of=GONE, told={"SourceRegion": "eu-west-1"}, trap="its database is not here: copied from Ireland"
    ),
    "orphan_public": Taken(count=1, of=GONE, shared=("all",), trap="its database is gone, but anybody may restore it"),
    "orphan_kept": Taken(count=1, of=GONE, keep=True, trap="its database is gone, but a tag asks to keep it"),
    "orphan_young": Taken(count=1, of=GONE, age_days=45, trap="its database is gone, since six weeks at most"),
    "old_sharing_refused": Taken(
        count=2, of="stays", where=REFUSED_CELL, unknowns=(OLD,), trap="nobody may ask with whom it is shared"
    ),
    "orphan_sharing_refused": Taken(
        count=2, of=GONE, where=REFUSED_CELL, unknowns=(ORPHANED,), trap="nobody may ask with whom it is shared"
    ),
}  # fmt: skip
# Of these, snapshots are taken.
SOURCES = {
    "no_backups": (CELL, Kept(count=1, told={"BackupRetentionPeriod": 0})),
    "stays": (REFUSED_CELL, Kept(count=1, told={})),
}


def add(draw: Draw, estate: Estate) -> None:
    for item in estate.of("database"):
        item.fines += OF_DATABASES
        _may_run_on_arm(item)
    for case, kept in DATABASES.items():
        for number in range(kept.count):
            _database(draw, estate, f"{case}-{number + 1}", kept, CELL)
    for case, (where, kept) in SOURCES.items():
        _database(draw, estate, f"{case}-1", kept, where)
    for case, taken in SNAPSHOTS.items():
        for number in range(taken.count):
            _snapshot(draw, estate, case, taken, number)


def _may_run_on_arm(item: Item) -> None:
    """Of the classes in the estate these have an ARM twin, and of one nobody knows what it has."""
    is_old = item.facts.get("version", "").startswith("5.7.")
    may_move = item.facts["state"] == "available" and not item.facts.get("cluster") and not is_old
    item.saves = {**item.saves, GRAVITON: None}
    if may_move and item.facts["class"] in WITH_TWIN:
        item.wastes += (GRAVITON,)
    elif may_move and item.facts["class"] == UNHEARD_OF:
        item.unknowns += (GRAVITON,)
    else:
        item.fines += (GRAVITON,)


def _database(draw: Draw, estate: Estate, called: str, kept: Kept, where: tuple[str, str]) -> None:
    account, region = where
    created = draw.ago(draw.days(300, 600) + 0.3)
    case, _, number = called.partition("-")
    label = f"{case.replace('_', '-')}-rds-{number}"
    arn = f"arn:aws:rds:{region}:{account}:db:{label}"
    first, last = charges.span(created, draw.as_of)
    kind = "db.r6g.large" if kept.member_of else kept.kind
    priced = "db.m6g.large" if kind == UNHEARD_OF else kind
    meters: list[Charge] = charges.database(kind=priced, region=region, gib=100, first=first, last=last)
    meters = [replace(one, meter=one.meter.replace(priced, kind)) for one in meters]
    if kept.member_of:
        meters = meters[:1]  # the cluster holds the storage
    if kept.meter:
        meters.append(_extended(kept.meter, region, meters[0]))
    item = Item(
        kind="database",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=created,
        name=label,
        tags=tags(draw, label) | {"env": kept.environment},
        facts={
            "class": kind,
            "size": 1 if kept.member_of else 100,
            "state": "available",
            "source": None,
            "is_multi_az": False,
            "resource_id": f"db-{draw.hex(26).upper()}",
            "engine": kept.engine,
            "version": kept.version,
            "cluster": kept.member_of.format(number) or None,
        },
        shape=kept.told,
        wastes=kept.wastes,
        fines=all_but((*names.DATABASE_RULES, names.DATABASE_PREVIOUS, *OF_DATABASES), kept.wastes, kept.unknowns),
        unknowns=kept.unknowns,
        saves=dict.fromkeys((INSIGHTS, RETENTION)),
        parts={SUPPORT: "ExtendedSupport"},
        trap=kept.trap,
        charges=meters,
    )
    _may_run_on_arm(item)
    estate.items.append(item)
    series = {
        "DatabaseConnections": usage.gauge(draw.random, low=3, high=40, peak=90),
        "CPUUtilization": usage.gauge(draw.random, low=8, high=40, peak=85),
        "ReadIOPS": usage.flat(35.0),
        "WriteIOPS": usage.flat(12.0),
    }
    for metric, values in series.items():
        put(estate, item, ("AWS/RDS", metric, "DBInstanceIdentifier", label), values)


def _extended(meter: str, region: str, hours: Charge) -> Charge:
    price = VCPU_HOUR[region]
    return Charge(
        service=charges.RDS,
        meter=f"{names.REGION_CODES[region]}ExtendedSupport:{meter}",
        operation=hours.operation,
        description=f"${price} per hour per vCPU running RDS Extended Support in Year 1, Year 2",
        unit="vCPU-hour",
        price=price,
        per_day=Decimal(24 * VCPUS),
        first=hours.first,
        last=hours.last,
    )


def _snapshot(draw: Draw, estate: Estate, case: str, taken: Taken, number: int) -> None:
    account, region = taken.where
    source = next((one for one in estate.of("database") if (one.case, one.account) == (taken.of, account)), None)
    label = f"{taken.prefix}{case.replace('_', '-')}-{number + 1}"
    word = "cluster-snapshot" if taken.is_of_cluster else "snapshot"
    arn = f"arn:aws:rds:{region}:{account}:{word}:{label}"
    called = taken.source or (source.name if source else taken.of if taken.is_of_cluster else f"left-{draw.hex(6)}")
    key = f"{'cluster' if taken.is_of_cluster else 'db'}-{draw.hex(26).upper()}"
    estate.items.append(
        Item(
            kind="database_snapshot",
            account=account,
            region=region,
            native_id=arn,
            bill_id=arn,
            case=case,
            created_at=draw.ago(taken.age_days + 0.2),
            name=label,
            tags={"team": "data"} | ({"keep": "true"} if taken.keep else {}),
            facts={
                "is_of_cluster": taken.is_of_cluster,
                "source": called,
                "source_key": source.facts["resource_id"] if source else key,
                "shared": taken.shared,
                "exported_days": taken.exported_days,
            },
            shape=taken.told or {},
            wastes=taken.wastes,
            fines=all_but(OF_SNAPSHOTS, taken.wastes, taken.unknowns),
            unknowns=taken.unknowns,
            trap=taken.trap,
        )
    )

"""A running MySQL, MariaDB or PostgreSQL database costs less on AWS' own ARM processor, and its engine runs there."""

from __future__ import annotations

from connections.resources import Database
from findings.aws_counterparts import database_graviton
from findings.aws_types import facts
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste

ENGINES = frozenset({"mysql", "mariadb", "postgres"})
# Versions that RDS does not run on ARM: an upgrade comes first.
TOO_OLD = {"mysql": frozenset({"5.5", "5.6", "5.7"}), "postgres": frozenset({"9.5", "9.6", "10", "11"})}
FAMILIES = ("db.m", "db.r", "db.t")


def judge(database: Database) -> Verdict:
    kind = database.instance_class
    if database.state != "available" or database.engine not in ENGINES or not kind.startswith(FAMILIES):
        return Fine()
    if database.cluster_id:
        return Fine("Part of a cluster, whose members change their class one after another, by a plan of their own.")
    if database.major_version in TOO_OLD.get(database.engine, ()):
        return Fine(f"{database.engine} {database.major_version} does not run on ARM: an upgrade comes first.")
    to = database_graviton(kind)
    now, then = facts(kind), facts(to)
    if now is None:
        return Unknown(f"what a database of class {kind!r} has: the table of types does not tell")
    if then is None:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"{kind} ({database.engine} {database.engine_version}) has {now.vcpus} vCPU and "
        f"{now.memory_mib / 1024:g} GiB; {to} has {then.vcpus} and {then.memory_mib / 1024:g} at a lower price.",
    )


rule = Rule(
    id="aws_rds_database_graviton",
    title="RDS database that may run on Graviton",
    looks_at=Database,
    settings={},
    action="Change the class to the one named in its next maintenance window, if region and version offer it.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html",
    judge=judge,
    action_type="MigrateToGraviton",
    stage="PRICE",
    restart_needed=True,
    rollback_possible=True,
    rollback="Change the class back; the database restarts once more.",
    hint="aws rds describe-orderable-db-instance-options --region {region} --engine {engine} "
    "--engine-version {engine_version} --query 'OrderableDBInstanceOptions[].DBInstanceClass'",
)

"""A running RDS database of an earlier class, where the next generation has as much of everything for less."""

from __future__ import annotations

from connections.resources import Database
from findings.aws_counterparts import database_follower
from findings.aws_types import facts
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste


def judge(database: Database) -> Verdict:
    kind = database.instance_class
    if database.state != "available" or kind == "db.serverless":
        return Fine()
    now = facts(kind)
    if now is None:
        return Unknown(f"what a database of class {kind!r} has: the table of types does not tell")
    to = database_follower(kind)
    then = facts(to)
    if then is None:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"{kind} ({database.engine}) has {now.vcpus} vCPU and {now.memory_mib / 1024:g} GiB; {to} of the next "
        f"generation has {then.vcpus} and {then.memory_mib / 1024:g} at a lower list price.",
    )


rule = Rule(
    id="aws_rds_database_previous_generation",
    title="RDS database of a previous generation",
    looks_at=Database,
    settings={},
    action="Change the class to the one named in the next maintenance window, if the engine's version has it.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    restart_needed=True,
    rollback_possible=True,
    rollback="Change the class back, as long as AWS still offers it.",
    hint="aws rds describe-orderable-db-instance-options --region {region} --engine {engine}",
)

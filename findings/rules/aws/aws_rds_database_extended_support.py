"""A database whose engine is past its standard support is charged extra for every processor and hour."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Database
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste

# What the bill calls the engine: ExtendedSupport:Yr1-Yr2:MySQL8.0. Aurora MySQL counts by its own number.
BILLED = {
    "mysql": "MySQL",
    "postgres": "PostgreSQL",
    "aurora-mysql": "AuroraMySQL",
    "aurora-postgresql": "AuroraPostgreSQL",
}
YEARS = ("Yr1-Yr2", "Yr3")
DISABLED = "open-source-rds-extended-support-disabled"


def judge(database: Database) -> Verdict:
    if database.engine not in BILLED or database.state in {"creating", "deleting"}:
        return Fine()
    ends_at = database.standard_support_ends_at
    if ends_at is None:
        return Unknown(f"until when {database.engine} {database.major_version} has standard support")
    if database.observed_at.date() <= ends_at.date():
        return Fine(f"In standard support until {ends_at:%Y-%m-%d}.")
    if database.extended_support == DISABLED:
        return Fine("Extended support was turned off: AWS upgrades it by itself and charges nothing extra.")
    return Waste(
        saves=_share(database),
        because=f"{database.engine} {database.engine_version} on {database.instance_class}: standard support of "
        f"{database.major_version} ended on {ends_at:%Y-%m-%d}, and each of its vCPU is charged extra since.",
    )


def _share(database: Database) -> Share:
    """All of what is charged for it by the hour; what serverless capacity is charged under is not known."""
    if database.instance_class == "db.serverless":
        return UNTOLD
    _, aurora, number = database.engine_version.partition(".mysql_aurora.")
    version = number.partition(".")[0] if aurora else database.major_version
    names = tuple(f"ExtendedSupport:{years}:{BILLED[database.engine]}{version}" for years in YEARS)
    return Share(fraction=Decimal(1), part_of=names)


rule = Rule(
    id="aws_rds_database_extended_support", title="RDS database in paid extended support",
    looks_at=Database, settings={},
    action="Upgrade to a version in standard support, first on a copy (blue/green deployment).",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",
    judge=judge, action_type="Upgrade", stage="PRICE", implementation_effort="High", restart_needed=True,
    rollback="A major version cannot be taken back: restore the snapshot that was taken before the upgrade.",
    hint="aws rds describe-db-engine-versions --region {region} --engine {engine} --engine-version {engine_version} "
    "--query 'DBEngineVersions[].ValidUpgradeTarget[].EngineVersion'",
    bill=BillExpects(prices=("ExtendedSupport",), at_least=Decimal(0), says="so it may be upgraded already"),
)  # fmt: skip

"""Secrets that nobody reads any longer, and those that only seem so. Their values stand nowhere."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands, tag_list
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

UNUSED = "aws_secretsmanager_secret_unused"
BILLED_AS = "AWS Secrets Manager"
SERVICES = {BILLED_AS: ("Security", "Secret Management", "AWSSecretsManager")}
RESOURCE_TYPES = {"secret": "Secret"}
CASES = {
    "read_daily": Case(count=3, has={"read_days_ago": 1}),
    "read_last_year": Case(count=3, wastes=(UNUSED,), has={"read_days_ago": 118}),
    "never_read": Case(count=2, wastes=(UNUSED,)),
    "read_lately": Case(has={"read_days_ago": 80}, trap="read 80 days ago, as what runs once a quarter is"),
    "never_read_new": Case(age_days=40, trap="never read, but made 40 days ago"),
    "changed_lately": Case(has={"changed_days_ago": 15}, trap="never read, but somebody has just given it a value"),
    "managed": Case(has={"OwningService": "rds"}, trap="never read, but RDS keeps it for a database"),
    "replica": Case(has={"PrimaryRegion": "ap-southeast-2"}, trap="never read, but a replica of another region's"),
    "replicated": Case(
        count=2, unknowns=(UNUSED,), has={"is_primary": True}, trap="never read here, but it has replicas elsewhere"
    ),
    "going": Case(has={"deleted_days_ago": 3}, trap="never read, but on its way to be deleted"),
    "kept": Case(tags={"keep": "yes"}, trap="never read, but tagged to be kept: it breaks the glass"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _secret(draw, estate, stand)


def _secret(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, f"northwind/{stand.label}"
    arn = stand.arn("secretsmanager", f"secret:{name}-{draw.hex(6)}")
    item = stand.item(draw, kind="secret", native_id=arn, bill_id=arn, rules=(UNUSED,))
    item.name = name
    moments = {
        "LastAccessedDate": draw.ago(has["read_days_ago"]) if "read_days_ago" in has else None,
        "LastChangedDate": draw.ago(has["changed_days_ago"]) if "changed_days_ago" in has else item.created_at,
        "DeletedDate": draw.ago(has["deleted_days_ago"]) if "deleted_days_ago" in has else None,
    }
    item.shape = {
        "ARN": arn,
        "Name": name,
        "CreatedDate": item.created_at,
        "Tags": tag_list(item),
        "SecretVersionsToStages": {draw.hex(32): ["AWSCURRENT"]},
        **{member: value for member, value in moments.items() if value},
        **{member: has[member] for member in ("OwningService", "PrimaryRegion") if member in has},
        **({"PrimaryRegion": stand.region} if has.get("is_primary") else {}),
    }
    if "DeletedDate" in item.shape:
        item.is_in_inventory, item.fines = False, ()  # not listed any longer, unless somebody asks for those too
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="AWSSecretsManager-Secrets", unit="Secrets", price="0.4",
              held=Decimal(1))
    ]  # fmt: skip
    estate.items.append(item)


def _listed(asked: Asked) -> dict[str, Any]:
    is_whole = asked.parameters.get("IncludePlannedDeletion", False)
    return {"SecretList": [one.shape for one in asked.of("secret") if is_whole or "DeletedDate" not in one.shape]}


ANSWERS = (
    Answered(
        service="secretsmanager", operation="ListSecrets", make=_listed, honours=frozenset({"IncludePlannedDeletion"})
    ),
)

"""Keys of KMS: at work, never used, and those of which that cannot be told. Their material stands nowhere."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered, Pages
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

NEVER_USED = "aws_kms_key_never_used"
BILLED_AS = "AWS Key Management Service"
SERVICES = {BILLED_AS: ("Security", "Encryption", "awskms")}
RESOURCE_TYPES = {"encryption_key": "Key"}
CASES = {
    "at_work": Case(count=3, has={"used": 1}),
    "never_used": Case(count=2, age_days=150, wastes=(NEVER_USED,)),
    "never_used_off": Case(age_days=200, wastes=(NEVER_USED,), has={"state": "Disabled"}),
    "used_quarterly": Case(has={"used": 80}, trap="used 80 days ago, as what runs once a quarter is"),
    "never_used_new": Case(age_days=20, trap="never used, but twenty days old"),
    "going": Case(age_days=220, has={"state": "PendingDeletion"}, trap="never used, but on its way to be deleted"),
    "kept": Case(age_days=140, tags={"keep": "yes"}, trap="never used, but tagged to be kept"),
    "archives": Case(unknowns=(NEVER_USED,), has={"used": 330}, trap="long unused, but what it encrypts may be kept"),
    "untracked": Case(unknowns=(NEVER_USED,), has={"tracked": 100}, trap="unused since AWS keeps track, but older"),
    "many_regions": Case(
        age_days=160,
        unknowns=(NEVER_USED,),
        has={"is_multi_region": True},
        trap="unused here, but of many regions",
    ),
    "signing": Case(
        age_days=160, unknowns=(NEVER_USED,), has={"spec": "RSA_4096"}, trap="unused, but its public half needs no AWS"
    ),
    "of_aws": Case(count=2, has={"manager": "AWS"}, trap="never used, but AWS keeps it, and it costs nothing"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _key(draw, estate, stand)


def _key(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, draw.hex(32)
    native = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
    arn = stand.arn("kms", f"key/{native}")
    item = stand.item(draw, kind="encryption_key", native_id=arn, bill_id=arn, rules=(NEVER_USED,))
    spec, state = has.get("spec", "SYMMETRIC_DEFAULT"), has.get("state", "Enabled")
    item.shape = {"KeyId": native, "KeyArn": arn}
    item.facts["metadata"] = {
        "AWSAccountId": item.account,
        "KeyId": native,
        "Arn": arn,
        "CreationDate": item.created_at,
        "Enabled": state == "Enabled",
        "Description": "Northwind's own",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": state,
        "Origin": "AWS_KMS",
        "KeyManager": has.get("manager", "CUSTOMER"),
        "KeySpec": spec,
        "MultiRegion": has.get("is_multi_region", False),
        **({"DeletionDate": draw.ago(-20)} if state == "PendingDeletion" else {}),
    }
    used = {"Operation": "Decrypt", "Timestamp": draw.ago(has["used"])} if "used" in has else {}
    item.facts["usage"] = {
        "KeyId": native,
        "KeyLastUsage": used,
        "TrackingStartDate": draw.ago(has["tracked"]) if "tracked" in has else item.created_at,
        "KeyCreationDate": item.created_at,
    }
    if "manager" in has:
        item.is_in_inventory, item.fines, item.tags = False, (), {}
    elif state != "PendingDeletion":
        item.charges = [meter(draw, item, service=BILLED_AS, name="KMS-Keys", unit="Keys", price="1", held=Decimal(1))]
    estate.items.append(item)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"Keys": [item.shape for item in asked.of("encryption_key")], "Truncated": False}


def _found(asked: Asked) -> dict[str, Any]:
    for item in asked.of("encryption_key"):
        if asked.parameters["KeyId"] in item.shape.values():
            return item.facts
    raise Refusal("NotFoundException", "Key does not exist")


ANSWERS = (
    Answered(
        service="kms",
        operation="ListKeys",
        make=_listed,
        pages=Pages(token="Marker", limit="Limit", next_token="NextMarker", items="Keys", more="Truncated"),  # noqa: S106 - page tokens
    ),
    Answered(
        service="kms",
        operation="DescribeKey",
        make=lambda asked: {"KeyMetadata": _found(asked)["metadata"]},
        honours=frozenset({"KeyId"}),
        tried_with=lambda estate: {"KeyId": estate.of("encryption_key")[0].native_id},
    ),
    Answered(
        service="kms",
        operation="GetKeyLastUsage",
        make=lambda asked: dict(_found(asked)["usage"]),
        honours=frozenset({"KeyId"}),
        tried_with=lambda estate: {"KeyId": estate.of("encryption_key")[0].native_id},
    ),
)

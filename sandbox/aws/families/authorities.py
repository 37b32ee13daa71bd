"""Private certificate authorities: at work, expired, never put to work, switched off."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

UNUSABLE = "aws_acmpca_authority_unusable"
BILLED_AS = "AWS Certificate Manager"
SERVICES = {BILLED_AS: ("Security", "Secret Management", "AWSCertificateManager")}
RESOURCE_TYPES = {"certificate_authority": "Private Certificate Authority"}
CASES = {
    "root": Case(has={"status": "ACTIVE", "type": "ROOT", "ends": 3000}),
    "issuing": Case(count=2, has={"status": "ACTIVE", "ends": 400}),
    "expired": Case(count=2, wastes=(UNUSABLE,), has={"status": "EXPIRED", "since": 60, "ends": -60}),
    "never_installed": Case(count=2, wastes=(UNUSABLE,), has={"status": "PENDING_CERTIFICATE"}),
    "off_and_over": Case(wastes=(UNUSABLE,), has={"status": "DISABLED", "since": 200, "ends": -90}),
    "just_expired": Case(has={"status": "EXPIRED", "since": 9, "ends": -9}, trap="expired, but nine days ago only"),
    "off": Case(
        count=2,
        unknowns=(UNUSABLE,),
        has={"status": "DISABLED", "since": 200, "ends": 700},
        trap="switched off, but what it has issued may still be valid",
    ),
    "failed": Case(has={"status": "FAILED", "is_free": True}, trap="of no use, but not charged"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _authority(draw, estate, stand)


def _authority(draw: Draw, estate: Estate, stand: Stand) -> None:
    has = stand.case.has
    name = draw.hex(32)
    arn = stand.arn("acm-pca", f"certificate-authority/{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}")
    item = stand.item(draw, kind="certificate_authority", native_id=arn, bill_id=arn, rules=(UNUSABLE,))
    item.name, item.tags = "", {}
    item.shape = {
        "Arn": arn,
        "OwnerAccount": item.account,
        "CreatedAt": item.created_at,
        "LastStateChangeAt": draw.ago(has["since"]) if "since" in has else item.created_at,
        "Type": has.get("type", "SUBORDINATE"),
        "Status": has["status"],
        **({"NotBefore": item.created_at, "NotAfter": draw.ago(-has["ends"])} if "ends" in has else {}),
        "UsageMode": "GENERAL_PURPOSE",
    }
    if not has.get("is_free"):
        item.charges = [
            meter(draw, item, service=BILLED_AS, name="PaidPrivateCA", unit="Months", price="400", held=Decimal(1))
        ]
    estate.items.append(item)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"CertificateAuthorities": [item.shape for item in asked.of("certificate_authority")]}


ANSWERS = (
    Answered(
        service="acm-pca",
        operation="ListCertificateAuthorities",
        make=_listed,
        honours=frozenset({"ResourceOwner"}),
    ),
)

"""Distributions of CloudFront: by SNI, by addresses of their own, and those that only seem to have some."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import names
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered, Pages

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

DEDICATED = "aws_cloudfront_dedicated_ip"
HOME = "us-east-1"
BILLED_AS = "Amazon CloudFront"
SERVICES = {BILLED_AS: ("Networking", "Content Delivery", "AmazonCloudFront")}
RESOURCE_TYPES = {"distribution": "Distribution"}
OWN = {"method": "vip"}
CASES = {
    "by_name": Case(count=6, has={"method": "sni-only"}),
    "by_name_beside": Case(has={"method": "sni-only", "certificate": "shared"}),
    "by_address": Case(count=3, wastes=(DEDICATED,), has=OWN),
    "by_address_together": Case(
        count=3,
        wastes=(DEDICATED,),
        untold=(DEDICATED,),
        has=OWN | {"certificate": "shared"},
        trap="its addresses are paid together with another distribution's",
    ),
    "by_default": Case(
        count=3, has=OWN | {"certificate": ""}, trap="AWS says vip, but of CloudFront's own certificate"
    ),
    "by_address_off": Case(
        has=OWN | {"is_off": True, "certificate": "shared"}, trap="addresses of its own, but it is switched off"
    ),
    "by_static_address": Case(has={"method": "static-ip"}, trap="addresses that others rely on, bought on purpose"),
    "untold": Case(
        count=2, unknowns=(DEDICATED,), has={"method": None}, trap="a certificate of its own, and no more said"
    ),
}
NONE: dict[str, Any] = {"Quantity": 0}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        # What is paid together stands in one account.
        account = names.SHOP if stand.case.has.get("certificate") == "shared" else stand.account
        _distribution(draw, estate, replace(stand, region=HOME, account=account))


def _distribution(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, own = stand.case.has, f"E{draw.hex(13).upper()}"
    arn = f"arn:aws:cloudfront::{stand.account}:distribution/{own}"
    item = stand.item(draw, kind="distribution", native_id=arn, bill_id=arn, rules=(DEDICATED,))
    item.parts = {DEDICATED: "SSL-Cert-Custom"}
    is_on = "is_off" not in has
    item.shape = {
        "Id": own,
        "ARN": arn,
        "Status": "Deployed",
        "LastModifiedTime": item.created_at,
        "DomainName": f"d{draw.hex(13)}.cloudfront.net",
        "Aliases": NONE,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "shop",
                    "DomainName": "origin.northwind.example",
                    "CustomHeaders": {
                        "Quantity": 1,
                        "Items": [{"HeaderName": "X-Origin-Secret", "HeaderValue": "s3cret"}],
                    },
                }
            ],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "shop", "ViewerProtocolPolicy": "redirect-to-https"},
        "CacheBehaviors": NONE,
        "CustomErrorResponses": NONE,
        "Comment": "ask the shop's team",
        "PriceClass": "PriceClass_100",
        "Enabled": is_on,
        "ViewerCertificate": _certificate(draw, stand),
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "Staging": False,
    }
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="US-DataTransfer-Out-Bytes", unit="GB", price="0.085",
              per_day=Decimal(40))
    ] if is_on else []  # fmt: skip
    if is_on and item.shape["ViewerCertificate"].get("SSLSupportMethod") == "vip" and has.get("certificate") != "":
        item.charges.append(
            meter(draw, item, service=BILLED_AS, name="SSL-Cert-Custom", unit="Certificates", price="600",
                  held=Decimal(1))
        )  # fmt: skip
    estate.items.append(item)


def _certificate(draw: Draw, stand: Stand) -> dict[str, Any]:
    has = stand.case.has
    method = {} if has["method"] is None else {"SSLSupportMethod": has["method"]}
    if has.get("certificate") == "":
        return {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1", **method}
    name = has.get("certificate") or draw.hex(12)
    arn = f"arn:aws:acm:us-east-1:{stand.account}:certificate/{name}"
    return {"CloudFrontDefaultCertificate": False, "ACMCertificateArn": arn, "CertificateSource": "acm", **method}


def _listed(asked: Asked) -> dict[str, Any]:
    items = [item.shape for item in asked.of("distribution")]
    return {
        "DistributionList": {
            "Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items), "Items": items,
        }
    }  # fmt: skip


ANSWERS = (
    Answered(
        service="cloudfront",
        operation="ListDistributions",
        make=_listed,
        pages=Pages(
            token="Marker",  # noqa: S106 - of a page
            limit="MaxItems",
            next_token="DistributionList.NextMarker",  # noqa: S106 - of a page
            items="DistributionList.Items",
            more="DistributionList.IsTruncated",
        ),
    ),
)

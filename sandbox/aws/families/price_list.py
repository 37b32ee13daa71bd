"""The public price list: a product for each thing that the estate's bill has a price for, in the list's own form."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sandbox.aws import names, prices
from sandbox.aws.shaped import Answered, Asked
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal

ON_DEMAND, RATE = "JRTCKXETXF", "6YS6EN2CT7"


def _products(service: str, published: datetime) -> Iterator[dict[str, Any]]:
    for family, table, member, unit in TABLES.get(service, ()):
        for thing, by_region in table.items():
            for region, price in by_region.items():
                attributes = {
                    "servicecode": service,
                    "location": names.REGION_NAMES[region],
                    "locationType": "AWS Region",
                    "regionCode": region,
                    member: thing,
                    **EXTRAS.get(member, {}),
                }
                yield _product(family, attributes, price=price, unit=unit, published=published)


def _product(
    family: str, attributes: dict[str, str], *, price: Decimal, unit: str, published: datetime
) -> dict[str, Any]:
    sku = hashlib.sha256(json.dumps(attributes, sort_keys=True).encode()).hexdigest()[:16].upper()
    offer, rate = f"{sku}.{ON_DEMAND}", f"{sku}.{ON_DEMAND}.{RATE}"
    return {
        "product": {"productFamily": family, "attributes": attributes, "sku": sku},
        "serviceCode": attributes["servicecode"],
        "terms": {
            "OnDemand": {
                offer: {
                    "priceDimensions": {
                        rate: {
                            "unit": unit,
                            "beginRange": "0",
                            "endRange": "Inf",
                            "description": f"${price} per {unit}",
                            "appliesTo": [],
                            "rateCode": rate,
                            "pricePerUnit": {"USD": f"{price:.10f}"},
                        }
                    },
                    "sku": sku,
                    "effectiveDate": f"{published:%Y-%m-01T00:00:00Z}",
                    "offerTermCode": ON_DEMAND,
                    "termAttributes": {},
                }
            }
        },
        "version": f"{published:%Y%m%d}000000",
        "publicationDate": f"{published:%Y-%m-%dT00:00:00Z}",
    }


# service -> (family, prices by thing and region, the attribute that names the thing, unit)
TABLES: dict[str, tuple[tuple[str, dict[str, dict[str, Decimal]], str, str], ...]] = {
    "AmazonEC2": (
        ("Compute Instance", prices.INSTANCE_HOUR, "instanceType", "Hrs"),
        ("Storage", prices.VOLUME_GIB_MONTH, "volumeApiName", "GB-Mo"),
        ("Storage Snapshot", {"EBS:SnapshotUsage": prices.SNAPSHOT_GIB_MONTH}, "usagetype", "GB-Mo"),
        ("NAT Gateway", {"NatGateway-Hours": prices.NAT_HOUR, "NatGateway-Bytes": prices.NAT_GIB}, "usagetype", "Hrs"),
    ),
    "AmazonRDS": (("Database Instance", prices.DATABASE_HOUR, "instanceType", "Hrs"),),
}
EXTRAS = {
    "instanceType": {"operatingSystem": "Linux", "tenancy": "Shared", "capacitystatus": "Used", "preInstalledSw": "NA"},
}


def _get(asked: Asked) -> dict[str, Any]:
    service = str(asked.parameters.get("ServiceCode", ""))
    if service not in TABLES:
        raise Refusal("NotFoundException", f"The price list has no service {service}.")
    found = list(_products(service, asked.estate.as_of))
    for wanted in asked.parameters.get("Filters", ()):
        if wanted["Type"] != "TERM_MATCH":
            raise Refusal("InvalidParameterException", "The sandbox knows filters of the type TERM_MATCH only.")
        found = [one for one in found if _value(one, wanted["Field"]) == wanted["Value"]]
    return {"FormatVersion": "aws_v1", "PriceList": [json.dumps(one) for one in found]}


def _value(product: dict[str, Any], field: str) -> str | None:
    described = product["product"]
    found = described["productFamily"] if field == "productFamily" else described["attributes"].get(field)
    return None if found is None else str(found)


ANSWERS = (
    Answered(
        service="pricing",
        operation="GetProducts",
        make=_get,
        honours=frozenset({"ServiceCode", "Filters", "FormatVersion"}),
        # The list has endpoints in few regions, whatever regions it has prices of.
        regions=frozenset({"us-east-1", "eu-central-1", "ap-south-1"}),
    ),
)

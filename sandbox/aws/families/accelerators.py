"""Accelerators: passed, silent, young, switched off. Their home is one region, wherever their traffic goes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from collections.abc import Container

    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate

IDLE = "aws_globalaccelerator_accelerator_idle"
HOME = "us-west-2"
BILLED_AS = "AWS Global Accelerator"
SERVICES = {BILLED_AS: ("Networking", "Content Delivery", "AWSGlobalAccelerator")}
RESOURCE_TYPES = {"accelerator": "Accelerator"}
DAILY = range(1, 46)
# `flows` and `bytes` days ago, some passed; of other days CloudWatch keeps nothing.
CASES = {
    "passed": Case(count=4, has={"flows": DAILY, "bytes": DAILY}),
    "silent": Case(count=3, wastes=(IDLE,)),
    "switched_off": Case(wastes=(IDLE,), has={"is_off": True}),
    "passed_once": Case(has={"flows": (23,), "bytes": (23,)}, trap="silent, but for one day of the month"),
    "long_flow": Case(has={"bytes": DAILY}, trap="no new flow, but bytes of one that began long ago"),
    "young": Case(age_days=11, trap="silent, but eleven days old"),
    "changing": Case(has={"state": "IN_PROGRESS"}, trap="silent, but just being changed"),
    "unanswered": Case(count=2, unknowns=(IDLE,), has={"is_unanswered": True}, trap="CloudWatch fails on its usage"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _accelerator(draw, estate, replace(stand, region=HOME))


def _accelerator(draw: Draw, estate: Estate, stand: Stand) -> None:
    has = stand.case.has
    own = "-".join(draw.hex(length) for length in (8, 4, 4, 4, 12))
    arn = f"arn:aws:globalaccelerator::{stand.account}:accelerator/{own}"
    item = stand.item(draw, kind="accelerator", native_id=arn, bill_id=arn, rules=(IDLE,))
    item.shape = {
        "AcceleratorArn": arn,
        "Name": item.name,
        "IpAddressType": "IPV4",
        "Enabled": "is_off" not in has,
        "IpSets": [{"IpFamily": "IPv4", "IpAddresses": ["198.51.100.7", "198.51.101.7"], "IpAddressFamily": "IPv4"}],
        "DnsName": f"a{draw.hex(16)}.awsglobalaccelerator.com",
        "Status": has.get("state", "DEPLOYED"),
        "CreatedTime": item.created_at,
        "LastModifiedTime": item.created_at,
    }
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="Accelerator-Hours", unit="Hrs", price="0.025",
              operation="CreateAccelerator", per_day=Decimal(24))
    ]  # fmt: skip
    estate.items.append(item)
    if "is_unanswered" in has:
        estate.unanswered.add(own)
    for word, metrics in {"flows": ("NewFlowCount",), "bytes": ("ProcessedBytesIn", "ProcessedBytesOut")}.items():
        days = has.get(word, ())
        for metric in metrics if days else ():
            values = usage.counter(draw.random, low=2_000, high=9_000_000)
            put(estate, item, ("AWS/GlobalAccelerator", metric, "Accelerator", own), _only(values, days))


def _only(values: usage.Values, days: Container[int]) -> usage.Values:
    return usage.without(values, lambda ago: ago not in days)


ANSWERS = (
    Answered(
        service="globalaccelerator",
        operation="ListAccelerators",
        make=lambda asked: {"Accelerators": [item.shape for item in asked.of("accelerator")]},
    ),
)

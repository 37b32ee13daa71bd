"""File servers: busy, forgotten, and those that only seem forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_transfer_server_idle"
BILLED_AS = "AWS Transfer Family"
SERVICES = {BILLED_AS: ("Storage", "Other (Storage)", "AWSTransfer")}
RESOURCE_TYPES = {"transfer_server": "Server"}
STILL = {"is_still": True}
CASES = {
    "busy": Case(count=3),
    "deserted": Case(count=2, wastes=(IDLE,), has=STILL),
    "deserted_stopped": Case(wastes=(IDLE,), has=STILL | {"state": "OFFLINE"}),
    "fetched_from": Case(has={"metric": "BytesOut"}, trap="nobody brings a file, but files are fetched"),
    "monthly": Case(has={"days_ago": (29,)}, trap="still, but for one day of the month"),
    "deserted_new": Case(age_days=5, has=STILL, trap="moves nothing, but it is five days old"),
    "rekeyed": Case(has=STILL | {"key_days": 20}, trap="moves nothing, but its only host key is twenty days old"),
    "starting": Case(has=STILL | {"state": "STARTING"}, trap="moves nothing, but somebody has just started it"),
    "year_end": Case(tags={"keep": "true"}, has=STILL, trap="moves nothing, but is to be kept for the annual accounts"),
    "without_key": Case(count=2, unknowns=(IDLE,), has=STILL | {"key_days": None}, trap="still, nobody says how long"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _server(draw, estate, stand)


def _server(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, native = stand.case.has, f"s-{draw.hex(17)}"
    arn = stand.arn("transfer", f"server/{native}")
    item = stand.item(draw, kind="transfer_server", native_id=arn, bill_id=arn, rules=(IDLE,))
    item.shape = {
        "Arn": arn,
        "Domain": "S3",
        "IdentityProviderType": "SERVICE_MANAGED",
        "EndpointType": "PUBLIC",
        "ServerId": native,
        "State": has.get("state", "ONLINE"),
        "UserCount": 0 if stand.case_name == "deserted_stopped" else 4,
    }
    put_in = draw.ago(has["key_days"]) if has.get("key_days") else item.created_at
    key = {
        "Arn": stand.arn("transfer", f"host-key/{native}/hostkey-{draw.hex(17)}"),
        "HostKeyId": f"hostkey-{draw.hex(17)}",
        "Fingerprint": f"SHA256:{draw.hex(43)}",
        "Type": "ssh-rsa",
        "DateImported": put_in,
    }
    item.facts["keys"] = [] if "key_days" in has and has["key_days"] is None else [key]
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="ProtocolHours", unit="Hrs", price="0.3", operation="SFTP",
              per_day=Decimal(24))
    ]  # fmt: skip
    estate.items.append(item)
    if has.get("is_still"):
        return  # CloudWatch tells nothing of a server to which nobody is connected
    values = usage.counter(draw.random, low=1e6, high=4e8)
    if "days_ago" in has:
        values = usage.without(values, lambda ago: ago not in has["days_ago"])
    put(estate, item, ("AWS/Transfer", has.get("metric", "BytesIn"), "ServerId", native), values)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"Servers": [item.shape for item in asked.of("transfer_server")]}


def _keys(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters["ServerId"]
    for item in asked.of("transfer_server"):
        if item.shape["ServerId"] == wanted:
            return {"ServerId": wanted, "HostKeys": item.facts["keys"]}
    raise Refusal("ResourceNotFoundException", "Unknown server")


ANSWERS = (
    Answered(service="transfer", operation="ListServers", make=_listed),
    Answered(
        service="transfer",
        operation="ListHostKeys",
        make=_keys,
        honours=frozenset({"ServerId", "MaxResults"}),
        tried_with=lambda estate: {"ServerId": estate.of("transfer_server")[0].shape["ServerId"]},
    ),
)

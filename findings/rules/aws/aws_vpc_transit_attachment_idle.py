"""A VPC's attachment to a transit gateway costs its hours, whether or not bytes pass it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.endpoints import TransitAttachment
from findings.rule import ALL, BillExpects, Fine, Limit, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

TRAFFIC = tuple(Metric(name=name, statistic="Sum", unit="bytes") for name in ("BytesIn", "BytesOut"))


def judge(attachment: TransitAttachment, *, usage: Usage, idle_days: int, max_traffic_mb: float) -> Verdict:
    if attachment.state != "available" or attachment.owner_id != attachment.account_id:
        return Fine()
    if attachment.attached_kind != "vpc" or attachment.carries:
        tunnels = ", ".join(attachment.carries or ())
        link = "A link to another network may stand by for one that fails."
        return Fine(f"The tunnels of {tunnels} go through it." if tunnels else link)
    if attachment.gateway_owner_id != attachment.account_id or attachment.carries is None:
        return Unknown(_missing(attachment))
    known = [value / 1e6 for value in usage.total(*TRAFFIC, days=idle_days) if value is not None]
    if any(value >= max_traffic_mb for value in known):
        return Fine()
    if len(known) < idle_days:
        return unmeasured(attachment, since=attachment.created_at, days=idle_days, what="traffic")
    return Waste(
        saves=ALL,
        because=f"At most {max(known):.3f} MB passed between {attachment.attached_id} and "
        f"{attachment.transit_gateway_id} on any of the last {counted(idle_days, 'day')}.",
    )


def _missing(attachment: TransitAttachment) -> str:
    if attachment.carries is None:
        return "whether tunnels of a Connect attachment go through it"
    return f"its traffic: it is told to account {attachment.gateway_owner_id}, which owns the gateway"


rule = Rule(
    id="aws_vpc_transit_attachment_idle", title="Idle VPC attachment of a transit gateway", looks_at=TransitAttachment,
    settings={"idle_days": 30, "max_traffic_mb": 1},
    action="Take out the routes that lead through it, on both sides, then delete the attachment.",
    docs="https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html",
    judge=judge, metrics=TRAFFIC, window_days=30,
    limits=(Limit(title="Traffic passed", metrics=TRAFFIC, setting="max_traffic_mb", unit="MB a day", per=1e6),),
    rollback="Attach the VPC again, in the same subnets, and restore associations, propagations and routes.",
    hint="aws ec2 delete-transit-gateway-vpc-attachment --region {region} --transit-gateway-attachment-id {native_id}",
    bill=BillExpects(
        prices=("TransitGateway-Bytes",), says="so bytes do pass",
        at_most=lambda settings: Decimal(str(settings["max_traffic_mb"])) / 1000,
    ),
)  # fmt: skip

"""A static address of Lightsail is free while it is attached, and charged by the hour while it is not."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.lightsail import LightsailAddress
from findings.rule import ALL, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted

IDLE, MOST_OF_A_DAY = "UnusedStaticIP", Decimal(23)


def judge(address: LightsailAddress, *, settled_days: int) -> Verdict:
    if address.is_attached:
        return Fine()
    if address.is_attached is None:
        return Unknown("whether it is attached")
    if address.created_at is None:
        return Unknown("when it was made")
    days = (address.observed_at - address.created_at).days
    if days < settled_days:
        return Fine(f"Made less than {counted(settled_days, 'day')} ago.")
    return Waste(saves=ALL, because=f"{address.public_ip} is attached to nothing; AWS does not say since when.")


rule = Rule(
    id="aws_lightsail_static_ip_unattached",
    title="Static address of Lightsail attached to nothing",
    looks_at=LightsailAddress,
    settings={"settled_days": 1},
    action="Make sure that no name in DNS leads to it, then release the address.",
    docs="https://docs.aws.amazon.com/lightsail/latest/userguide/lightsail-create-static-ip.html",
    judge=judge,
    implementation_effort="VeryLow",
    rollback="A released address does not come back; another one can be made.",
    hint="aws lightsail release-static-ip --region {region} --static-ip-name {name}",
    bill=BillExpects(prices=(IDLE,), at_least=MOST_OF_A_DAY, says="so it was attached for a part of that day"),
)

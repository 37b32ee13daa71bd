"""Brokers of the M5 family, where those of M7g have as much of everything, and do more, for a little less."""

from __future__ import annotations

import re
from decimal import Decimal

from connections.resources.kafka import KafkaCluster
from findings.aws_types import facts
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste

OLD, NEW = "kafka.m5.", "kafka.m7g."
LOWER_BY = Decimal("0.028")  # of list prices, at the least of common regions
RUNS_FROM, RUNS_TOO = (3, 3, 2), (2, 8, 2)
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+|x)")


def judge(cluster: KafkaCluster) -> Verdict:
    kind = cluster.instance_type
    size = kind.removeprefix(OLD)
    now, then = facts(f"m5.{size}"), facts(f"m7g.{size}")
    if cluster.state != "ACTIVE" or not kind.startswith(OLD) or now is None or then is None:
        return Fine()
    version = VERSION.match(cluster.kafka_version)
    if version is None:
        return Unknown(f"which version of Kafka it runs: {cluster.kafka_version or 'none'} is told")
    number = tuple(int(part) for part in version.group(1, 2, 3) if part != "x")
    if number < RUNS_FROM and number != RUNS_TOO:
        return Fine(f"Its Kafka {cluster.kafka_version} does not run on M7g: a newer version comes first.")
    return Waste(
        saves=Share(fraction=LOWER_BY, to_price=f"Kafka.m7g.{size}", part_of=(f"Kafka.m5.{size}",), is_by_list=True),
        because=f"{cluster.broker_count} x {kind}, of {now.vcpus} vCPU and {now.memory_mib / 1024:g} GiB; {NEW}{size} "
        f"of a later generation has {then.vcpus} and {then.memory_mib / 1024:g} at a list price about 3 % lower.",
    )


rule = Rule(
    id="aws_msk_broker_previous_generation",
    title="Kafka brokers of a previous generation",
    looks_at=KafkaCluster,
    settings={},
    action="Change the type of the brokers to the one named, one after the other, where the region offers it.",
    docs="https://docs.aws.amazon.com/msk/latest/developerguide/msk-update-broker-type.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    restart_needed=True,
    rollback_possible=True,
    rollback="Change the type of the brokers back, as long as AWS still offers it.",
    hint="aws kafka describe-cluster-v2 --region {region} --cluster-arn {resource_id}",
)

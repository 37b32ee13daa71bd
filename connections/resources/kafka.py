"""Clusters of Apache Kafka."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class KafkaCluster(Thing):
    """A cluster of MSK. `state` is the provider's word, `cluster_type` PROVISIONED or SERVERLESS.

    A serverless one has no brokers of its own. `broker_ids` are those of the brokers that stand, by which their usage
    is kept; None: could not be read. `volume_gib` is the disk of each broker, None where it has none of its own.
    `monitoring` is the level of its metrics, `storage_mode` LOCAL or TIERED.
    """

    KIND: ClassVar[str] = "kafka_cluster"
    SERVICE: ClassVar[str] = "kafka"

    state: str
    cluster_type: str
    kafka_version: str = ""
    instance_type: str = ""
    broker_count: int = 0
    broker_ids: tuple[str, ...] | None = None
    volume_gib: int | None = None
    storage_mode: str = ""
    monitoring: str = ""

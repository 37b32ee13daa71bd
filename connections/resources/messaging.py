"""Streams and brokers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Stream(Thing):
    """A data stream. `mode` is ON_DEMAND (charged by the hour) or PROVISIONED (by the hour of each shard)."""

    KIND: ClassVar[str] = "stream"
    SERVICE: ClassVar[str] = "kinesis"

    state: str
    mode: str = ""


@dataclass(frozen=True, kw_only=True)
class Broker(Thing):
    """A message broker. `engine` is ACTIVEMQ or RABBITMQ; `deployment` SINGLE_INSTANCE, ACTIVE_STANDBY_MULTI_AZ or
    CLUSTER_MULTI_AZ.
    """

    KIND: ClassVar[str] = "broker"
    SERVICE: ClassVar[str] = "mq"

    state: str
    engine: str
    deployment: str
    instance_type: str

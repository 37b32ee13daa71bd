"""Caches and databases in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class CacheCluster(Thing):
    """A cache cluster of ElastiCache: nodes of one type and engine (redis, valkey, memcached).

    `group_id` names the replication group that it belongs to, `group_member_count` how many caches that has with it,
    and `is_in_global_datastore` whether it is copied to other regions (both None: the groups could not be read).
    """

    KIND: ClassVar[str] = "cache_cluster"
    SERVICE: ClassVar[str] = "elasticache"

    state: str
    node_type: str
    node_count: int
    engine: str
    engine_version: str = ""
    group_id: str | None = None
    group_member_count: int | None = None
    is_in_global_datastore: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ServerlessCache(Thing):
    """A serverless cache of ElastiCache, which has no nodes: `engine` is redis, valkey or memcached. It is charged for
    what it stores, and for some of it also where it stores nothing, and for the commands that it is sent.
    """

    KIND: ClassVar[str] = "serverless_cache"
    SERVICE: ClassVar[str] = "elasticache"

    state: str
    engine: str
    engine_version: str = ""


@dataclass(frozen=True, kw_only=True)
class MemoryCluster(Thing):
    """A cluster of MemoryDB with all of its nodes. `multi_region_name` names the cluster of several regions that it is
    a part of.
    """

    KIND: ClassVar[str] = "memory_cluster"
    SERVICE: ClassVar[str] = "memorydb"

    state: str
    node_type: str
    engine: str
    shard_count: int
    multi_region_name: str | None = None

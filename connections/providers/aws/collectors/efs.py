"""EFS: file systems with what lies in which class, and whether anything moves it. No file is ever looked at."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.files import FileShare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_FILE_SYSTEMS = Call(
    service="efs",
    operation="DescribeFileSystems",
    action="elasticfilesystem:DescribeFileSystems",
    why="Lists elastic file systems with how much they hold.",
    cheapest={"MaxItems": 1},
    withheld=("FileSystems.CreationToken",),
)
GONE = frozenset({"FileSystemNotFound"})
DESCRIBE_LIFECYCLE = Call(
    service="efs",
    operation="DescribeLifecycleConfiguration",
    action="elasticfilesystem:DescribeLifecycleConfiguration",
    why="Tells whether files that nobody reads move to a cheaper class.",
    cheapest={"FileSystemId": "fs-00000000000000000"},
    answers_cheapest=GONE,
    absent=GONE,
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every elastic file system of one region, each joined with its lifecycle."""
    shares = reader.listing(
        DESCRIBE_FILE_SYSTEMS,
        result="FileSystems",
        row=lambda item: _share(reader, item),
        kinds=(FileShare.KIND,),
        page_size=100,
    ).rows
    yield from reader.together(*(partial(_with_lifecycle, reader, share) for share in shares))


def _share(reader: Reader, item: dict[str, Any]) -> FileShare:
    size, tags = item.get("SizeInBytes", {}), clean_tags(item.get("Tags"))
    return FileShare(
        resource_id=item["FileSystemId"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("Name") or tags.get("Name", ""),
        created_at=item.get("CreationTime"),
        tags=tags,
        state=item.get("LifeCycleState", ""),
        size_bytes=size.get("Value"),
        standard_bytes=size.get("ValueInStandard"),
        mount_targets=item.get("NumberOfMountTargets"),
        is_replica=item.get("FileSystemProtection", {}).get("ReplicationOverwriteProtection") == "REPLICATING",
    )


def _with_lifecycle(reader: Reader, share: FileShare) -> FileShare:
    answer = reader.one(DESCRIBE_LIFECYCLE, FileSystemId=share.resource_id)
    if not answer:
        return share
    moves = [one for one in answer.get("LifecyclePolicies", ()) if {"TransitionToIA", "TransitionToArchive"} & set(one)]
    return replace(share, is_tiered=bool(moves))


def _place(share: FileShare) -> MetricPlace:
    return MetricPlace(namespace="AWS/EFS", dimensions=(("FileSystemId", share.resource_id),))


COLLECTOR = Collector(
    service="efs",
    needs={FileShare: (DESCRIBE_FILE_SYSTEMS, DESCRIBE_LIFECYCLE)},
    calls=(DESCRIBE_FILE_SYSTEMS, DESCRIBE_LIFECYCLE),
    collect=collect,
    places={FileShare: _place},
    billed_as=("Amazon Elastic File System",),
)

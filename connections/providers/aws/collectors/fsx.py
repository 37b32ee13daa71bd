"""FSx: file systems with their own servers. Their settings hold passwords, and are not even parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.files import FileSystem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_FILE_SYSTEMS = Call(
    service="fsx",
    operation="DescribeFileSystems",
    action="fsx:DescribeFileSystems",
    why="Lists FSx file systems with their type and size.",
    cheapest={"MaxResults": 1},
    withheld=(
        "FileSystems.AdministrativeActions",
        "FileSystems.FailureDetails",
        "FileSystems.LustreConfiguration",
        "FileSystems.OntapConfiguration",
        "FileSystems.OpenZFSConfiguration",
        "FileSystems.WindowsConfiguration",
    ),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every FSx file system of one region."""
    yield from reader.listing(
        DESCRIBE_FILE_SYSTEMS,
        result="FileSystems",
        row=lambda item: _system(reader, item),
        kinds=(FileSystem.KIND,),
        page_size=100,
    ).rows


def _system(reader: Reader, item: dict[str, Any]) -> FileSystem:
    tags = clean_tags(item.get("Tags"))
    return FileSystem(
        resource_id=item["FileSystemId"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=tags.get("Name", ""),
        created_at=item.get("CreationTime"),
        tags=tags,
        state=item.get("Lifecycle", ""),
        system_type=item.get("FileSystemType", ""),
        storage_gib=item.get("StorageCapacity", 0),
        storage_type=item.get("StorageType", ""),
    )


def _place(system: FileSystem) -> MetricPlace:
    return MetricPlace(namespace="AWS/FSx", dimensions=(("FileSystemId", system.resource_id),))


COLLECTOR = Collector(
    service="fsx",
    needs={FileSystem: (DESCRIBE_FILE_SYSTEMS,)},
    calls=(DESCRIBE_FILE_SYSTEMS,),
    collect=collect,
    places={FileSystem: _place},
    billed_as=("Amazon FSx",),
)

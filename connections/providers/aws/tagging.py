"""Tags of all resources of some types in a region at once, for services that would tell them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call
from connections.providers.aws.reader import clean_tags

if TYPE_CHECKING:
    from connections.providers.aws.reader import Reader

GET_RESOURCES = Call(
    service="resourcegroupstaggingapi",
    operation="GetResources",
    action="tag:GetResources",
    why="Reads the tags of a service's resources at once, so that what is to be kept is left alone.",
    cheapest={"ResourcesPerPage": 1},
)


def tags_by_arn(reader: Reader, *types: str) -> dict[str, dict[str, str]]:
    """The tags of a region's resources of these types ("logs:log-group") by ARN; a resource without any may lack.

    A failure is a gap of an action that begins with tag:, by which it is known that tags were not read.
    """

    def row(item: dict[str, Any]) -> tuple[str, dict[str, str]]:
        return item["ResourceARN"], clean_tags(item.get("Tags"))

    found = reader.listing(
        GET_RESOURCES, result="ResourceTagMappingList", row=row, page_size=100, ResourceTypeFilters=list(types)
    )
    return dict(found.rows)

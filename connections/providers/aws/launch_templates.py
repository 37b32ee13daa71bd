"""Launch templates by name, as EC2's collector reads them. Their versions hold user data, and are not asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call
from connections.providers.aws.reader import clean_tags
from connections.resources.launch_templates import LaunchTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Image

DESCRIBE_TEMPLATES = Call(
    service="ec2",
    operation="DescribeLaunchTemplates",
    action="ec2:DescribeLaunchTemplates",
    why="Lists launch templates by name; what they start machines with is in their versions, which are not read.",
    cheapest={"MaxResults": 1},
)


def templates(reader: Reader) -> Listing[LaunchTemplate]:
    """Every launch template of one region."""
    return reader.listing(
        DESCRIBE_TEMPLATES,
        result="LaunchTemplates",
        row=lambda item: _template(reader, item),
        kinds=(LaunchTemplate.KIND,),
        page_size=200,
        IncludeManagedResources=True,  # an account may hide those that other services keep for it
    )


def with_templates(images: Iterable[Image], listed: Listing[LaunchTemplate]) -> Iterator[Image]:
    """Images with whether their region has a template that may name them; unknown where the list broke off."""
    has = bool(listed.rows)
    for image in images:
        yield replace(image, has_launch_templates=has if has or listed.is_complete else None)


def _template(reader: Reader, item: dict[str, Any]) -> LaunchTemplate:
    operator = item.get("Operator", {})
    return LaunchTemplate(
        resource_id=item["LaunchTemplateId"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("LaunchTemplateName", ""),
        created_at=item.get("CreateTime"),
        tags=clean_tags(item.get("Tags")),
        default_version=item.get("DefaultVersionNumber") or 0,
        latest_version=item.get("LatestVersionNumber") or 0,
        operator=str(operator.get("Principal") or "another service") if operator.get("Managed") else "",
    )

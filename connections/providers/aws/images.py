"""Whom machine images serve: machines that stand, and other accounts that may launch from them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from connections.provider import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Image, Instance

LAUNCH_PERMISSION = "launchPermission"
DESCRIBE_PERMISSIONS = Call(
    service="ec2",
    operation="DescribeImageAttribute",
    action="ec2:DescribeImageAttribute",
    why="Tells whether an image that was not launched for long is shared with other accounts, which may launch it.",
    cheapest={"Attribute": LAUNCH_PERMISSION, "ImageId": "ami-00000000000000000"},
    answers_cheapest=frozenset({"InvalidAMIID.NotFound"}),
    absent=frozenset({"InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"}),
    withheld=("BlockDeviceMappings", "Description", "UefiData"),
)
ASKED_AFTER_DAYS = 30  # what was launched lately is in use, shared or not


def with_machines(images: Iterable[Image], instances: Listing[Instance]) -> Iterator[Image]:
    """Images with whether a machine stands that was launched from them; unknown where the list of those broke off."""
    used = {instance.image_id for instance in instances.rows if instance.state != "terminated"}
    for image in images:
        has = image.resource_id in used
        yield replace(image, has_instances=has if has or instances.is_complete else None)


def with_sharing(reader: Reader, images: Iterable[Image]) -> Iterator[Image]:
    """Images with whether other accounts may launch from them, asked one by one of those that seem forgotten."""
    rows = tuple(images)
    asked = [image for image in rows if _is_asked(image)]
    told = reader.together(*(partial(_is_shared, reader, image) for image in asked))
    shared = {image.resource_id: is_shared for image, is_shared in zip(asked, told, strict=True)}
    for image in rows:
        # Nothing can be launched from a disabled image, and to disable it ends all sharing.
        known = True if image.is_public else shared.get(image.resource_id)
        yield replace(image, is_shared=False if image.state == "disabled" else known)


def _is_asked(image: Image) -> bool:
    is_settled = image.is_public or image.managed_by or image.has_instances or image.last_launched_at is None
    if is_settled or image.state != "available" or image.last_launched_at is None:
        return False
    return (image.observed_at - image.last_launched_at).days >= ASKED_AFTER_DAYS


def _is_shared(reader: Reader, image: Image) -> bool | None:
    answer = reader.one(DESCRIBE_PERMISSIONS, Attribute=LAUNCH_PERMISSION, ImageId=image.resource_id)
    if answer is None:
        return None
    return any(one.get("UserId") != image.account_id for one in answer.get("LaunchPermissions", ()))

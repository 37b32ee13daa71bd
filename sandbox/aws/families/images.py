"""Machine images: launched from, forgotten, and those that only seem so. Each stands on a snapshot of its own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names
from sandbox.aws.cases import Case, stands, tag_list
from sandbox.aws.model import Item
from sandbox.aws.shaped import Answered
from sandbox.aws.storage import snapshot_arn
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

UNUSED = "aws_ec2_image_unused"
LONG_AGO = {"launched_days_ago": 300}
UNTOLD = (UNUSED,)
CASES = {
    "image_forgotten": Case(count=3, age_days=420, has=LONG_AGO, wastes=UNTOLD, untold=UNTOLD),
    "image_disabled": Case(
        age_days=520,
        has=LONG_AGO | {"state": "disabled"},
        wastes=UNTOLD,
        untold=UNTOLD,
        trap="disabled, and its snapshot is charged on",
    ),
    "image_launched": Case(count=2, age_days=420, has={"launched_days_ago": 12}),
    "image_launched_in_spring": Case(age_days=700, has={"launched_days_ago": 150}, trap="not launched for 150 days"),
    "image_never_launched": Case(
        count=2, age_days=400, unknowns=(UNUSED,), trap="never launched, as a copy that waits for its restore"
    ),
    "image_new": Case(age_days=100, trap="never launched, but made three months ago"),
    "image_of_backup": Case(
        age_days=300, tags={"aws:backup:source-resource": "i-source"}, trap="never launched, but kept by AWS Backup"
    ),
    "image_standing": Case(
        age_days=600, has=LONG_AGO | {"is_standing": True}, trap="launched long ago, and that machine still stands"
    ),
    "image_public": Case(age_days=600, has=LONG_AGO | {"is_public": True}, trap="launched long ago, but public"),
    "image_protected": Case(
        age_days=600, has=LONG_AGO | {"is_protected": True}, trap="launched long ago, but protected by its owner"
    ),
    "image_shared": Case(
        age_days=600, has=LONG_AGO | {"shared": [{"UserId": names.LAB}]}, trap="launched long ago here, but shared"
    ),
    "image_kept": Case(age_days=600, has=LONG_AGO, tags={"keep": "true"}, trap="launched long ago, but to be kept"),
}


def add(draw: Draw, estate: Estate) -> None:
    for image in estate.of("image"):
        image.fines = (*image.fines, UNUSED)
        image.shape = _shape(image, launched_at=estate.as_of - timedelta(days=2))
    for stand in stands(draw, CASES):
        _image(draw, estate, stand)


def _image(draw: Draw, estate: Estate, stand: Stand) -> None:
    has = stand.case.has
    image_id, snapshot_id = draw.id("ami"), draw.id("snap")
    first, last = charges.span(stand.created_at, draw.as_of)
    estate.items.append(
        Item(
            kind="snapshot",
            account=stand.account,
            region=stand.region,
            native_id=snapshot_id,
            bill_id=snapshot_arn(stand.region, stand.account, snapshot_id),
            case="of_image",
            created_at=stand.created_at,
            facts={
                "size": 30,
                "volume_id": draw.id("vol"),
                "description": f"Created by CreateImage(i-source) for {image_id}",
            },
            fines=names.SNAPSHOT_RULES,
            charges=[charges.snapshot_storage(region=stand.region, gib=Decimal(12), first=first, last=last)],
        )
    )
    item = stand.item(draw, kind="image", native_id=image_id, bill_id=image_id, rules=(UNUSED,))
    item.facts |= {"snapshot_id": snapshot_id, "instance_id": "i-source", "shared": has.get("shared", [])}
    days = has.get("launched_days_ago")
    item.shape = _shape(
        item,
        launched_at=None if days is None else draw.ago(days + 0.3),
        state=has.get("state", "available"),
        is_public=has.get("is_public", False),
        is_protected=has.get("is_protected", False),
    )
    if has.get("is_standing"):
        machine = next(
            one
            for one in estate.of("instance")
            if one.case == "busy" and (one.account, one.region) == (item.account, item.region)
        )
        machine.facts["image_id"] = image_id
    estate.items.append(item)


def _shape(
    item: Item,
    *,
    launched_at: datetime | None,
    state: str = "available",
    is_public: bool = False,
    is_protected: bool = False,
) -> dict[str, Any]:
    shape = {
        "ImageId": item.native_id,
        "ImageLocation": f"{item.account}/{item.name}",
        "Name": item.name,
        "OwnerId": item.account,
        "State": state,
        "Public": is_public,
        "Description": "built by the platform team",
        "CreationDate": _stamp(item.created_at),
        "Architecture": "x86_64",
        "ImageType": "machine",
        "PlatformDetails": "Linux/UNIX",
        "RootDeviceType": "ebs",
        "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": item.facts["snapshot_id"], "VolumeSize": 30}}
        ],
        "DeregistrationProtection": "enabled-without-cooldown" if is_protected else "disabled",
        "Tags": tag_list(item),
    }
    return shape | ({"LastLaunchedTime": _stamp(launched_at)} if launched_at else {})


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def _images(asked: Asked) -> dict[str, Any]:
    if asked.parameters.get("Owners") != ["self"]:
        raise Refusal("InvalidParameterValue", "The sandbox lists an account's own images only.")
    is_whole = asked.parameters.get("IncludeDisabled")
    return {
        "Images": [one.shape for one in asked.of("image") if is_whole or one.shape["State"] != "disabled"],
    }


def _permissions(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters["ImageId"]
    if asked.parameters["Attribute"] != "launchPermission":
        raise Refusal("InvalidParameterValue", "The sandbox knows no other attribute of an image.")
    for item in asked.of("image"):
        if item.native_id == wanted:
            return {"ImageId": wanted, "LaunchPermissions": item.facts.get("shared", [])}
    raise Refusal("InvalidAMIID.NotFound", f"The image id '[{wanted}]' does not exist")


ANSWERS = (
    Answered(
        service="ec2",
        operation="DescribeImageAttribute",
        make=_permissions,
        honours=frozenset({"Attribute", "ImageId"}),
        tried_with=lambda estate: {"Attribute": "launchPermission", "ImageId": estate.of("image")[0].native_id},
    ),
    Answered(
        service="ec2",
        operation="DescribeImages",
        make=_images,
        honours=frozenset({"Owners", "IncludeDisabled"}),
        largest=1000,
        tried_with=lambda _: {"Owners": ["self"]},
    ),
)

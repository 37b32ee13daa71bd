"""KMS: the customer's own keys with when they were last used. No key is used, and no policy of one is read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.encryption import EncryptionKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

NOBODYS = "00000000-0000-0000-0000-000000000000"
LIST_KEYS = Call(
    service="kms",
    operation="ListKeys",
    action="kms:ListKeys",
    why="Lists the keys of a region.",
    cheapest={"Limit": 1},
)
DESCRIBE_KEY = Call(
    service="kms",
    operation="DescribeKey",
    action="kms:DescribeKey",
    why="Tells a customer's own keys from those that AWS keeps, and their states.",
    cheapest={"KeyId": NOBODYS},
    answers_cheapest=frozenset({"NotFoundException"}),
    absent=frozenset({"NotFoundException"}),  # deleted since it was listed
    withheld=("KeyMetadata.Description", "KeyMetadata.XksKeyConfiguration"),
)
GET_LAST_USAGE = Call(
    service="kms",
    operation="GetKeyLastUsage",
    action="kms:GetKeyLastUsage",
    why="Tells when a key was last used; not by whom or for what.",
    cheapest={"KeyId": NOBODYS},
    answers_cheapest=frozenset({"NotFoundException"}),
    withheld=("KeyLastUsage.CloudTrailEventId", "KeyLastUsage.KmsRequestId", "KeyLastUsage.Operation"),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every key of one region that is the customer's own. What AWS keeps for its services costs nothing."""
    ids = reader.listing(
        LIST_KEYS, result="Keys", row=lambda item: str(item["KeyArn"]), kinds=(EncryptionKey.KIND,), page_size=1000
    ).rows
    found = reader.together(*(partial(_key, reader, arn) for arn in ids))
    keys = [key for key in found if key is not None]
    if not keys:
        return
    tags = tags_by_arn(reader, "kms:key")
    for key in reader.together(*(partial(_with_usage, reader, key) for key in keys)):
        own = tags.get(key.resource_id, {})
        yield replace(key, tags=own, name=own.get("Name", ""))


def _key(reader: Reader, arn: str) -> EncryptionKey | None:
    if kept := reader.kept_by_id(EncryptionKey, resource_id=arn):
        return kept
    answer = reader.one(DESCRIBE_KEY, kinds=(EncryptionKey.KIND,), KeyId=arn)
    about: dict[str, Any] = (answer or {}).get("KeyMetadata", {})
    if about.get("KeyManager") != "CUSTOMER":
        return None
    return EncryptionKey(
        resource_id=arn,
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        created_at=about.get("CreationDate"),
        state=about.get("KeyState", ""),
        spec=about.get("KeySpec", ""),
        origin=about.get("Origin", ""),
        is_multi_region=bool(about.get("MultiRegion")),
    )


def _with_usage(reader: Reader, key: EncryptionKey) -> EncryptionKey:
    if key.details_read_at is not None:
        return key
    answer = reader.one(GET_LAST_USAGE, KeyId=key.resource_id)
    if answer is None:
        return replace(key, are_details_read=False)
    used_at = answer.get("KeyLastUsage", {}).get("Timestamp")
    return replace(key, last_used_at=used_at, tracked_from_at=answer.get("TrackingStartDate"))


COLLECTOR = Collector(
    service="kms",
    needs={EncryptionKey: (LIST_KEYS, DESCRIBE_KEY, GET_LAST_USAGE)},
    calls=(LIST_KEYS, DESCRIBE_KEY, GET_LAST_USAGE, GET_RESOURCES),
    collect=collect,
    billed_as=("AWS Key Management Service",),
    recorded_as={EncryptionKey: ("AWS::KMS::Key",)},
)

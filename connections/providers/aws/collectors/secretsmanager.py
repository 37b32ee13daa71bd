"""Secrets Manager: secrets with when they were last read. What they hold is never asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.reader import clean_tags
from connections.resources.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_SECRETS = Call(
    service="secretsmanager",
    operation="ListSecrets",
    action="secretsmanager:ListSecrets",
    why="Lists secrets by name with the day they were last read. Their values are never asked for.",
    cheapest={"MaxResults": 1},
    withheld=(
        "SecretList.Description",
        "SecretList.ExternalSecretRotationMetadata",
        "SecretList.ExternalSecretRotationRoleArn",
        "SecretList.SecretVersionsToStages",
    ),
    kept={"SecretList": "The list itself: names, moments and tags of secrets, no value of any."},
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every secret of one region; those that wait to be deleted are not listed, and not charged."""
    yield from reader.listing(
        LIST_SECRETS,
        result="SecretList",
        row=lambda item: _secret(reader, item),
        kinds=(Secret.KIND,),
        page_size=100,
    ).rows


def _secret(reader: Reader, item: dict[str, Any]) -> Secret:
    return Secret(
        resource_id=item["ARN"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("Name", ""),
        created_at=item.get("CreatedDate"),
        tags=clean_tags(item.get("Tags")),
        last_read_at=item.get("LastAccessedDate"),
        last_changed_at=item.get("LastChangedDate"),
        deleted_at=item.get("DeletedDate"),
        managed_by=item.get("OwningService", ""),
        primary_region=item.get("PrimaryRegion", ""),
    )


COLLECTOR = Collector(
    service="secretsmanager",
    needs={Secret: (LIST_SECRETS,)},
    calls=(LIST_SECRETS,),
    collect=collect,
    billed_as=("AWS Secrets Manager",),
)

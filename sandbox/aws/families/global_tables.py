"""Global tables of the version of 2017, as DynamoDB lists them: their replicas tell nothing of it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws.families.dynamodb import OF_2017
from sandbox.aws.shaped import Answered, Pages

if TYPE_CHECKING:
    from sandbox.aws.shaped import Asked


def _global_tables(asked: Asked) -> dict[str, Any]:
    group = [{"RegionName": name} for name in (asked.region, "eu-west-1")]
    found = [item.name for item in asked.of("table") if item.case == OF_2017]
    return {"GlobalTables": [{"GlobalTableName": name, "ReplicationGroup": group} for name in sorted(found)]}


ANSWERS = (
    Answered(
        service="dynamodb",
        operation="ListGlobalTables",
        make=_global_tables,
        honours=frozenset({"RegionName"}),
        pages=Pages(
            token="ExclusiveStartGlobalTableName",  # noqa: S106 - a page token
            limit="Limit",
            next_token="LastEvaluatedGlobalTableName",  # noqa: S106 - a page token
            items="GlobalTables",
        ),
    ),
)

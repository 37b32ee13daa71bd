"""WorkSpaces: desktops with when somebody was last connected. Who it was is not even parsed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.desktops import Desktop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_DESKTOPS = Call(
    service="workspaces",
    operation="DescribeWorkspaces",
    action="workspaces:DescribeWorkspaces",
    why="Lists desktops with their states; not whose they are.",
    cheapest={"Limit": 1},
    withheld=(
        "Workspaces.ComputerName",
        "Workspaces.ErrorMessage",
        "Workspaces.IpAddress",
        "Workspaces.Ipv6Address",
        "Workspaces.UserName",
        "Workspaces.WorkspaceName",
    ),
)
DESCRIBE_CONNECTIONS = Call(
    service="workspaces",
    operation="DescribeWorkspacesConnectionStatus",
    action="workspaces:DescribeWorkspacesConnectionStatus",
    why="Tells when somebody was last connected to a desktop.",
    cheapest={"WorkspaceIds": ["ws-000000000"]},
    answers_cheapest=frozenset({"InvalidParameterValuesException"}),
)


@dataclass(frozen=True, kw_only=True)
class _Connection:
    desktop_id: str
    state: str
    last_at: datetime | None


def collect(reader: Reader) -> Iterator[Thing]:
    """Every desktop of one region, joined with its last connection. More is asked for only where there is one."""
    desktops = reader.listing(
        DESCRIBE_DESKTOPS,
        result="Workspaces",
        row=lambda item: _desktop(reader, item),
        kinds=(Desktop.KIND,),
        page_size=25,
    ).rows
    if not desktops:
        return
    tags = tags_by_arn(reader, "workspaces:workspace")
    connections = _connections(reader)
    for desktop in desktops:
        arn = desktop.ARN.format(region=reader.region, account_id=reader.account_id, resource_id=desktop.resource_id)
        own = tags.get(arn, {})
        seen = connections.get(desktop.resource_id)
        joined = replace(desktop, tags=own, name=own.get("Name", ""))
        yield joined if seen is None else replace(joined, connection=seen.state, last_connected_at=seen.last_at)


def _desktop(reader: Reader, item: dict[str, Any]) -> Desktop:
    properties = item.get("WorkspaceProperties", {})
    return Desktop(
        resource_id=item["WorkspaceId"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        state=item.get("State", ""),
        running_mode=properties.get("RunningMode", ""),
        compute_type=properties.get("ComputeTypeName", ""),
        is_standby=any(one.get("Type") == "PRIMARY" for one in item.get("RelatedWorkspaces", ())),
    )


def _connections(reader: Reader) -> dict[str, _Connection]:
    found = reader.listing(
        DESCRIBE_CONNECTIONS,
        result="WorkspacesConnectionStatus",
        row=lambda item: _Connection(
            desktop_id=item["WorkspaceId"],
            state=item.get("ConnectionState", ""),
            last_at=item.get("LastKnownUserConnectionTimestamp"),
        ),
    )
    return {one.desktop_id: one for one in found.rows}


COLLECTOR = Collector(
    service="workspaces",
    needs={Desktop: (DESCRIBE_DESKTOPS, DESCRIBE_CONNECTIONS)},
    calls=(DESCRIBE_DESKTOPS, DESCRIBE_CONNECTIONS, GET_RESOURCES),
    collect=collect,
    billed_as=("Amazon WorkSpaces",),
)

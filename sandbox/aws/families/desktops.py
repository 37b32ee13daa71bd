"""Desktops: somebody's, nobody's, and those that only seem so. Users are made up, and must reach nobody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_workspaces_workspace_idle"
BILLED_AS = "Amazon WorkSpaces"
SERVICES = {BILLED_AS: ("Other", "Other (Other)", "AmazonWorkSpaces")}
RESOURCE_TYPES = {"desktop": "WorkSpace"}
ON, OFF = "ALWAYS_ON", "AUTO_STOP"
CASES = {
    "somebodys": Case(count=3, has={"mode": ON, "days_ago": 1}),
    "nobodys": Case(count=3, wastes=(IDLE,), has={"mode": ON, "days_ago": 130}),
    "nobodys_stopped": Case(count=2, wastes=(IDLE,), has={"mode": OFF, "state": "STOPPED", "days_ago": 90}),
    "on_leave": Case(has={"mode": ON, "days_ago": 40}, trap="nobody connected for 40 days, as on a long leave"),
    "standby": Case(has={"mode": OFF, "days_ago": 200, "is_standby": True}, trap="unused, but it stands by"),
    "never_used": Case(count=2, unknowns=(IDLE,), has={"mode": ON}, trap="never used, and nobody says since when"),
    "brokered": Case(unknowns=(IDLE,), has={"mode": "MANUAL", "days_ago": 300}, trap="unused, but by a broker perhaps"),
    "kept": Case(tags={"keep": "2099-12-31"}, has={"mode": ON, "days_ago": 150}, trap="unused, but to be kept"),
    "going": Case(has={"mode": ON, "state": "TERMINATING", "days_ago": 99}, trap="unused, and on its way out"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _desktop(draw, estate, stand)


def _desktop(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, native = stand.case.has, f"ws-{draw.hex(9)}"
    item = stand.item(
        draw, kind="desktop", native_id=native, bill_id=stand.arn("workspaces", f"workspace/{native}"), rules=(IDLE,)
    )
    related = [{"WorkspaceId": f"ws-{draw.hex(9)}", "Region": "us-west-2", "State": "AVAILABLE", "Type": "PRIMARY"}]
    item.shape = {
        "WorkspaceId": native,
        "DirectoryId": "d-9067000000",
        "UserName": f"user-{draw.hex(4)}",
        "IpAddress": "10.0.0.4",
        "ComputerName": f"PC-{draw.hex(6)}",
        "State": has.get("state", "AVAILABLE"),
        "WorkspaceProperties": {"RunningMode": has["mode"], "ComputeTypeName": "STANDARD"},
        **({"RelatedWorkspaces": related} if has.get("is_standby") else {}),
    }
    seen = {"LastKnownUserConnectionTimestamp": draw.ago(has["days_ago"])} if "days_ago" in has else {}
    item.facts["connection"] = {
        "WorkspaceId": native,
        "ConnectionState": "DISCONNECTED",
        "ConnectionStateCheckTimestamp": draw.as_of,
        **seen,
    }
    item.charges = [meter(draw, item, service=BILLED_AS, name="AW-HW-2", unit="Month", price="35", held=Decimal(1))]
    estate.items.append(item)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"Workspaces": [item.shape for item in asked.of("desktop")]}


def _connections(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters.get("WorkspaceIds")
    found = [item.facts["connection"] for item in asked.of("desktop")]
    return {"WorkspacesConnectionStatus": [one for one in found if not wanted or one["WorkspaceId"] in wanted]}


ANSWERS = (
    Answered(service="workspaces", operation="DescribeWorkspaces", make=_listed, largest=25),
    Answered(
        service="workspaces",
        operation="DescribeWorkspacesConnectionStatus",
        make=_connections,
        honours=frozenset({"WorkspaceIds"}),
    ),
)

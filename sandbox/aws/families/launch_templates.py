"""Launch templates: by name, with versions that nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, stands, tag_list
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

CASES = {
    "template_of_web": Case(count=2, has={"versions": 7}),
    "template_of_batch": Case(count=2, has={"versions": 1}),
    "template_of_nodes": Case(has={"versions": 2, "operator": "eks.amazonaws.com"}),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        native, has = draw.id("lt"), stand.case.has
        item = stand.item(draw, kind="launch_template", native_id=native, bill_id=native, rules=())
        item.shape = {
            "LaunchTemplateId": native,
            "LaunchTemplateName": item.name,
            "CreateTime": item.created_at,
            "CreatedBy": f"arn:aws:iam::{item.account}:role/deploy",
            "DefaultVersionNumber": 1,
            "LatestVersionNumber": has["versions"],
            "Tags": tag_list(item),
        }
        if "operator" in has:
            item.shape["Operator"] = {"Managed": True, "Principal": has["operator"]}
        estate.items.append(item)


def _templates(asked: Asked) -> dict[str, Any]:
    """Its accounts hide what other services manage: that is told to those alone who ask for it."""
    is_all = bool(asked.parameters.get("IncludeManagedResources"))
    rows = (item.shape for item in asked.of("launch_template"))
    return {"LaunchTemplates": [row for row in rows if is_all or "Operator" not in row]}


ANSWERS = (
    Answered(
        service="ec2",
        operation="DescribeLaunchTemplates",
        make=_templates,
        honours=frozenset({"IncludeManagedResources"}),
        largest=200,
    ),
)

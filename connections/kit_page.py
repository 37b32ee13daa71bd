"""The kits as a page shows them: text, file name, and how to run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404

from connections.kits import aws
from connections.provider import ExportPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connections.models import Connection

CONSOLE = "https://console.aws.amazon.com/cloudformation/home#/stacks/create"


@dataclass(frozen=True, kw_only=True)
class Form:
    """One of the forms in which a kit comes."""

    label: str
    file_name: str
    how: str
    render: Callable[[aws.Kit], str]


KITS: Mapping[str, Form] = {
    "cloudformation": Form(
        label="CloudFormation",
        file_name="costframe-read-only.json",
        how="Create a stack from this template in the account that is to be read. Its output is the role's ARN.",
        render=aws.cloudformation,
    ),
    "terraform": Form(
        label="Terraform",
        file_name="costframe.tf",
        how="Add this file to a configuration of the account, then plan and apply. Its output is the role's ARN.",
        render=aws.terraform,
    ),
    "script": Form(
        label="AWS CLI script",
        file_name="costframe-read-only.sh",
        how="Read it, then run it with an identity that may make roles. Its last line is the role's ARN.",
        render=aws.cli_script,
    ),
}


@dataclass(frozen=True, kw_only=True)
class KitPage:
    """A kit of one connection. `problem` says why there is no text."""

    name: str
    form: Form
    text: str
    problem: str
    link: str
    is_link_filled_in: bool
    actions: tuple[Mapping[str, str], ...]
    tolerated: Mapping[str, str]
    tabs: Mapping[str, Form]


def kit_page(connection: Connection, name: str) -> KitPage:
    """The kit called `name`. Raises Http404 for a name that is none."""
    if name not in KITS:
        raise Http404("There is no such kit.")
    text, link, problem = "", CONSOLE, ""
    try:
        kit = aws.Kit(
            principal_arn=settings.AWS_PRINCIPAL_ARN, external_id=connection.external_id, export=_export(connection)
        )
        text = KITS[name].render(kit)
        if settings.AWS_KIT_TEMPLATE_URL:
            link = aws.quick_create_link(kit, template_url=settings.AWS_KIT_TEMPLATE_URL)
    except aws.CannotMakeKit as error:
        problem = f"There is no kit yet, because a value does not fit: {error}."
        if error.field == "principal_arn":
            problem += " Ask your operator to set COSTFRAME_AWS_PRINCIPAL_ARN."
    return KitPage(
        name=name,
        form=KITS[name],
        text=text,
        problem=problem,
        link=link,
        is_link_filled_in=bool(settings.AWS_KIT_TEMPLATE_URL and text),
        actions=_actions(has_export=connection.has_export),
        tolerated=_tolerated(has_export=connection.has_export),
        tabs=KITS,
    )


def _export(connection: Connection) -> ExportPlace | None:
    if not connection.has_export:
        return None
    return ExportPlace(
        bucket=connection.export_bucket,
        prefix=connection.export_prefix,
        name=connection.export_name,
        region=connection.export_region,
    )


def _actions(*, has_export: bool) -> tuple[Mapping[str, str], ...]:
    """What the role may do, each action once with its reason and AWS's own access level."""
    rows = [*aws.declared()["inventory"], *(aws.declared()["export"] if has_export else ())]
    return tuple({row["action"]: row for row in rows}.values())


def _tolerated(*, has_export: bool) -> Mapping[str, str]:
    """Actions that AWS lists as neither Read nor List and that refuse no role, each with our reason."""
    return {**aws.declared()["tolerated"], **(aws.declared()["through_s3"] if has_export else {})}

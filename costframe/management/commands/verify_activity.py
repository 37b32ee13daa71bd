"""Verify the chains of the activity trails. Run as the operator process, which can read every trail and change none."""

from __future__ import annotations

import getpass
import socket
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from costframe.roles import refuse_wrong_database_role
from tenants import chain, scope
from tenants.models import Organization
from tenants.viewing import NotBooked, book_view

if TYPE_CHECKING:
    from argparse import ArgumentParser

REASON = "The chain of this trail is verified."


class Command(BaseCommand):
    help = (
        "Compute the chain of every organisation's activity trail again and compare. Names the first position that "
        "does not hold, and ends with 1 where one does not. Each look stands in the trail itself."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", type=UUID, metavar="UUID", help="this one only")
        parser.add_argument("--noted", metavar="POSITION:HASH", help="a head noted earlier, which it must still have")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        del args
        if settings.COSTFRAME_ROLE.name != "operator":
            raise CommandError(
                f"COSTFRAME_ROLE is {settings.COSTFRAME_ROLE.name!r}: run verify_activity on the operator's host, "
                "COSTFRAME_ROLE=operator."
            )
        for connection in connections.all():
            refuse_wrong_database_role(settings.COSTFRAME_ROLE, connection)
        noted = _noted(options["noted"])
        if noted and not options["organization"]:
            raise CommandError("--noted is the head of one organisation: name it with --organization.")
        organizations = _organizations(options["organization"])
        broken = sum([not self._holds(organization, noted) for organization in organizations])
        if broken:
            raise CommandError(f"{broken} of {len(organizations)} chains do not hold.")

    def _holds(self, organization: Organization, noted: chain.Head | None) -> bool:
        viewer = f"verify_activity, run by {getpass.getuser()} on {socket.gethostname()}"
        try:
            ticket = book_view(organization_id=organization.id, viewer=viewer, page="verify_activity", reason=REASON)
        except NotBooked as error:
            raise CommandError(f"{error} {error.__cause__}") from error
        with scope.viewing(organization.id, ticket=ticket):
            report = chain.verify(noted=noted)
        self.stdout.write(f"{organization.id} {_told(report)}")
        return not report.broken


def _told(report: chain.Report) -> str:
    if report.broken:
        return f"DOES NOT HOLD after position {report.head.position}: {report.broken}"
    if report.sealed_at is None:
        return "holds: nothing is sealed yet"
    return f"holds up to {report.head}, sealed at {report.sealed_at:%Y-%m-%d %H:%M:%S} UTC"


def _noted(text: str | None) -> chain.Head | None:
    try:
        return chain.parse_head(text) if text else None
    except chain.NotAHead as error:
        raise CommandError(f"--noted {text}: {error}") from error


def _organizations(wanted: UUID | None) -> list[Organization]:
    found = Organization.across_tenants.order_by("name", "id")
    chosen = list(found.filter(id=wanted) if wanted else found)
    if wanted and not chosen:
        raise CommandError(f"--organization {wanted}: there is no organisation with this id.")
    return chosen

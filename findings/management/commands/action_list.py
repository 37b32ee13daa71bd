"""Print an organisation's open findings as a table, the dearest first, with totals by currency."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from findings.models import Finding
from findings.queries import HEAVY, SORTS, account_labels, action_rows, totals_of
from findings.reports import table
from tenants import scope
from tenants.models import Organization

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Print an organisation's action list. Run it as the web or the worker process."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", type=UUID, required=True, help="the organisation's id")
        parser.add_argument("--width", type=int, default=0, help="columns of the terminal; found out where not given")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        del args
        width = options["width"] or shutil.get_terminal_size((table.WIDTH, 24)).columns
        with scope.organization(options["organization"]):
            if not Organization.objects.exists():
                raise CommandError(f"--organization {options['organization']}: there is no organisation with this id.")
            found = Finding.objects.filter(state=Finding.State.OPEN)
            sort = SORTS["saving"]
            ordered = found.defer(*HEAVY).order_by(*(f"-{name}" for name in sort.fields))
            rows = action_rows(ordered, labels=account_labels(), at=timezone.now())
            self.stdout.write(table.render(rows, totals_of(found), width=width), ending="")

"""Writes the list of all rules in docs/rules/README.md; `--check` only says whether it is up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from findings.rule_index import index_text

if TYPE_CHECKING:
    from argparse import ArgumentParser

INDEX = Path("docs") / "rules" / "README.md"


class Command(BaseCommand):
    help = "Write docs/rules/README.md from the rules (--check: only say whether it is up to date)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the list is up to date")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        path = Path(settings.BASE_DIR) / INDEX
        if options["check"]:
            if not path.exists() or path.read_text(encoding="utf-8") != index_text():
                raise CommandError(f"{INDEX} is not what the rules say: run make rules.")
            return
        path.write_text(index_text(), encoding="utf-8")
        self.stdout.write(f"Wrote {INDEX}.")

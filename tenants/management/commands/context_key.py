"""Makes, lists and retires the keys by which PostgreSQL knows the web process's proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from tenants.proof import ContextKey

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Run as the migrate process: only the tables' owner may write a key, and only its function reads one."""

    help = "Make a context key and print it for web, list the keys that PostgreSQL believes, or retire one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("make", help="make a new key, good beside the older ones, and print it for web")
        what.add_parser("list", help="print each key's id and when it was made")
        retire = what.add_parser("retire", help="believe a key no more, once no web process uses it")
        retire.add_argument("key", metavar="ID", help="as `list` prints it")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        del args
        if settings.COSTFRAME_ROLE.name != "migrate":
            raise CommandError(
                f"COSTFRAME_ROLE is {settings.COSTFRAME_ROLE.name!r}: run context_key as the migrate process, "
                "COSTFRAME_ROLE=migrate."
            )
        {"make": self._make, "list": self._list, "retire": self._retire}[options["what"]](**options)

    def _make(self, **_: object) -> None:
        key = ContextKey.make()
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into tenants_contextkey (id, inner_pad, outer_pad) values (%s, %s, %s)", [key.id, *key.pads]
            )
        self.stdout.write(f"Key {key.id} is made. Give it to every web process, and to no other:")
        self.stdout.write(f"COSTFRAME_CONTEXT_KEY={key.text}")

    def _list(self, **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select id, made_at from tenants_contextkey order by made_at, id")
            for key_id, made_at in cursor.fetchall():
                self.stdout.write(f"{key_id} made {made_at:%Y-%m-%d %H:%M:%S %Z}")

    def _retire(self, *, key: str, **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("delete from tenants_contextkey where id = %s", [key])
            if not cursor.rowcount:
                raise CommandError(f"There is no key {key!r}: `manage.py context_key list` prints the keys.")
        self.stdout.write(f"Key {key} is believed no more.")

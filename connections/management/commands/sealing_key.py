"""Make, list, rotate and destroy the keys that open sealed credentials. Run on a worker host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connections.key_use import count_rows_using
from connections.seal import public_key_text
from connections.unseal import KeyDirectory, KeyFault

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Make, list, rotate or destroy the keys that open sealed credentials."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("make", help="make the first key and print its public half for the web processes")
        actions.add_parser("list", help="key ids, oldest first, and how many credentials each one opens")
        actions.add_parser("show", help="print the newest key's public half again")
        actions.add_parser("rotate", help="make a newer key beside the others and print its public half")
        destroy = actions.add_parser("destroy", help="destroy an older key that opens nothing any more")
        destroy.add_argument("key_id")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401, ARG002 - Django's options
        if not settings.SEALING_KEY_DIR:
            raise CommandError("COSTFRAME_SEALING_KEY_DIR is not set: name a folder that only the worker can read.")
        keys = KeyDirectory(Path(settings.SEALING_KEY_DIR), settings.SEALING_KEY_PASSPHRASE or None)
        try:
            getattr(self, f"{options['action']}_key")(keys, options)
        except KeyFault as fault:
            raise CommandError(str(fault)) from fault

    def make_key(self, keys: KeyDirectory, options: dict[str, Any]) -> None:
        del options
        if keys.path.is_dir() and keys.key_ids():
            raise CommandError("There is a key already: `sealing_key rotate` makes a newer one beside it.")
        self._make(keys)

    def show_key(self, keys: KeyDirectory, options: dict[str, Any]) -> None:
        del options
        newest = keys.get(keys.key_ids()[-1]) if keys.key_ids() else None
        if newest is None:
            raise CommandError("There is no key to show: `sealing_key make` makes the first one.")
        self.stdout.write(f"COSTFRAME_SEALING_PUBLIC_KEY={public_key_text(newest.public_key)}")

    def rotate_key(self, keys: KeyDirectory, options: dict[str, Any]) -> None:
        del options
        if not keys.key_ids():
            raise CommandError("There is no key to rotate: `sealing_key make` makes the first one.")
        self._make(keys)
        self.stderr.write(
            "Copy the key directory to every worker host first, then give the line to web and restart it. Older keys "
            "stay until no credential uses them: see `sealing_key list`, then `sealing_key destroy KEY_ID`."
        )

    def list_key(self, keys: KeyDirectory, options: dict[str, Any]) -> None:
        del options
        key_ids = keys.key_ids()
        for key_id in key_ids:
            newest = "  newest" if key_id == key_ids[-1] else ""
            self.stdout.write(f"{key_id}  {count_rows_using(key_id):>6} credentials{newest}")

    def destroy_key(self, keys: KeyDirectory, options: dict[str, Any]) -> None:
        key_id = options["key_id"]
        key_ids = keys.key_ids()
        if key_id not in key_ids:
            raise CommandError(f"There is no key {key_id} in {keys.path}.")
        if key_id == key_ids[-1]:
            raise CommandError(f"{key_id} is the newest key, to which web seals: run `sealing_key rotate` first.")
        if used := count_rows_using(key_id):
            raise CommandError(f"{used} credentials are still sealed to {key_id}: destroying it would lose them.")
        keys.destroy(key_id)
        self.stderr.write(f"{key_id} is destroyed on this host. Destroy it on the other worker hosts and in backups.")

    def _make(self, keys: KeyDirectory) -> None:
        key = keys.make()
        self.stderr.write(f"Key {key.key_id} is kept in {keys.path}. The line for the web processes:")
        self.stdout.write(f"COSTFRAME_SEALING_PUBLIC_KEY={public_key_text(key.public_key)}")

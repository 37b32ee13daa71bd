"""Make the database's roles, give the database to their owner, and print each login's URL."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.database_roles import LOGINS, database_statements, role_statements


class Command(BaseCommand):
    """Run as the migrate process, with a login that may create roles in COSTFRAME_ADMIN_DATABASE_URL."""

    help = "Make the database roles with fresh passwords and print one URL for each login."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Everything in one transaction: either all roles have their new password or none has."""
        del args, options
        url = settings.ADMIN_DATABASE_URL
        if not url:
            raise CommandError(
                "COSTFRAME_ADMIN_DATABASE_URL is not set: give the URL of a login that may create roles, with the "
                "name of the database that Costframe shall use."
            )
        passwords = {login: secrets.token_urlsafe(24) for login in LOGINS}
        try:
            with psycopg.connect(url, connect_timeout=10) as admin:
                for statement in [*role_statements(passwords), *database_statements(admin.info.dbname)]:
                    admin.execute(statement)
        except psycopg.Error as error:
            raise CommandError(f"COSTFRAME_ADMIN_DATABASE_URL: {error.diag.message_primary or error}") from error
        for login, password in passwords.items():
            self.stdout.write(f"{login} {url_for(url, login=login, password=password)}")


def url_for(admin_url: str, *, login: str, password: str) -> str:
    """The same server and database under another login."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}:{quote(password, safe='')}@{host}"))

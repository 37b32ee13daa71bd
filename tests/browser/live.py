"""A live site for browser tests: the real web process on a database of its own, and the sandbox's identity provider."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from django.db import connections

from connections.seal import public_key_text
from connections.unseal import KeyDirectory
from sandbox import process
from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import NORTHWIND
from sandbox.fleet import Fleet
from tenants import scope
from tenants.models import Organization
from tenants.organization_ids import organization_id_for
from tests.database import CONTEXT_KEY

if TYPE_CHECKING:
    import uuid
    from pathlib import Path

PRINCIPAL = "arn:aws:iam::999999999999:role/costframe-worker"


@dataclass(kw_only=True)
class Site:
    """A running web process. `rows()` writes to its database what other processes would have written."""

    urls: dict[str, str]
    directory: Path
    port: int = field(default_factory=process.free_port)

    def __post_init__(self) -> None:
        self.origin = f"http://app.localhost:{self.port}"
        self.issuer = Issuer.start(state_dir=self.directory / "clerk", app_origins=[self.origin])
        self.fleet = Fleet(
            database_urls=self.urls,
            redis_url="",
            logs=self.directory / "logs",
            shared={
                "COSTFRAME_SANDBOX": "true",
                "COSTFRAME_PUBLIC_ORIGIN": self.origin,
                "COSTFRAME_AWS_PRINCIPAL_ARN": PRINCIPAL,
                **self.issuer.environment(),
            },
            worker_only={},
            web_only=self.issuer.web_environment(),
            sealing_public_key=public_key_text(KeyDirectory(self.directory / "keys").make().public_key),
            context_key=CONTEXT_KEY.text,
        )
        self.fleet.start_pages("web", self.port)

    def stop(self) -> None:
        self.fleet.stop()
        self.issuer.stop()

    def organization_id(self, clerk_id: str = NORTHWIND.id) -> uuid.UUID:
        return organization_id_for(issuer=self.issuer.issuer, clerk_id=clerk_id)

    @contextmanager
    def rows(self, login: str = "cf_worker", organization: str = NORTHWIND.id):
        """Django's models on the site's own database under one login, in one scope; committed at the end."""
        default = connections["default"]
        kept = default.settings_dict
        url = psycopg.conninfo.conninfo_to_dict(self.urls[login])
        names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
        default.close()
        default.settings_dict = {**kept, **{name: url[key] for name, key in names.items()}, "OPTIONS": {}}
        try:
            with scope.organization(self.organization_id(organization)):
                yield
        finally:
            default.close()
            default.settings_dict = kept

    def forget_everything(self) -> None:
        """Empty every table, and let Northwind exist as after its first member's first request."""
        with psycopg.connect(self.urls["admin"], autocommit=True) as admin:
            admin.execute("truncate tenants_organization cascade")
            for table in admin.execute("select relname from pg_class where relrowsecurity").fetchall():
                admin.execute(f"truncate {table[0]} cascade")
        with self.rows("cf_web"):
            Organization.objects.create(
                id=self.organization_id(),
                issuer=self.issuer.issuer,
                clerk_id=NORTHWIND.id,
                name=NORTHWIND.name,
                timezone="Europe/Berlin",
                created_at="2026-11-01T00:00:00Z",
            )

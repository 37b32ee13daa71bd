"""A migrated PostgreSQL of a benchmark's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


def migrate(url: str) -> None:
    """Run the migrations as the migrator does in production."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "COSTFRAME_ROLE": "migrate",
            "COSTFRAME_SANDBOX": "true",
            "COSTFRAME_DATABASE_URL": url,
        },
        check=True,
    )


@contextmanager
def migrated(database: str, *, is_durable: bool = True) -> Iterator[dict[str, str]]:
    """The URL of each login, and of the administrator as `admin`, for as long as the block lasts."""
    folder = ROOT / ".local" / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        postgres = servers.start_postgres(folder, is_durable=is_durable)
        try:
            urls = {**servers.provision(postgres, database), "admin": postgres.url(database=database)}
            migrate(urls["cf_migrator"])
            yield urls
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""The product's processes as in production: each started with only its own environment and database login."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import process

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
# What any program needs to run at all. Nothing else of our own environment is passed on.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")


@dataclass(kw_only=True)
class Fleet:
    """Web, worker, scheduler and operator.

    `database_urls` maps logins to URLs, `shared` holds settings that are no secret and every process may know,
    `worker_only` and `web_only` what only these may hold, `sealing_public_key` what web seals with, `context_key` what
    it makes its proofs with.
    """

    database_urls: Mapping[str, str]
    redis_url: str
    logs: Path
    shared: Mapping[str, str]
    worker_only: Mapping[str, str]
    sealing_public_key: str
    context_key: str
    operators: tuple[str, ...] = ()
    web_only: Mapping[str, str] = field(default_factory=dict)
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(50))
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, role: str) -> dict[str, str]:
        """The whole environment of one kind of process."""
        own: dict[str, dict[str, str]] = {
            "web": {
                "COSTFRAME_SECRET_KEY": self.secret_key,
                "COSTFRAME_SEALING_PUBLIC_KEY": self.sealing_public_key,
                "COSTFRAME_CONTEXT_KEY": self.context_key,
                **self.web_only,
            },
            "worker": {"COSTFRAME_REDIS_URL": self.redis_url, **self.worker_only},
            "scheduler": {"COSTFRAME_REDIS_URL": self.redis_url},
            "operator": {
                "COSTFRAME_SECRET_KEY": f"{self.secret_key}-operator",
                "COSTFRAME_OPERATOR_TRAIL_DATABASE_URL": self.database_urls["cf_operator_trail"],
                "PLATFORM_ADMIN_USER_IDS": ",".join(self.operators),
            },
            "migrate": {},
        }
        login = "cf_migrator" if role == "migrate" else f"cf_{role}"
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "PYTHONUNBUFFERED": "1",
            "COSTFRAME_ROLE": role,
            "COSTFRAME_DATABASE_URL": self.database_urls[login],
            **self.shared,
            **own[role],
        }

    def command(self, role: str, *arguments: str) -> str:
        """Run a management command to its end as one kind of process. Returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(role),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise process.DidNotStart(f"manage.py {' '.join(arguments)} as {role} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def migrate(self) -> None:
        """Bring the database up to date."""
        self.command("migrate", "migrate", "--verbosity=0")

    def start_pages(self, role: str, port: int, *, origin: str | None = None, threads: int = 8) -> None:
        """Start gunicorn for the web or the operator process and wait until it answers.

        `origin` is the address that people open, where it differs from the one that all processes share.
        """
        environment = {**self.environment(role), "COSTFRAME_WEB_PROCESSES": "1", "COSTFRAME_WEB_THREADS": str(threads)}
        if origin is not None:
            environment["COSTFRAME_PUBLIC_ORIGIN"] = origin
        log = self.logs / f"{role}.log"
        server = process.start(
            [
                *(sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"),
                *("--bind", f"127.0.0.1:{port}", "--graceful-timeout", "5", "--worker-tmp-dir", str(self.logs)),
            ],
            log=log,
            env=environment,
            cwd=ROOT,
        )
        self.running[role] = server
        process.wait_until(lambda: _answers(port), process=server, log=log, seconds=60)

    def start_command(self, name: str, role: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a long-running management command under `name` (several workers have a name each)."""
        started = process.start(
            [sys.executable, "manage.py", *arguments],
            log=self.logs / f"{name}.log",
            env=self.environment(role),
            cwd=ROOT,
        )
        self.running[name] = started
        return started

    def first_dead(self) -> str | None:
        """The name of a process that ended by itself."""
        return next((name for name, one in self.running.items() if one.poll() is not None), None)

    def stop(self) -> None:
        """Stop all of them, the last started first. Together they take as long as the slowest."""
        process.stop_all(list(reversed(self.running.values())))
        self.running.clear()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, OSError):
        return False

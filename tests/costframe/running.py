"""A running Costframe for tests: real scheduler and workers, a real cloud on loopback, rows written as web writes them."""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import redis
from psycopg import sql

from connections.seal import Binding, seal
from connections.unseal import KeyDirectory
from costframe.queue import QUEUE
from sandbox import process
from sandbox.aws import names
from sandbox.fleet import Fleet
from tenants.organization_ids import organization_id_for
from tests.database import CONTEXT_KEY, enter

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from connections.seal import Sealed
    from sandbox.aws.client import SandboxCloud
    from sandbox.servers import Redis

HURRIED = {
    "COSTFRAME_LEASE_SECONDS": "3",
    "COSTFRAME_RESEND_SECONDS": "1",
    "COSTFRAME_WORKER_GRACE_SECONDS": "5",
}
ACCOUNT = names.SHOP
READS = (
    *("ec2:Describe*", "elasticloadbalancing:Describe*", "rds:Describe*"),
    *("cloudwatch:GetMetricData", "sts:GetCallerIdentity", "iam:Get*", "iam:List*"),
)
EXPORT_READS = ("s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation")
EXPORT = [f"arn:aws:s3:::{names.BUCKET}", f"arn:aws:s3:::{names.BUCKET}/{names.PREFIX}/*"]
T = TypeVar("T")


@dataclass(kw_only=True)
class Running:
    """One database, one queue, one organisation with one connection, and whatever processes a test starts."""

    urls: dict[str, str]
    redis: Redis
    cloud: SandboxCloud
    directory: Path
    organization_id: uuid.UUID = field(default_factory=lambda: organization_id_for(issuer="test", clerk_id="org_run"))
    connection_id: uuid.UUID = field(default_factory=uuid.uuid4)
    secret: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = KeyDirectory(self.directory / "keys")
        self.key = self.keys.make()
        self.fleet = Fleet(
            database_urls=self.urls,
            redis_url=self.redis.url,
            logs=self.directory / "logs",
            shared={
                "COSTFRAME_SANDBOX": "true",
                "COSTFRAME_AWS_PRINCIPAL_ARN": self.cloud.principal_arn,
                "COSTFRAME_AWS_ENDPOINT_URL": self.cloud.endpoint_url,
                **HURRIED,
            },
            worker_only={
                "COSTFRAME_SEALING_KEY_DIR": str(self.keys.path),
                "COSTFRAME_AWS_ACCESS_KEY_ID": self.cloud.access_key_id,
                "COSTFRAME_AWS_SECRET_ACCESS_KEY": self.cloud.secret_access_key,
            },
            sealing_public_key="",
            context_key=CONTEXT_KEY.text,
        )
        self.role: dict[str, str] = {}
        self.workers = 0

    def make_connection(
        self,
        *,
        label: str = "Shop",
        regions: tuple[str, ...] = ("eu-west-1",),
        has_export: bool = False,
        state: str = "CONNECTED",
    ) -> None:
        """What sign-in and the wizard leave behind: an organisation, a connection in use, its sealed credential."""
        account = names.PAYER if has_export else ACCOUNT
        export = (names.BUCKET, names.PREFIX, names.CSV_EXPORT, names.EXPORT_REGION) if has_export else ("",) * 4
        external_id = f"cf-{uuid.uuid4().hex}{uuid.uuid4().hex[:8]}"
        self.role = {"account": account, "external_id": external_id}
        self.secret = {"role_arn": make_role(self.cloud, account=account, external_id=external_id)}
        sealed = self.seal(self.secret["role_arn"])
        now = dt.datetime.now(dt.UTC)
        with self.web() as web:
            web.execute(
                "insert into tenants_organization (id, issuer, clerk_id, name, timezone, night_time, created_at) "
                "values (%s, 'test', 'org_run', 'Northwind', 'UTC', '02:00', %s) on conflict do nothing",
                [self.organization_id, now],
            )
            web.execute(
                "insert into connections_connection (id, organization_id, provider, label, state, account_id, "
                "external_id, regions, export_bucket, export_prefix, export_name, export_region, generation, "
                "is_paused, created_at) "
                "values (%s, %s, 'aws', %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, false, %s)",
                [
                    *(self.connection_id, self.organization_id, label, state, account, external_id, list(regions)),
                    *(*export, now),
                ],
            )
            web.execute(
                "insert into connections_sealedcredential "
                "(id, organization_id, connection_id, generation, key_id, blob, created_at) "
                "values (%s, %s, %s, 1, %s, %s, %s)",
                [uuid.uuid4(), self.organization_id, self.connection_id, sealed.key_id, sealed.blob, now],
            )
        if state == "CONNECTED":
            self.confirm(account=account, blob=sealed.blob)

    def seal(self, role_arn: str) -> Sealed:
        """As web seals what was submitted."""
        binding = Binding(
            organization_id=self.organization_id, connection_id=self.connection_id, provider="aws", generation=1
        )
        return seal({"role_arn": role_arn}, public_key=self.key.public_key, binding=binding)

    def confirm(self, *, account: str, blob: bytes) -> None:
        """What the worker writes after an access check that let the connection in."""
        with psycopg.connect(self.urls["admin"], autocommit=True) as admin:
            admin.execute(
                "insert into connections_confirmation "
                "(id, organization_id, connection_id, account_id, digest, confirmed_at) values (%s, %s, %s, %s, %s, now())",
                [uuid.uuid4(), self.organization_id, self.connection_id, account, sha256(blob).hexdigest()],
            )

    def web(self) -> Any:
        """A transaction of the web process's login, inside the organisation's scope."""
        web = psycopg.connect(self.urls["cf_web"])
        enter(web, self.organization_id)
        return web

    def request_audit(self) -> uuid.UUID:
        """The button: a row that is due, and a wake-up call. Nothing is sent."""
        audit_id, now = uuid.uuid4(), dt.datetime.now(dt.UTC)
        with self.web() as web:
            web.execute(
                "insert into audits_audit (id, organization_id, connection_id, state, requested_by, requested_at, "
                "message, summary, estimated_cost_usd, due_at, attempt) "
                "values (%s, %s, %s, 'REQUESTED', 'a test', %s, '', '{}', 0, %s, 0)",
                [audit_id, self.organization_id, self.connection_id, now, now],
            )
            web.execute("select pg_notify('costframe_due', '')")
        return audit_id

    def set_role_policies(self, *, extra: dict[str, dict[str, Any]] | None = None) -> None:
        """The customer changes what the role may do."""
        make_role(self.cloud, **self.role, extra=extra)

    @property
    def role_name(self) -> str:
        return self.secret["role_arn"].rpartition("/")[2]

    def make_stranger(self) -> uuid.UUID:
        """Another organisation, with nothing in it."""
        stranger = organization_id_for(issuer="test", clerk_id="org_stranger")
        with psycopg.connect(self.urls["cf_web"]) as web:
            enter(web, stranger)
            web.execute(
                "insert into tenants_organization (id, issuer, clerk_id, name, timezone, night_time, created_at) "
                "values (%s, 'test', 'org_stranger', 'Contoso', 'UTC', '02:00', now())",
                [stranger],
            )
        return stranger

    def queue_is_empty(self) -> bool:
        """Whether every message was fetched and done with."""
        with contextlib.closing(redis.Redis.from_url(self.redis.url)) as queue:
            return queue.hlen(f"dramatiq:{QUEUE}.msgs") == 0

    def start_scheduler(self, name: str = "scheduler") -> subprocess.Popen[bytes]:
        return self.fleet.start_command(name, "scheduler", "scheduler")

    def start_worker(self, *, processes: int = 1, threads: int = 3) -> subprocess.Popen[bytes]:
        """A worker; with one process it is also the one that works."""
        self.workers += 1
        return self.fleet.start_command(
            f"worker-{self.workers}", "worker", "worker", f"--processes={processes}", f"--threads={threads}"
        )

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the database, seen by its administrator."""
        with psycopg.connect(self.urls["admin"], autocommit=True) as admin:
            return admin.execute(statement, values or None).fetchall()

    def wait_for_end(self, audit_id: uuid.UUID, *, seconds: float = 60) -> str:
        """The state in which the audit ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                state, ended_at = self.rows("select state, ended_at from audits_audit where id = %s", audit_id)[0]
            except psycopg.OperationalError:
                ended_at = None
            if ended_at is not None:
                return str(state)
            time.sleep(0.1)
        raise AssertionError(self.describe(audit_id))

    def describe(self, audit_id: uuid.UUID) -> str:
        """Where the audit stands and what the processes said last, for a test's failure."""
        said = [
            *self.rows("select state, message, due_at, attempt from audits_audit where id = %s", audit_id),
            *self.rows(
                "select kind, region, service, state, due_at, attempt, message from audits_step order by 1, 2, 3"
            ),
        ]
        logs = [f"{log.name}:\n{process.tail(log, 12)}" for log in sorted(self.fleet.logs.glob("*.log"))]
        return "\n".join([*map(str, said), *logs])

    def request_stop(self, audit_id: uuid.UUID) -> None:
        """The other button."""
        now = dt.datetime.now(dt.UTC)
        with self.web() as web:
            web.execute(
                "update audits_audit set stop_requested_at = %s, due_at = %s where id = %s", [now, now, audit_id]
            )
            web.execute("select pg_notify('costframe_due', '')")

    def found(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that an audit wrote, without what differs from one audit to the next."""
        of_resource = "join audits_resource r on r.id = t.resource_id"
        return {
            "resources": self.rows(
                "select kind, region, resource_id, gone_at is null from audits_resource order by 2, 3"
            ),
            "usage": self.rows(
                f"select r.resource_id, metric, statistic, period_seconds, values from audits_usage t {of_resource} order by 1, 2, 3, 4"
            ),
            "verdicts": self.rows(
                f"select r.resource_id, rule_id, outcome from findings_verdict t {of_resource} order by 1, 2"
            ),
            "findings": self.rows(
                "select rule_id, provider_resource_id, state, confidence, estimated_monthly_savings "
                "from findings_finding order by 1, 2"
            ),
            "gaps": self.rows("select region, service, action, reason from audits_gap order by 1, 2, 3, 4"),
        }

    def everything(self) -> bytes:
        """Every row of every table as text, every key of the queue, every line of the logs."""
        kept = bytearray()
        with psycopg.connect(self.urls["admin"]) as admin:
            tables = admin.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
            for (table,) in tables:
                for (row,) in admin.execute(sql.SQL("select t::text from {} t").format(sql.Identifier(table))):
                    kept += row.encode()
        with contextlib.closing(redis.Redis.from_url(self.redis.url)) as queue:
            for key in queue.scan_iter():
                kept += key + (queue.dump(key) or b"")
        for log in self.fleet.logs.glob("*.log"):
            kept += log.read_bytes()
        return bytes(kept)

    def called(self) -> Counter[str]:
        """How often each operation reached the cloud, by the cloud's own log."""
        return Counter(call["operation"] for call in self.cloud.calls())

    def booked(self) -> Counter[str]:
        """How often each operation was called, by our own book."""
        return Counter(dict(self.rows("select operation, sum(count)::int from audits_apicall group by 1")))

    def request_check(self) -> uuid.UUID:
        """The wizard's last step: a row that is due, and a wake-up call."""
        check_id, now = uuid.uuid4(), dt.datetime.now(dt.UTC)
        with self.web() as web:
            web.execute(
                "insert into connections_accesscheck (id, organization_id, connection_id, generation, state, "
                "requested_at, due_at, attempt, account_id, refusals, warnings, matrix) "
                "values (%s, %s, %s, 1, 'REQUESTED', %s, %s, 0, '', '[]', '[]', '[]')",
                [check_id, self.organization_id, self.connection_id, now, now],
            )
            web.execute("select pg_notify('costframe_due', '')")
        return check_id

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """As a machine that loses power: no signal handler, no last word."""
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)

    def stop(self) -> None:
        self.fleet.stop()


def wait_for(condition: Callable[[], T], *, seconds: float = 20) -> T:
    """What `condition` answers as soon as it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            if found := condition():
                return found
        time.sleep(0.05)
    raise AssertionError("It did not come true.")


def make_role(
    cloud: SandboxCloud, *, account: str, external_id: str, extra: dict[str, dict[str, Any]] | None = None
) -> str:
    """Play the customer who runs our kit, and may add to it. Made again, it takes the earlier one's place."""
    return cloud.create_role(
        account=account,
        name=f"Costframe-{external_id[:12]}",
        trust_policy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": cloud.principal_arn},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
                }
            ],
        },
        policies={
            "read": {"Version": "2012-10-17", "Statement": [_allow(READS, ["*"]), _allow(EXPORT_READS, EXPORT)]},
            **(extra or {}),
        },
    )


def _allow(actions: tuple[str, ...], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resources}

"""`make demo`: everything on one machine, from nothing to the action list, through the product's own doors."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import customer, process, servers
from sandbox.aws.client import SandboxCloud
from sandbox.browser import Browser, PageRefused
from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import ENGINEER, NORTHWIND, OPERATOR
from sandbox.clerk.webhooks import NotDelivered
from sandbox.fleet import ROOT, Fleet
from sandbox.release import Left, forget_unless_it_fits, mark_of
from tenants.organization_ids import organization_id_for
from tenants.proof import ContextKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from uuid import UUID

DATABASE = "costframe"
WEB_PORT, OPERATOR_PORT = 8000, 8001
AUDIT_SECONDS = 600


@dataclass(kw_only=True)
class Demo:
    """What is running, and how to reach it."""

    fleet: Fleet
    cloud: SandboxCloud
    issuer: Issuer
    postgres: servers.Postgres
    web_origin: str
    operator_origin: str

    def browser(self) -> Browser:
        """The engineer's browser, signed in."""
        return Browser(
            origin=self.web_origin,
            signed_in=lambda: self.issuer.cookies(self.issuer.mint(ENGINEER, azp=self.web_origin)),
        )


def main() -> int:
    """Parse the arguments, run, and end with 0 unless something did not work."""
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description=__doc__)
    parser.add_argument("--once", action="store_true", help="print the action list, stop everything and exit")
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "demo", help="where the demo keeps its data")
    parser.add_argument("--seed", type=int, default=7, help="another estate (a new one starts from nothing)")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, as_interrupt)
    try:
        with only_one(chosen.state), running(chosen.state, seed=chosen.seed) as demo:
            audit_everything(demo)
            if not chosen.once:
                serve(demo)
    except KeyboardInterrupt:
        say("\nStopped everything that was started.")
    except (customer.DidNotWork, PageRefused, process.DidNotStart, NotDelivered) as error:
        say(f"\nThis did not work: {error}\nThe logs are in {chosen.state}.")
        return 1
    return 0


@contextlib.contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Two demos on the same data would take each other's work."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise process.DidNotStart(
                "Another demo is running on the same data. Stop it, or give this one its own: "
                'make demo ARGS="--state .local/other"'
            ) from None
        yield


def start_sandbox(state: Path, *, seed: int) -> SandboxCloud:
    """The cloud of a payer and two members, small and full of waste."""
    say("Starting the sandbox cloud: an organisation with a payer and two member accounts...")
    return SandboxCloud.start(seed=seed, state_dir=state)


@contextlib.contextmanager
def running(
    state: Path,
    *,
    seed: int,
    start_cloud: Callable[..., SandboxCloud] = start_sandbox,
    workers: Sequence[Sequence[str]] = ((),),
    of_workers: Mapping[str, str] | None = None,
) -> Iterator[Demo]:
    """Start servers, cloud, sign-in and the product's processes; stop exactly those at the end.

    `workers` has the arguments of each worker to start, of which the second one is called `worker-2`, and `of_workers`
    what else stands in their environment.
    """
    with contextlib.ExitStack() as started:
        left = forget_unless_it_fits(state, mark=mark_of(seed=seed))
        if left is Left.OTHERS:
            say(f"What another release or seed left in {state} does not fit this one: the demo begins anew.")
        say("Starting PostgreSQL and Redis (embedded, on loopback)...")
        postgres, urls, redis_url = databases(state, started)
        cloud = start_cloud(state / "aws", seed=seed)
        started.callback(cloud.stop)
        web_port, operator_port = own_port(WEB_PORT), own_port(OPERATOR_PORT)
        web_origin, operator_origin = f"http://app.localhost:{web_port}", f"http://ops.localhost:{operator_port}"
        issuer = Issuer.start(state_dir=state / "clerk", app_origins=(web_origin, operator_origin))
        started.callback(issuer.stop)
        fleet = make_fleet(state, urls=urls, redis_url=redis_url, cloud=cloud, issuer=issuer, origin=web_origin)
        fleet.worker_only = {**fleet.worker_only, **(of_workers or {})}
        started.callback(fleet.stop)
        say("Bringing the database up to date..." if left is Left.OURS else "Migrating the database...")
        fleet.migrate()
        fleet.context_key = context_key(fleet, state / "context_key")
        fleet.sealing_public_key = sealing_public_key(fleet, is_first=not (state / "keys").exists())
        say("Starting web, worker, scheduler and operator, each with only its own environment...")
        for number, arguments in enumerate(workers, start=1):
            fleet.start_command("worker" if number == 1 else f"worker-{number}", "worker", "worker", *arguments)
        fleet.start_command("scheduler", "scheduler", "scheduler")
        fleet.start_pages("web", web_port)
        issuer.send_webhooks_to(web_origin)
        issuer.memberships.announce()
        fleet.start_pages("operator", operator_port, origin=operator_origin)
        yield Demo(
            fleet=fleet,
            cloud=cloud,
            issuer=issuer,
            postgres=postgres,
            web_origin=web_origin,
            operator_origin=operator_origin,
        )


def databases(state: Path, started: contextlib.ExitStack) -> tuple[servers.Postgres, dict[str, str], str]:
    """The server, the URL of each login, and Redis' URL: embedded, or the servers that the environment names."""
    given = os.environ.get("COSTFRAME_DATABASE_URL")
    postgres = servers.given_postgres(given) if given else servers.start_postgres(state)
    started.callback(postgres.stop)
    redis_url = os.environ.get("COSTFRAME_REDIS_URL")
    if not redis_url:
        redis = servers.start_redis(state)
        started.callback(redis.stop)
        redis_url = redis.url
    return postgres, servers.provision(postgres, postgres.database or DATABASE), redis_url


def own_port(wanted: int) -> int:
    """`wanted`, or another where somebody else listens there, which is said."""
    port = process.port_or_another(wanted)
    if port != wanted:
        say(f"Port {wanted} is in use; taking {port} instead.")
    return port


def make_fleet(
    state: Path, *, urls: dict[str, str], redis_url: str, cloud: SandboxCloud, issuer: Issuer, origin: str
) -> Fleet:
    """The product's processes, pointed at the sandbox."""
    return Fleet(
        database_urls=urls,
        redis_url=redis_url,
        logs=state,
        shared={
            "COSTFRAME_SANDBOX": "true",
            "COSTFRAME_PUBLIC_ORIGIN": origin,
            "COSTFRAME_AWS_PRINCIPAL_ARN": cloud.principal_arn,
            "COSTFRAME_LOG_STYLE": "text",
            **issuer.environment(),
        },
        worker_only={
            "COSTFRAME_SEALING_KEY_DIR": str(state / "keys"),
            "COSTFRAME_AWS_ACCESS_KEY_ID": cloud.access_key_id,
            "COSTFRAME_AWS_SECRET_ACCESS_KEY": cloud.secret_access_key,
            "COSTFRAME_AWS_ENDPOINT_URL": cloud.endpoint_url,
        },
        sealing_public_key="",
        context_key="",
        web_only=issuer.web_environment(),
        operators=(OPERATOR.user_id,),
    )


def sealing_public_key(fleet: Fleet, *, is_first: bool) -> str:
    """The key that web seals with, made at the first run."""
    line = fleet.command("worker", "sealing_key", "make" if is_first else "show")
    return line.strip().rpartition("COSTFRAME_SEALING_PUBLIC_KEY=")[2]


def context_key(fleet: Fleet, kept: Path) -> str:
    """The key of web's proofs, made at the first run; and again on a database that does not know it."""
    known = fleet.command("migrate", "context_key", "list")
    if not kept.exists() or ContextKey.from_text(kept.read_text()).id not in known:
        line = fleet.command("migrate", "context_key", "make")
        kept.touch(mode=0o600)
        kept.write_text(line.strip().rpartition("COSTFRAME_CONTEXT_KEY=")[2])
    return kept.read_text()


def audit_everything(demo: Demo, *, seconds: float = AUDIT_SECONDS) -> None:
    """Connect what is not connected yet, audit every account through the queue, and print the action list."""
    browser = demo.browser()
    known = {account: customer.home_of(browser, account) for account in customer.ACCOUNTS}
    homes: dict[customer.Account, str] = {}
    made: list[str] = []
    for account, home in known.items():
        if home is None or not customer.is_let_in(browser, home):
            say(f"Connecting {account.label}: wizard, kit, role, access check...")
            made.append(homes.setdefault(account, customer.connect(browser, demo.cloud, account, home=home)))
        else:
            homes[account] = home
    for home in made:
        customer.confirm(browser, home)
    looks = [customer.start_audit(browser, home, account) for account, home in homes.items()]
    customer.watch(browser, looks, show=show_progress, seconds=seconds)
    say("")
    for look in looks:
        if look.failure:
            raise customer.DidNotWork(f"{look.account.label}: {look.failure}")
    say("\n" + action_list(demo))


def action_list(demo: Demo) -> str:
    """The table, as the product prints it."""
    width = str(shutil.get_terminal_size((150, 24)).columns)
    return demo.fleet.command(
        "web", "action_list", "--organization", str(organization_id(demo.issuer)), "--width", width
    )


def organization_id(issuer: Issuer) -> UUID:
    """The organisation's id, which follows from issuer and Clerk's id."""
    return organization_id_for(issuer=issuer.issuer, clerk_id=NORTHWIND.id)


def show_progress(looks: Sequence[customer.Look]) -> None:
    """One line that is written over on a terminal, and a line a change elsewhere."""
    line = "Auditing: " + ", ".join(f"{look.account.label} {look.ended} of {look.total} steps" for look in looks)
    if sys.stdout.isatty():
        print(f"\r\033[K{line}", end="", flush=True)
    elif line != show_progress.__dict__.get("last"):
        say(line)
    show_progress.__dict__["last"] = line


def serve(demo: Demo) -> None:
    """Say where everything is, and wait for Ctrl-C or the end of a process."""
    say(f"Open {demo.web_origin}/ and sign in as the engineer or the finance person: one click, no password.")
    say(f"The operator's pages are at {demo.operator_origin}/ (sign in as the operator).")
    say("Ctrl-C stops everything that was started here. The next run goes on with the same data.")
    while (dead := demo.fleet.first_dead()) is None:
        time.sleep(1)
    raise process.DidNotStart(f"The {dead} process ended:\n{process.tail(demo.fleet.logs / f'{dead}.log')}")


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def as_interrupt(*_: object) -> None:
    """For a signal: end as Ctrl-C does, so that everything that was started is stopped."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

"""Two nights of an organisation through the whole product, one worker killed in the first; prints what they took."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from benchmarks.organisation import bill
from benchmarks.organisation.estate import AT_HOME, REGIONS, Organisation, Sizes, counts
from benchmarks.organisation.figures import Figures
from benchmarks.organisation.processes import Gauge
from benchmarks.second_night import A_NIGHT_EARLIER, GOAL, YOUNG_DAYS
from sandbox import customer, demo
from sandbox.aws import names
from sandbox.aws.client import SandboxCloud
from sandbox.aws.estate import last_midnight
from sandbox.fleet import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from benchmarks.organisation.figures import Night

ACCOUNTS, RESOURCES = 6, 3_000
WORKERS, THREADS = 2, 6
SECONDS = 10_800
LOOK_SECONDS = 1.0
KILLED_AT = 0.3  # of the first night's steps
BILL_MEMORY = {"COSTFRAME_BILL_MEMORY_MB": "1024"}  # of a month of 200,000 resources
LEVELS, MOST_TOLD, LONGEST_TOLD = ("WARNING", "ERROR", "CRITICAL"), 3, 300
EXPORT = {**customer.EXPORT, "export_name": bill.NAME}
PROGRESS = """
select count(*) filter (where kind <> 'JUDGE' and state in ('DONE', 'FAILED')), count(*),
       count(*) filter (where state = 'RUNNING')
  from audits_step where state <> 'NOT_CALLED' and audit_id in (select id from audits_audit where not id = any(%s))
"""
UNDER_WAY = "select count(*) from audits_audit where state in ('REQUESTED', 'RUNNING')"


@dataclass(frozen=True, kw_only=True)
class Account(customer.Account):
    """One account; the payer holds the export, as Parquet."""

    @property
    def export(self) -> dict[str, str]:
        return EXPORT if self.account_id == names.PAYER else {}


@dataclass(kw_only=True)
class Run:
    """What is running, and what it is asked for."""

    options: argparse.Namespace
    organisation: Organisation
    running: demo.Demo
    connection: psycopg.Connection[Any]
    gauge: Gauge
    state: Path
    homes: dict[Account, str] = field(default_factory=dict)
    read_logs: dict[str, int] = field(default_factory=dict)

    def ids(self) -> list[object]:
        return [row[0] for row in self.connection.execute("select id from audits_audit")]


def main() -> None:
    """Print what each night took and found, and the second one's share of the first one's calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--resources", type=int, default=RESOURCES, help="of all accounts together")
    parser.add_argument("--with-bill", action="store_true", help="the first night knows 30 days of bill already")
    parser.add_argument("--workers", type=int, default=WORKERS, help="worker commands, one process each")
    parser.add_argument("--threads", type=int, default=THREADS, help="of each worker process")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="which neither night may take longer than")
    options, _ = parser.parse_known_args()
    signal.signal(signal.SIGTERM, demo.as_interrupt)
    (ROOT / ".local").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="organisation-", dir=ROOT / ".local"))
    try:
        with _running(options, state) as run:
            _two_nights(run)
    finally:
        shutil.rmtree(state, ignore_errors=True)


@contextlib.contextmanager
def _running(options: argparse.Namespace, state: Path) -> Iterator[Run]:
    sizes = Sizes(accounts=options.accounts, resources=options.resources)
    organisation = Organisation(sizes, as_of=last_midnight())
    _say(
        f"organisation: {sizes.accounts} accounts x {len(REGIONS)} regions, {AT_HOME} of them in use, "
        f"{sum(_expected(sizes).values()):,} resources; {options.workers} worker processes of {options.threads} threads"
    )

    def start_cloud(folder: Path, *, seed: int) -> SandboxCloud:
        del seed
        arguments = ("--accounts", str(sizes.accounts), "--resources", str(sizes.resources))
        command = ("-m", "benchmarks.organisation.cloud", *arguments, "--as-of", organisation.as_of.isoformat())
        return SandboxCloud.start_command(command, state_dir=folder)

    worker = ("--processes", "1", "--threads", str(options.threads))
    with contextlib.ExitStack() as started:
        with contextlib.redirect_stdout(None):
            running = started.enter_context(
                demo.running(
                    state, seed=0, start_cloud=start_cloud, workers=[worker] * options.workers, of_workers=BILL_MEMORY
                )
            )
        connection = started.enter_context(
            psycopg.connect(running.postgres.url(database=demo.DATABASE), autocommit=True)
        )
        gauge = started.enter_context(Gauge(lambda: _roots(running)))
        yield Run(
            options=options,
            organisation=organisation,
            running=running,
            connection=connection,
            gauge=gauge,
            state=state,
        )


def _expected(sizes: Sizes) -> dict[str, int]:
    """The resources of each account. The payer has a bucket more, that of the export."""
    whole = AT_HOME * sum(counts(sizes.of_a_place).values())
    return {account: whole + (account == names.PAYER) for account in sizes.account_ids}


def _roots(running: demo.Demo) -> dict[str, list[int]]:
    """The processes of each kind that are measured."""
    fleet, postgres = dict(running.fleet.running), running.postgres.process
    return {
        "workers": [one.pid for name, one in fleet.items() if name.startswith("worker")],
        "scheduler": [fleet["scheduler"].pid],
        "web": [fleet["web"].pid],
        "database": [postgres.pid] if postgres else [],
        "cloud": [running.cloud.pid] if running.cloud.pid else [],
    }


def _two_nights(run: Run) -> None:
    charges = run.state / "charges.csv"
    started = time.monotonic()
    count = bill.write_charges(run.organisation, charges)
    _publish(run, charges, days=bill.BILLED_DAYS if run.options.with_bill else YOUNG_DAYS)
    _say(f"  {count:,} charged resources; their bill was written in {time.monotonic() - started:.0f} s")
    _connect(run)
    first = _night(run, "night 1", but_not=(), is_one_killed=True)
    run.connection.execute(A_NIGHT_EARLIER)
    earlier = run.ids()
    _publish(run, charges, days=bill.BILLED_DAYS)
    second = _night(run, "night 2", but_not=earlier, is_one_killed=False)
    shares = (second.calls / first.calls, second.series / max(1, first.series), second.usd / first.usd)
    _say(
        "  night 2 / night 1: calls {:.2f}, series {:.2f}, USD {:.2f} ".format(*shares) + f"(goal {GOAL:.2f} of calls)"
    )
    _pages(run)


def _publish(run: Run, charges: Path, *, days: int) -> None:
    bill.publish(charges, run.state / "aws" / "bucket", as_of=run.organisation.as_of, days=days)


def _connect(run: Run) -> None:
    """Each account through the wizard; then all access checks, which run side by side."""
    started, browser = time.monotonic(), run.running.browser()
    for number, account_id in enumerate(run.organisation.sizes.account_ids, start=1):
        account = Account(account_id=account_id, label=f"Account {number}")
        run.homes[account] = customer.connect(browser, run.running.cloud, account)
    wizard = time.monotonic() - started
    for home in run.homes.values():
        customer.confirm(browser, home, seconds=run.options.seconds)
    _say(f"  connected through the wizard in {wizard:.0f} s; every access check was over "
         f"after {time.monotonic() - started:.0f} s")  # fmt: skip


def _night(run: Run, title: str, *, but_not: Sequence[object], is_one_killed: bool) -> Night:
    before, browser = run.gauge.reset(), run.running.browser()
    started = time.monotonic()
    for account, home in run.homes.items():
        customer.start_audit(browser, home, account)
    asked = time.monotonic() - started
    killed = _watch(run, but_not=but_not, is_one_to_be_killed=is_one_killed)
    night = Figures(run.connection, earlier=but_not).night(expected=_expected(run.organisation.sizes))
    took = {kind: seconds - before.get(kind, 0) for kind, seconds in run.gauge.cpu().items()}
    memory = run.gauge.taken["workers"]
    _say(f"{title}: every audit was asked for within {asked:.0f} s{killed}")
    for line in night.lines:
        _say(f"  {line}")
    _say("  CPU seconds: " + ", ".join(f"{kind} {seconds:,.0f}" for kind, seconds in took.items()))
    for line in _complaints(run):
        _say(f"  in a log: {line}")
    _say(f"  memory of workers: {memory.largest:,} MiB the largest process, {memory.together:,} MiB all together")
    return night


def _complaints(run: Run) -> list[str]:
    """Warnings and errors that the product's processes have logged and that were not told yet: some, and how many."""
    found = []
    for log in sorted(run.state.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        first, run.read_logs[log.name] = run.read_logs.get(log.name, 0), len(lines)
        odd = [line for line in lines[first:] if any(f" {level} " in line for level in LEVELS)]
        found += [f"{log.name} {line[:LONGEST_TOLD]}" for line in odd[:MOST_TOLD]]
        found += [f"{log.name} {len(odd)} in all"] if len(odd) > MOST_TOLD else []
    return found


def _watch(run: Run, *, but_not: Sequence[object], is_one_to_be_killed: bool) -> str:
    """Wait for the night's end; kill a worker in its midst and start another one. Says so."""
    deadline, told, killed = time.monotonic() + run.options.seconds, 0.0, ""
    while run.connection.execute(UNDER_WAY).fetchone() != (0,):
        if time.monotonic() > deadline:
            raise SystemExit(f"The night was not over after {run.options.seconds:g} seconds.")
        if dead := run.running.fleet.first_dead():
            raise SystemExit(f"The {dead} process ended; its log is in {run.state}.")
        time.sleep(LOOK_SECONDS)
        [(done, all_of_them, at_work)] = run.connection.execute(PROGRESS, [list(but_not)]).fetchall()
        if is_one_to_be_killed and not killed and all_of_them and done >= KILLED_AT * all_of_them:
            _kill_one(run)
            killed = f"; a worker was killed with {at_work} steps under way in all, and another one started"
        if time.monotonic() - told > 60:  # noqa: PLR2004
            told = time.monotonic()
            _say(f"    {done:,} of {all_of_them:,} steps")
    return killed


def _kill_one(run: Run) -> None:
    """End the first worker and all of its processes as a machine that is switched off does."""
    fleet = run.running.fleet
    worker = fleet.running.pop("worker")
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)
    fleet.start_command("worker", "worker", "worker", "--processes", "1", "--threads", str(run.options.threads))


def _pages(run: Run) -> None:
    """How long the pages of an organisation of this size take to open."""
    browser = run.running.browser()
    home = next(iter(run.homes.values()))
    [(audit,)] = run.connection.execute("select id from audits_audit order by requested_at desc limit 1").fetchall()
    paths = ("/", "/connections/", home, "/audits/", "/audits/nights/", f"/audits/{audit}/", f"/audits/{audit}/calls/",
             "/costs/", "/bills/", "/findings/", "/findings/rules/", "/findings/actions.csv")  # fmt: skip
    for path in paths:
        started = time.monotonic()
        page = browser.get(path)
        took, told = time.monotonic() - started, path.replace(str(audit), "…")
        _say(f"  page {told}: {took:.2f} s, {len(page.text) // 1024:,} KiB")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()

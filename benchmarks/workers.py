"""How much faster four worker processes read a cloud than one, where nearly all of the time is spent waiting for it.

One account of the sandbox, whose every call takes a while, read again and again through the whole product: queue,
claims, database and all. Each worker process has one thread, so that what is measured is processes.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from pathlib import Path

import psycopg

from sandbox import customer, demo, process
from sandbox.fleet import ROOT

GOAL = 3.6
LATENCY_SECONDS = 1.0
PROCESSES = (4, 1)
SECONDS = 1800
TOOK = """
select extract(epoch from max(ended_at) - min(started_at)), count(*), sum(call_count),
       count(*) filter (where state <> 'DONE')
  from audits_step where kind = 'INVENTORY' and state <> 'NOT_CALLED'
   and audit_id = (select id from audits_audit order by requested_at desc limit 1)
"""


def main() -> None:
    """Print how long the same audit's reading took with so many processes, and the ratio."""
    (ROOT / ".local").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="workers-", dir=ROOT / ".local"))
    print(f"workers: one account, {LATENCY_SECONDS:g} s a call, one thread a process (goal {GOAL} or more)")
    took = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()), demo.running(state, seed=7) as running:
            browser, account = running.browser(), customer.ACCOUNTS[-1]
            home = customer.connect(browser, running.cloud, account)
            customer.confirm(browser, home)
            _audit(running, home, account)  # what a first look has to do more is not measured
            process.stop(running.fleet.running.pop("worker"))
            running.cloud.set_latency(LATENCY_SECONDS)
            for count in PROCESSES:
                worker = running.fleet.start_command(
                    f"worker-{count}", "worker", "worker", "--processes", str(count), "--threads", "1"
                )
                _audit(running, home, account)
                process.stop(worker)
                running.fleet.running.pop(f"worker-{count}")
                with psycopg.connect(running.postgres.url(database=demo.DATABASE)) as connection:
                    [took[count]] = connection.execute(TOOK).fetchall()
    finally:
        shutil.rmtree(state, ignore_errors=True)
    for count, row in took.items():
        seconds, steps, calls, undone = row
        print(f"  {count} processes: {seconds:6.1f} s for {steps} steps of {calls} calls, {undone} of them not done")
    print(f"  1 -> 4 processes: {took[1][0] / took[4][0]:.2f} times as fast")


def _audit(running: demo.Demo, home: str, account: customer.Account) -> None:
    browser = running.browser()
    look = customer.start_audit(browser, home, account)
    customer.watch(browser, [look], show=lambda _: None, seconds=SECONDS)
    if look.failure:
        raise SystemExit(look.failure)


if __name__ == "__main__":
    main()

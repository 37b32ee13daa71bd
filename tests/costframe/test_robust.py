"""Whatever dies, the audit ends, once, with the same findings. Real processes, a real queue, a real database."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import pytest
import redis

from audits.bill_folder import PREFIX
from sandbox import servers
from tests.costframe.running import Running, wait_for
from tests.database import TestCluster

pytestmark = pytest.mark.processes
REGIONS = ("eu-west-1",)
KILLS = 3


@pytest.fixture(scope="module")
def own_cluster(server_directory):
    """A PostgreSQL of this module's own, since it is restarted here."""
    cluster = TestCluster(server_directory / "robust")
    yield cluster
    cluster.postgres.stop(seconds=5)


@pytest.fixture(scope="module")
def start(own_cluster, redis_server, cloud, tmp_path_factory):
    """Makes a fresh Costframe with one connection and a scheduler, alone on an empty queue."""

    @contextlib.contextmanager
    def start(*, schedulers=1, has_export=False):
        with contextlib.closing(redis.Redis.from_url(redis_server.url)) as queue:
            queue.flushall()
        cloud.clear_faults()
        directory = tmp_path_factory.mktemp("running")
        running = Running(urls=own_cluster.copy(), redis=redis_server, cloud=cloud, directory=directory)
        try:
            running.make_connection(regions=REGIONS, has_export=has_export)
            for number in range(schedulers):
                running.start_scheduler(f"scheduler-{number}")
            yield running
        finally:
            running.stop()
            cloud.clear_faults()

    return start


@pytest.fixture
def run(start):
    """As `start`, stopped when the test ends."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(start(**options))


@pytest.fixture(scope="module")
def undisturbed(start):
    """What an audit finds when nothing happens to it."""
    with start() as running:
        running.start_worker()
        audit_id = running.request_audit()
        assert running.wait_for_end(audit_id) == "DONE", running.describe(audit_id)
        found = running.found()
    assert len(found["findings"]) > 10
    return found


def assert_ended_once(running, audit_id, undisturbed):
    """Done, by one judging, with the findings of an audit that nothing happened to."""
    assert running.wait_for_end(audit_id) == "DONE", running.describe(audit_id)
    assert running.found() == undisturbed
    assert running.rows("select count(*) from audits_step where kind = 'JUDGE'") == [(1,)]
    assert running.rows("select count(*) from audits_step where state <> 'DONE' or due_at is not null") == [(0,)]
    assert running.rows("select count(*) from audits_audit") == [(1,)]


def test_workers_killed_at_random_points(run, undisturbed):
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)  # noqa: S311 - it only has to be repeatable
    running = run()
    audit_id = running.request_audit()
    for _ in range(KILLS):
        worker = running.start_worker()
        time.sleep(draw.uniform(1.0, 3.5))
        running.kill(worker)
    running.start_worker()
    assert_ended_once(running, audit_id, undisturbed)


def test_a_worker_killed_in_the_middle_of_a_bill_leaves_nothing_of_it_and_the_next_one_loads_it_whole(run, cloud):
    running = run(has_export=True)
    worker = running.start_worker()
    audit_id = running.request_audit()
    (reader,) = wait_for(lambda: readers_of(worker))
    running.kill(worker)
    wait_for(lambda: not is_alive(reader))  # it notices that nobody takes what it reads
    left = [folder.name for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}{worker.pid}-*")]
    assert left != []
    running.start_worker()
    assert running.wait_for_end(audit_id, seconds=90) == "DONE", running.describe(audit_id)
    assert not any((Path(tempfile.gettempdir()) / name).exists() for name in left)
    totals = cloud.estate["bill"]
    sums = "sum(c.row_count), sum(c.effective_cost)"
    loaded = running.rows(
        f"select l.execution_id, {sums} from audits_billload l join audits_costline c on c.load_id = l.id "
        "where l.state = 'LOADED' group by 1"
    )
    assert {one[0]: (int(one[1]), one[2]) for one in loaded} == {
        one["execution_id"]: (one["rows"], Decimal(one["EffectiveCost"])) for one in totals.values()
    }
    assert running.rows("select count(*) from audits_costline") == running.rows(
        "select count(*) from audits_costline c join audits_billload l on l.id = c.load_id where l.state = 'LOADED'"
    )


def test_a_queue_that_is_emptied_again_and_again(run, undisturbed):
    running = run()
    running.start_worker()
    audit_id = running.request_audit()
    queue = redis.Redis.from_url(running.redis.url)
    for _ in range(8):
        queue.flushall()
        time.sleep(0.25)
    queue.close()
    assert_ended_once(running, audit_id, undisturbed)


def test_a_database_that_is_restarted(run, undisturbed, own_cluster, server_directory):
    running = run()
    running.start_worker()
    audit_id = running.request_audit()
    wait_for(lambda: running.rows("select 1 from audits_step where state = 'RUNNING'"))
    port = own_cluster.postgres.port
    own_cluster.postgres.stop()
    time.sleep(0.5)
    own_cluster.postgres = servers.start_postgres(server_directory / "robust", is_durable=False, port=port)
    assert_ended_once(running, audit_id, undisturbed)


def test_two_schedulers_and_two_workers_do_each_step_once(run, undisturbed):
    running = run(schedulers=2)
    running.start_worker()
    running.start_worker()
    audit_id = running.request_audit()
    assert_ended_once(running, audit_id, undisturbed)
    assert running.rows("select max(attempt) from audits_step") == [(1,)]


def test_a_worker_that_is_asked_to_end_gives_its_steps_back(run, undisturbed, cloud):
    running = run()
    leaving = running.start_worker()
    cloud.fault("slow", service="ec2", operation="DescribeVolumes", count=2, seconds=1.0)
    audit_id = running.request_audit()
    wait_for(lambda: running.rows("select 1 from audits_step where state = 'RUNNING' and service = 'ec2'"))
    leaving.send_signal(signal.SIGTERM)
    assert leaving.wait(10) == 0
    assert running.rows("select count(*) from audits_step where state = 'RUNNING'") == [(0,)]
    running.start_worker()
    assert_ended_once(running, audit_id, undisturbed)
    assert running.rows("select max(attempt) from audits_step") == [(1,)]


def test_a_stopped_audit_ends_within_seconds_and_calls_nothing_more(run, cloud):
    running = run()
    running.start_worker()
    cloud.fault("slow", service="ec2", count=20, seconds=0.7)
    audit_id = running.request_audit()
    wait_for(lambda: running.rows("select 1 from audits_step where state = 'RUNNING' and service = 'ec2'"))
    running.request_stop(audit_id)
    assert running.wait_for_end(audit_id, seconds=15) == "STOPPED", running.describe(audit_id)
    assert running.rows("select count(*) from audits_step where due_at is not null or state = 'RUNNING'") == [(0,)]
    before = len(cloud.calls())
    time.sleep(1)
    assert len(cloud.calls()) == before
    assert running.rows("select sum(count) > 0 from audits_apicall") == [(True,)]


def test_a_worker_replaces_a_child_that_died_and_takes_all_with_it_when_it_ends(run):
    running = run()
    worker = running.start_worker(processes=2)
    children = wait_for(lambda: two_children_of(worker))
    os.kill(children[0], signal.SIGKILL)
    replaced = wait_for(lambda: two_children_of(worker, without=children[0]))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert not any(is_alive(child) for child in replaced)


def test_a_child_ends_when_its_supervisor_was_killed(run):
    running = run()
    worker = running.start_worker(processes=2)
    children = wait_for(lambda: two_children_of(worker))
    running.kill(worker)
    wait_for(lambda: not any(is_alive(child) for child in children))


def readers_of(worker):
    """The ids of the processes that read a bill for this worker."""
    found = []
    for children in Path(f"/proc/{worker.pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [child for child in children.read_text().split() if reads_a_bill(child)]
    return [int(child) for child in found]


def reads_a_bill(pid):
    return b"focus_reader" in Path(f"/proc/{pid}/cmdline").read_bytes()


def two_children_of(worker, *, without=None):
    """The ids of both children of a worker; none until there are two, or while `without` is among them."""
    found = [int(child) for child in Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()]
    return found if len(found) == 2 and without not in found else []


def is_alive(pid):
    """Whether the process runs; one that ended may wait for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

"""Whatever dies, the audit ends, once, with the same findings. Real processes, a real queue, a real database."""

from __future__ import annotations

import pytest

from sandbox.aws.client import SandboxCloud
from tests.costframe.running import Running

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def cloud(server_directory):
    """The customer's cloud, filled from the committed seed."""
    with SandboxCloud.start(state_dir=server_directory / "cloud") as cloud:
        yield cloud


@pytest.fixture
def running(fresh_database, redis_server, cloud, tmp_path):
    running = Running(urls=fresh_database, redis=redis_server, cloud=cloud, directory=tmp_path)
    yield running
    running.stop()


def test_an_audit_runs_from_the_row_to_the_findings(running):
    running.make_connection()
    running.start_scheduler()
    running.start_worker()
    audit_id = running.request_audit()
    assert running.wait_for_end(audit_id) == "DONE", running.describe(audit_id)
    print(running.describe(audit_id)[:3000])

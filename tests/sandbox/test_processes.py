"""The sandbox's two processes: on loopback only, started together, and none left behind."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from sandbox import process
from sandbox.aws import names
from sandbox.aws.client import SandboxCloud
from tests.sandbox.conftest import READS, trust


def is_gone(pid, *, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_both_processes_end_when_stopped_and_when_killed_and_roles_are_kept(tmp_path):
    day = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)  # early in a month there is less of a bill to write
    cloud = SandboxCloud.start(seed=3, as_of=day, state_dir=tmp_path)
    try:
        ready = json.loads((tmp_path / "ready.json").read_text())
        arn = cloud.create_role(account=names.LAB, name="kept", trust_policy=trust(), policies={"reads": READS})
        assert cloud.endpoint_url.startswith("http://127.0.0.1:")
    finally:
        cloud.stop()
    assert is_gone(ready["pid"])
    assert is_gone(ready["backend_pid"])

    again = SandboxCloud.start(seed=3, as_of=day, state_dir=tmp_path)
    try:
        with urlopen(f"{again.endpoint_url}/_sandbox/roles") as answer:
            assert [role["arn"] for role in json.load(answer)] == [arn]
        ready = json.loads((tmp_path / "ready.json").read_text())
        os.kill(ready["pid"], signal.SIGKILL)
        assert is_gone(ready["backend_pid"])
    finally:
        again.stop()


LEAVES = 'trap \'touch "$0"; exit 0\' TERM; touch "$1"; while :; do sleep 0.02; done'
LEAVES_LAST = 'trap \'while [ ! -e "$0" ]; do sleep 0.02; done; exit 0\' TERM; touch "$1"; while :; do sleep 0.02; done'


def test_all_are_asked_to_end_before_one_is_waited_for(tmp_path):
    """So that together they take as long as the slowest: here one waits for the other, whichever is asked first."""
    left, log, started = tmp_path / "left", tmp_path / "log", []
    for name, code in (("last", LEAVES_LAST), ("first", LEAVES)):
        started.append(process.start(["sh", "-c", code, str(left), str(tmp_path / name)], log=log))
        process.wait_until((tmp_path / name).exists, process=started[-1], log=log, seconds=20)
    process.stop_all(started)
    assert [one.returncode for one in started] == [0, 0]

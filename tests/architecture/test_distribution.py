"""However many workers share the suite, what starts processes is run by one of them."""

from __future__ import annotations

import re

import pytest

from tests.distribution import PROCESSES, ROOT, SECONDS, LongestFirst, group_of, sendable, share_out

MARKS = ("processes", "browser")
FIXTURES = {"door", "running_site", "served"}
STARTS = re.compile(r"\b(Running|Served|Site)\(|\bdemo\.running\(|\bsync_playwright\(")
MODULES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "tests").rglob("test_*.py"))]


def test_what_is_marked_as_starting_processes_is_run_by_one_worker(request):
    marked = {
        item.nodeid.partition("::")[0]
        for item in request.session.items
        if any(item.get_closest_marker(mark) for mark in MARKS) or FIXTURES & set(item.fixturenames)
    }
    assert {module for module in marked if group_of(module) != PROCESSES} == set()


def test_what_starts_processes_is_run_by_one_worker():
    starting = {module for module in MODULES if STARTS.search((ROOT / module).read_text())}
    assert len(starting) > 5
    assert {module for module in starting if group_of(module) != PROCESSES} == set()


def test_any_other_module_is_run_as_a_whole_by_whichever_worker_is_free():
    groups = [group_of(module) for module in MODULES]
    others = [group for group in groups if group != PROCESSES]
    assert len(others) == len(set(others)) > len(groups) * 3 / 4


def test_what_takes_longest_is_begun_first_and_that_which_starts_processes_before_all():
    dear = "tests/sandbox/test_processes.py"
    groups = {"few": 3, "many": 1000, dear: 1, PROCESSES: 2}
    waiting = LongestFirst({group: dict.fromkeys(map(str, range(tests)), False) for group, tests in groups.items()})
    taken = [waiting.popitem(last=False) for _ in groups]
    assert [group for group, _ in taken] == [PROCESSES, "many", dear, "few"]
    assert [len(tests) for _, tests in taken] == [2, 1000, 1, 3]
    assert not waiting


def test_the_modules_that_take_long_are_there_and_are_not_run_with_what_starts_processes():
    assert {module for module in SECONDS if module not in MODULES or group_of(module) == PROCESSES} == set()


def test_what_is_no_utf_8_is_written_out_before_it_is_sent_between_processes():
    assert sendable("a\ud800 é 😀") == "a\\ud800 é 😀"


def test_a_server_that_was_given_is_not_shared_by_workers(monkeypatch, request):
    monkeypatch.setenv("COSTFRAME_DATABASE_URL", "postgres://admin@127.0.0.1/postgres")
    with pytest.raises(pytest.UsageError, match=r"COSTFRAME_DATABASE_URL .* run with -n 0"):
        share_out(request.config, None)

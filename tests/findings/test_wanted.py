"""Usage is paid for where a rule looks at it, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connections.resources import Instance, Metric, Volume
from findings import registry
from findings.rule import Fine, Rule, Unknown
from findings.volume_usage import BUSIEST_BYTES, BUSIEST_OPERATIONS, OPERATIONS
from findings.wanted import series_of
from tests.findings.evidence import ACCOUNT, ago

VOLUME = Volume(
    **ACCOUNT, resource_id="vol-1", created_at=ago(300), volume_type="gp3", size_gib=100, state="in-use", iops=3000,
    throughput_mibps=125, attached_to=("i-1",), attached_states=("running",),
)  # fmt: skip
MACHINE = Instance(**ACCOUNT, resource_id="i-1", state="running", instance_type="m5.large", launched_at=ago(300))
MOST_OPERATIONS = dict.fromkeys((*OPERATIONS, *BUSIEST_OPERATIONS), 30)


@pytest.mark.parametrize(
    ("volume", "wanted"),
    [
        (VOLUME, dict.fromkeys(OPERATIONS, 30)),
        (replace(VOLUME, is_root=True), {}),
        (replace(VOLUME, is_root=True, iops=6000), MOST_OPERATIONS),
        (replace(VOLUME, throughput_mibps=250), MOST_OPERATIONS | dict.fromkeys(BUSIEST_BYTES, 30)),
        (replace(VOLUME, attached_states=("stopped",)), {}),
    ],
)
def test_a_disk_is_measured_only_for_what_some_rule_could_say_of_it(volume, wanted):
    assert series_of(volume, settings={}) == wanted


def test_a_window_of_the_organisations_counts():
    own = {"aws_ebs_volume_low_usage": {"idle_days": 60}}
    assert series_of(VOLUME, settings=own) == dict.fromkeys(OPERATIONS, 60)


READS = Metric(name="VolumeReadOps", statistic="Sum", unit="operations")


def planted(judge, monkeypatch):
    rule = Rule(
        id="aws_planted", title="Planted", looks_at=Volume, settings={"idle_days": 7}, action="", docs="", judge=judge,
        metrics=(READS,), window_days=7,
    )  # fmt: skip
    monkeypatch.setattr(registry, "usage_rules_of", lambda _: (rule,))


@pytest.mark.parametrize(
    "ask",
    [
        lambda usage: usage.days(READS, days=7),
        lambda usage: usage.hours(READS, days=7),
        lambda usage: usage.highest(READS, days=7),
        lambda usage: usage.total(READS, days=7),
        lambda usage: usage.was_read(READS, days=7),
        lambda usage: usage.complete_days(READS, days=7),
        lambda usage: READS.key in usage.series,
        lambda usage: usage.series[READS.key],
        lambda usage: list(usage.hourly),
    ],
)
def test_however_a_rule_looks_at_usage_it_is_wanted(ask, monkeypatch):
    def judge(volume, *, usage, idle_days):
        ask(usage)
        return Fine()

    planted(judge, monkeypatch)
    assert series_of(VOLUME, settings={}) == {READS: 7}


def test_a_rule_that_breaks_on_a_resource_without_usage_does_not_keep_it_from_being_read(monkeypatch):
    def judge(volume, *, usage, idle_days):
        return Fine() if max(usage.days(READS, days=idle_days)) > 0 else Unknown("anything")

    planted(judge, monkeypatch)
    assert series_of(VOLUME, settings={}) == {READS: 7}


def test_a_machine_that_stands_still_is_not_measured():
    assert series_of(MACHINE, settings={})
    assert series_of(replace(MACHINE, state="stopped"), settings={}) == {}

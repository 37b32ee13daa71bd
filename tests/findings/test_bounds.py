"""What a threshold may be, and how what somebody typed is read: named, with the value and the remedy."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from connections.resources.thing import DAY, HOUR, KEPT_DAYS
from findings.bounds import BadThreshold, bounds_of, read, spoken, usable
from findings.registry import BILL_RULES, RULES, rule
from findings.rule import WINDOW_SETTING

IDLE = rule("aws_ec2_instance_idle")
EVERY = [(one, name) for one in (*RULES, *BILL_RULES) for name in one.settings]


@pytest.mark.parametrize(("one", "name"), EVERY, ids=lambda value: getattr(value, "id", value))
def test_every_default_lies_within_its_bounds(one, name):
    bounds = bounds_of(one, name)
    assert bounds.holds(one.settings[name])
    assert read(one, name, str(one.settings[name])) == one.settings[name]
    assert bounds.least > 0


def test_no_window_is_longer_than_usage_that_is_kept():
    hours = tuple(replace(metric, period_seconds=HOUR) for metric in IDLE.metrics)
    assert bounds_of(IDLE, WINDOW_SETTING).most < KEPT_DAYS[DAY]
    assert bounds_of(replace(IDLE, metrics=hours), WINDOW_SETTING).most == KEPT_DAYS[HOUR]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("idle_days", text) for text in ("0", "91", "-1", "14.5", "1e1", "nan", "", "٣", "14 days", "9" * 400)),
        *(("max_cpu", text) for text in ("0", "-0.1", "100.5", "1e309", "inf", "NaN", "5,5", "0x10", "5.1234567", "½")),
        *(("max_network_mb", text) for text in ("1000000001", "9" * 13, "-5", "1_000", "5\n6", "'; drop table x")),
    ],
)
def test_what_is_no_number_or_out_of_bounds_is_refused_with_the_value_and_the_remedy(name, text):
    with pytest.raises(BadThreshold) as refused:
        read(IDLE, name, text)
    assert f"“{text.strip()[:40]}”" in str(refused.value)
    assert ": write " in str(refused.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("idle_days", "idle days"),
        ("max_cpu", "max CPU (%)"),
        ("p95_cpu", "p95 CPU (%)"),
        ("max_network_mb", "max network MB"),
        ("min_stored_gib", "min stored GiB"),
        ("memory_percent", "memory percent"),
    ],
)
def test_a_threshold_is_called_as_people_write_it_with_its_unit(name, words):
    assert spoken(name) == words


@pytest.mark.parametrize(("one", "name"), EVERY, ids=lambda value: getattr(value, "id", value))
def test_what_is_a_share_ends_at_all_of_it(one, name):
    assert bounds_of(one, name).most == 100 or not spoken(name).endswith("(%)")


def test_numbers_are_read_as_their_rule_counts():
    assert read(IDLE, "idle_days", " 30 ") == 30
    assert read(IDLE, "max_cpu", "2.50") == 2.5
    assert type(read(IDLE, "max_cpu", "7.0")) is int


def test_of_kept_values_those_that_cannot_be_used_leave_the_default():
    kept = {"idle_days": 10**9, "max_cpu": "5", "max_network_mb": math.inf, "gone": 3}
    assert usable(IDLE, kept) == {}
    assert usable(IDLE, {"idle_days": True}) == usable(IDLE, {"idle_days": 14.0}) == {}
    assert usable(IDLE, {"idle_days": 30, "max_cpu": 2.5}) == {"idle_days": 30, "max_cpu": 2.5}

"""What was used within the window is not measured again until that day has left it, and no verdict changes by that."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from dataclasses import replace
from datetime import timedelta

import pytest

from audits.evidence import DailySeries, HourlySeries, Usage
from connections.resources import Instance
from findings.registry import RULES, rule
from findings.rule import Fine
from findings.wanted import series_of, settled_by
from tests.findings import rules as tests_of_rules
from tests.findings.evidence import ACCOUNT, NOW, TODAY, ago, usage_of

MACHINE = Instance(
    **ACCOUNT, resource_id="i-1", state="running", instance_type="m5.large", created_at=ago(300), launched_at=ago(300)
)
IDLE = rule("aws_ec2_instance_idle")
USED, QUIET = [1.0] * 13 + [80.0], [1.0] * 14


def seen(cpu, *, nights_ago):
    """CPU of 14 days that ended some nights ago, and a quiet network."""
    values = {"CPUUtilization.Maximum": cpu, "NetworkIn.Sum": [0.0] * 14, "NetworkOut.Sum": [0.0] * 14}
    stored = usage_of(values)
    first = TODAY - timedelta(days=14 + nights_ago)
    return replace(stored, series={name: replace(one, first_date=first) for name, one in stored.series.items()})


@pytest.mark.parametrize(
    ("cpu", "nights_ago", "is_settled"),
    [
        (USED, 1, True),
        (USED, 13, True),
        (USED, 14, False),
        (QUIET, 1, False),
        (QUIET, 0, False),
        ([None] * 14, 1, False),
    ],
)
def test_a_rule_is_settled_while_a_day_of_use_is_in_its_window(cpu, nights_ago, is_settled):
    assert (IDLE.id in settled_by(seen(cpu, nights_ago=nights_ago), MACHINE, settings={})) is is_settled


def test_what_is_settled_is_not_asked_for_and_what_another_rule_needs_is():
    others = {one.id for one in RULES if one.looks_at is Instance and one.needs_usage} - {IDLE.id}
    assert not set(IDLE.metrics) & set(series_of(MACHINE, settings={}, settled={IDLE.id, *others}))
    assert set(IDLE.metrics) <= set(series_of(MACHINE, settings={}, settled=others))


def test_the_organisations_own_thresholds_count():
    own = {IDLE.id: {"max_cpu": 90}}
    assert IDLE.id not in settled_by(seen(USED, nights_ago=1), MACHINE, settings=own)


def test_nothing_is_settled_of_what_was_never_measured():
    young = replace(MACHINE, launched_at=ago(3), created_at=ago(3))
    assert settled_by(Usage(until=TODAY), young, settings={}) == frozenset()


def cases():
    """Each rule on usage, with what its own tests show it: every resource and every usage that they are told of."""
    for found in pkgutil.iter_modules(tests_of_rules.__path__):
        module = importlib.import_module(f"{tests_of_rules.__name__}.{found.name}")
        judged = getattr(module, "RULE", None)
        if judged is None or not judged.needs_usage:
            continue
        values = [
            part
            for test in vars(module).values()
            for mark in getattr(test, "pytestmark", [])
            if mark.name == "parametrize"
            for row in mark.args[1]
            for part in (row if isinstance(row, tuple) else (row,))
        ]
        things = {id(one): one for one in vars(module).values() if type(one) is judged.looks_at}
        used = [one for one in values if isinstance(one, Usage)]
        used += [one for one in vars(module).values() if isinstance(one, Usage)]
        used += even(judged)
        yield pytest.param(judged, list(things.values()), used, id=judged.id)


def even(judged):
    """The same on each day of the window, for all metrics: a little more than each threshold, in each unit."""
    levels = [1.5 * value * unit for value in judged.settings.values() for unit in (0.01, 1, 60, 1e6, 1e9)]
    window = judged.days({})
    return [usage_of({metric.key: [level] * window for metric in judged.metrics}) for level in levels]


def cut(usage, days):
    """Without the last days."""
    return replace(
        usage,
        series={name: replace(one, values=one.values[: len(one.values) - days]) for name, one in usage.series.items()},
        hourly={
            name: replace(one, values=one.values[: len(one.values) - days * 24]) for name, one in usage.hourly.items()
        },
    )


def filled(usage, days, value):
    """With some value on each of the last days."""
    return replace(
        usage,
        series={
            name: DailySeries(first_date=one.first_date, values=(*one.values, *[value] * days))
            for name, one in usage.series.items()
        },
        hourly={
            name: HourlySeries(first_date=one.first_date, values=(*one.values, *[value] * days * 24))
            for name, one in usage.hourly.items()
        },
    )


@pytest.mark.parametrize(("judged", "things", "used"), list(cases()))
def test_what_a_rule_calls_fine_with_days_missing_stays_fine_whatever_they_hold(judged, things, used):
    window = judged.days({})
    for thing, usage, days in itertools.product(things, used, (1, 2, window // 2, window - 1)):
        known = cut(usage, days)
        looked_at = replace(thing, observed_at=NOW)
        if judged.id not in settled_by(known, looked_at, settings={}):
            continue
        for value in (0.0, 0.5, 60.0, 1e15, None):
            verdict = judged.ask(looked_at, usage=filled(known, days, value), settings={})
            assert isinstance(verdict, Fine), (thing, days, value)

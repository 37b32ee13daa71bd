"""Which usage is worth asking the provider for: the series of those rules that read usage to judge a resource. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from audits.evidence import HOURS, Bill, DailySeries, Evidence, HourlySeries, Usage
from connections.provider import usage_complete_until
from connections.resources.thing import HOUR
from findings import registry
from findings.evaluate import RuleBroke, evaluate
from findings.rule import Fine

if TYPE_CHECKING:
    from connections.resources import Metric, Thing
    from findings.rule import Rule

MORE_THAN_ANY = 1e15  # bytes, operations or anything else, on a day or in an hour


class _Noting(Mapping[str, Any]):
    """No series at all, and whether any was looked for."""

    def __init__(self) -> None:
        self.was_read = False

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - there is none of any kind
        self.was_read = True
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        self.was_read = True
        return iter(())

    def __len__(self) -> int:
        self.was_read = True
        return 0


def series_of(
    thing: Thing, *, settings: Mapping[str, Mapping[str, int | float]], settled: Collection[str] = ()
) -> dict[Metric, int]:
    """The metrics that rules read of this resource under an organisation's `settings`, and for how many days.

    A rule is pure: where it comes to its verdict without looking at usage, no usage can change it, and none is paid
    for. Of a rule that looks, all metrics are wanted, since it may stop at the first that it does not find. `settled`
    are the ids of rules that what is stored settles already.
    """
    wanted: dict[Metric, int] = {}
    for rule in registry.usage_rules_of(type(thing)):
        if rule.id not in settled and reads_usage(rule, thing, settings=settings):
            days = rule.days(settings.get(rule.id, {}))
            wanted |= {metric: max(days, wanted.get(metric, 0)) for metric in rule.metrics}
    return wanted


def settled_by(usage: Usage, thing: Thing, *, settings: Mapping[str, Mapping[str, int | float]]) -> frozenset[str]:
    """The ids of the rules that call the resource Fine by stored usage, whatever the days hold that were not read yet.

    They say so with those days missing, with nothing on them, and with more than anything uses. The night's judging
    sees what is stored and comes to the same verdict: what was used on a day of the window is in use until that day
    leaves it. A rule that grows doubtful with what is added, such as one on a size, is settled by nothing.
    """
    found = set()
    for rule in registry.usage_rules_of(type(thing)):
        if not any(metric.key in usage.series for metric in rule.metrics):
            continue
        days = rule.days(settings.get(rule.id, {}))
        ends = (usage, *(_filled(usage, rule.metrics, days=days, value=value) for value in (0.0, MORE_THAN_ANY)))
        with suppress(RuleBroke):
            judgements = evaluate([Evidence(thing=thing, usage=one, bill=Bill()) for one in ends], [rule], settings)
            if all(isinstance(one.verdict, Fine) for one in judgements):
                found.add(rule.id)
    return frozenset(found)


def _filled(usage: Usage, metrics: Iterable[Metric], *, days: int, value: float) -> Usage:
    """The usage with one value wherever nothing was read, up to the last complete day."""
    series, hourly = dict(usage.series), dict(usage.hourly)
    for metric in metrics:
        start = usage.until - timedelta(days=days)
        if metric.period_seconds == HOUR:
            by_hour = hourly.get(metric.key, HourlySeries(first_date=start, values=()))
            missing = (usage.until - by_hour.first_date).days * HOURS - len(by_hour.values)
            hourly[metric.key] = replace(by_hour, values=(*by_hour.values, *[value] * missing))
            series[metric.key] = hourly[metric.key].by_day(metric.statistic)
        else:
            by_day = series.get(metric.key, DailySeries(first_date=start, values=()))
            missing = (usage.until - by_day.first_date).days - len(by_day.values)
            series[metric.key] = replace(by_day, values=(*by_day.values, *[value] * missing))
    return replace(usage, series=series, hourly=hourly)


def reads_usage(rule: Rule, thing: Thing, *, settings: Mapping[str, Mapping[str, int | float]]) -> bool:
    """Whether the rule looks at usage before it says anything of this resource."""
    noting = _Noting()
    usage = Usage(until=usage_complete_until(thing.observed_at), series=noting, hourly=noting)
    with suppress(RuleBroke):  # it will break again where it judges, and be told there
        list(evaluate([Evidence(thing=thing, usage=usage, bill=Bill())], [rule], settings))
    return noting.was_read

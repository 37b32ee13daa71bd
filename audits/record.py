"""Writes what a step saw: resources as they are now, those that are gone, and their usage day by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

from django.db.models import F, Func, IntegerField
from django.db.models.functions import Coalesce

from audits.evidence import SeriesRow, usage_from
from audits.models import Resource
from audits.models import Usage as StoredUsage
from audits.things import from_data, to_data
from connections.resources import KINDS, Instance, Volume
from connections.resources.thing import DAY, KEPT_DAYS, series_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from audits.evidence import Usage
    from audits.models import Step
    from connections.provider import Collected, Series
    from connections.resources import Thing

Kind = TypeVar("Kind", bound="Thing")
ROWS_AT_ONCE = 1000
AUDITS, METRICS, CREATION = "audits", "metrics", "creation"


def write(*, step: Step, collected: Collected, kinds: Collection[str], at: datetime) -> None:
    """Write one step's results inside the open scope. `kinds` are those that the step looked for."""
    earlier = _earlier(Volume, step=step) if Volume.KIND in kinds else {}
    untold = {one.resource_id for one in collected.resources if isinstance(one, Instance) and _stopped_untold(one)}
    stopped = _earlier(Instance, step=step, ids=untold) if untold else {}
    last_days = _last_days(collected.series)
    measured = {one.resource_id for one in collected.series}
    things: list[Thing] = [
        with_detachment(
            thing,
            earlier=earlier.get(thing.resource_id),
            last_used=last_days.get(thing.resource_id),
            is_measured=thing.resource_id in measured,
        )
        if isinstance(thing, Volume)
        else with_stop(thing, earlier=stopped.get(thing.resource_id))
        if isinstance(thing, Instance)
        else thing
        for thing in collected.resources
    ]
    _write_resources(step=step, things=things, at=at)
    covered = set(kinds) - {kind for gap in collected.gaps for kind in gap.kinds}
    _mark_gone(step=step, kinds=covered, at=at)
    _write_usage(step=step, series=collected.series)


def with_detachment(volume: Volume, *, earlier: Volume | None, last_used: date | None, is_measured: bool) -> Volume:
    """`volume` with the time since which nothing uses it, and how we know it.

    AWS does not say when a volume was detached. `earlier` is the same volume as our last audit saw it: was it attached
    then, it was detached between the two, and the later bound is taken so that the time is never overstated. Else the
    day after `last_used`, the last day with a data point: a volume has data points only while it is attached. Else,
    where its usage was asked for and there was none, its creation as a bound. Else it is not known.
    """
    if volume.attached_to:
        return replace(volume, detached_at=None, detached_at_from=None)
    if earlier is not None and earlier.attached_to:
        return replace(volume, detached_at=volume.observed_at, detached_at_from=AUDITS)
    known = earlier.detached_at if earlier is not None else None
    if last_used is not None:
        after = dt.datetime.combine(last_used + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
        if known is None or after > known:
            return replace(volume, detached_at=min(after, volume.observed_at), detached_at_from=METRICS)
    if earlier is not None and known is not None:
        return replace(volume, detached_at=known, detached_at_from=earlier.detached_at_from)
    if is_measured and volume.created_at is not None:
        return replace(volume, detached_at=volume.created_at, detached_at_from=CREATION)
    return volume


def with_stop(instance: Instance, *, earlier: Instance | None) -> Instance:
    """`instance` with the time since which it has been stopped at least, where AWS does not say when it was stopped.

    `earlier` is the same machine as our last audit saw it. Was it stopped then, and not started since, which would have
    moved `launched_at`, it has been stopped since an audit first saw it so; else since this one.
    """
    if not _stopped_untold(instance):
        return instance
    since = instance.observed_at
    if earlier is not None and earlier.state == instance.state and earlier.launched_at == instance.launched_at:
        since = earlier.seen_stopped_at or earlier.observed_at
    return replace(instance, seen_stopped_at=since)


def _stopped_untold(instance: Instance) -> bool:
    return instance.state == "stopped" and instance.stopped_at is None and instance.launched_at is not None


def _earlier(kind: type[Kind], *, step: Step, ids: Collection[str] | None = None) -> dict[str, Kind]:
    """The step's resources of a kind as the connection's last audit left them, by id: all, or those of `ids`."""
    rows = Resource.objects.filter(
        connection_id=step.connection_id, region=step.region, kind=kind.KIND, gone_at=None
    ).values_list("resource_id", "data")
    rows = rows if ids is None else rows.filter(resource_id__in=ids)
    found = {resource_id: from_data(kind.KIND, data) for resource_id, data in rows.iterator()}
    return {resource_id: thing for resource_id, thing in found.items() if isinstance(thing, kind)}


def earlier_details(*, step: Step, kinds: Collection[str]) -> list[Thing]:
    """The resources of the step that the connection's last audit saw and of which something is asked for each alone.

    Left out is one of which something could not be read, one that the newest audit of its kind did not see although
    nothing says that it is gone (what was asked of it failed), and one that an older release stored without a field
    that its kind has today. Each of them is asked again.
    """
    detailed = [kind for kind in kinds if KINDS[kind].DETAILS]
    if not detailed:
        return []
    rows = Resource.objects.filter(
        connection_id=step.connection_id, region=step.region, kind__in=detailed, gone_at=None
    ).values_list("kind", "last_seen_at", "data")
    stored = list(rows.iterator())
    newest = {kind: max(seen_at for one, seen_at, _ in stored if one == kind) for kind in {row[0] for row in stored}}
    return [
        from_data(kind, data)
        for kind, seen_at, data in stored
        if seen_at == newest[kind] and data.get("are_details_read") and data.keys() >= _always_stored(kind)
    ]


def _always_stored(kind: str) -> set[str]:
    """The fields of a kind without which a row is not one of today's."""
    return {one.name for one in fields(KINDS[kind])} - {"details_read_at"}


def merged(old: tuple[date, Sequence[float | None]] | None, new: Series) -> tuple[date, list[float | None]]:
    """First date and values of a series with `new` laid over `old`: what came without data erases none.

    Where `new` begins behind the end of `old`, `old` is let go: a series holds no day that nobody asked for, since that
    would pass for one without data.
    """
    a_day, places = new.metric.values_a_day, dict[int, float | None]()
    if old and new.first_date > old[0] + dt.timedelta(days=len(old[1]) // a_day):
        old = None
    for first_date, values in (*([old] if old else []), (new.first_date, new.values)):
        for place, value in enumerate(values, first_date.toordinal() * a_day):
            if value is not None or place not in places:
                places[place] = value
    if not places:
        return new.first_date, []
    end = max(places) + 1
    first = max(min(places), end - KEPT_DAYS[new.metric.period_seconds] * a_day)
    return dt.date.fromordinal(first // a_day), [places.get(place) for place in range(first, end)]


def known_spans(*, step: Step, kinds: Collection[str]) -> dict[tuple[str, str], tuple[date, date]]:
    """What is stored of each series of the step, by resource id and metric key: its first day, and the first without.

    A series that no audit has read is not there, whatever else is known of its resource: all of it is to be read.
    """
    rows = StoredUsage.objects.filter(
        resource__connection_id=step.connection_id, resource__region=step.region, resource__kind__in=kinds
    ).annotate(count=Coalesce(Func(F("values"), function="cardinality", output_field=IntegerField()), 0))
    return {
        (resource_id, series_key(name=name, statistic=statistic, period_seconds=period)): (
            first_date,
            first_date + dt.timedelta(days=count * period // DAY),
        )
        for resource_id, name, statistic, period, first_date, count in rows.values_list(
            "resource__resource_id", "metric", "statistic", "period_seconds", "first_date", "count"
        ).iterator()
    }


def stored_usage(*, step: Step, things: Sequence[Thing], until: date) -> dict[tuple[str, str], Usage]:
    """What is stored of the usage of some resources of the step, by kind and resource id, for days before `until`."""
    found: dict[tuple[str, str], list[SeriesRow]] = {}
    rows = StoredUsage.objects.filter(
        resource__connection_id=step.connection_id,
        resource__region=step.region,
        resource__kind__in={thing.KIND for thing in things},
        resource__resource_id__in={thing.resource_id for thing in things},
    )
    for kind, resource_id, *row in rows.values_list("resource__kind", "resource__resource_id", *SeriesRow._fields):
        found.setdefault((kind, resource_id), []).append(SeriesRow(*row))
    return {key: usage_from(of_resource, until=until) for key, of_resource in found.items()}


def _last_days(series: Iterable[Series]) -> dict[str, date]:
    """The last day with any data point, by resource id."""
    found: dict[str, date] = {}
    for one in series:
        offsets = [offset for offset, value in enumerate(one.values) if value is not None]
        if offsets:
            day = one.first_date + dt.timedelta(days=offsets[-1] // one.metric.values_a_day)
            found[one.resource_id] = max(found.get(one.resource_id, day), day)
    return found


def _write_resources(*, step: Step, things: Sequence[Thing], at: datetime) -> None:
    rows = [
        Resource(
            connection_id=step.connection_id,
            audit_id=step.audit_id,
            kind=thing.KIND,
            service=thing.SERVICE,
            resource_id=thing.resource_id,
            account_id=thing.account_id,
            region=thing.region,
            name=thing.name[:512],
            tags=dict(thing.tags),
            data=to_data(thing),
            first_seen_at=at,
            last_seen_at=at,
        )
        for thing in things
    ]
    Resource.objects.bulk_create(
        rows,
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["organization", "connection", "kind", "region", "resource_id"],
        # first_seen_at stays; whoever comes back is no longer gone.
        update_fields=["audit", "service", "account_id", "name", "tags", "data", "last_seen_at", "gone_at"],
    )


def _mark_gone(*, step: Step, kinds: Collection[str], at: datetime) -> None:
    """Mark what this step should have seen and did not. A kind that a gap covers may be there all the same."""
    Resource.objects.filter(connection_id=step.connection_id, region=step.region, kind__in=kinds, gone_at=None).exclude(
        audit_id=step.audit_id
    ).update(gone_at=at)


def _write_usage(*, step: Step, series: Sequence[Series]) -> None:
    if not series:
        return
    wanted = {one.resource_id for one in series}
    ids: Mapping[str, UUID] = dict(
        Resource.objects.filter(connection_id=step.connection_id, audit_id=step.audit_id, region=step.region)
        .filter(resource_id__in=wanted)
        .values_list("resource_id", "id")
    )
    stored = {
        (usage.resource_id, usage.metric, usage.statistic, usage.period_seconds): (usage.first_date, usage.values)
        for usage in StoredUsage.objects.filter(resource_id__in=list(ids.values()))
    }
    rows = []
    for one in series:
        resource_id = ids.get(one.resource_id)
        if resource_id is None:
            continue
        metric = one.metric
        key = (resource_id, metric.name, metric.statistic, metric.period_seconds)
        first_date, values = merged(stored.get(key), one)
        rows.append(
            StoredUsage(
                resource_id=resource_id,
                metric=metric.name,
                statistic=metric.statistic,
                period_seconds=metric.period_seconds,
                unit=metric.unit,
                first_date=first_date,
                values=values,
            )
        )
    StoredUsage.objects.bulk_create(
        rows,
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["organization", "resource", "metric", "statistic", "period_seconds"],
        update_fields=["unit", "first_date", "values"],
    )

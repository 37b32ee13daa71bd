"""Writes what a step saw: resources as they are now, those that are gone, and their usage day by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from audits.models import Resource, Usage
from audits.things import from_data, to_data
from connections.resources import Volume

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from audits.models import Step
    from connections.provider import Collected, Series
    from connections.resources import Thing

ROWS_AT_ONCE = 1000
KEPT_DAYS = 400
AUDITS, METRICS, CREATION = "audits", "metrics", "creation"


def write(*, step: Step, collected: Collected, kinds: Collection[str], at: datetime) -> None:
    """Write one step's results inside the open scope. `kinds` are those that the step looked for."""
    earlier = earlier_volumes(step=step)
    last_days = _last_days(collected.series)
    measured = {one.resource_id for one in collected.series}
    things = [
        with_detachment(
            thing,
            earlier=earlier.get(thing.resource_id),
            last_used=last_days.get(thing.resource_id),
            is_measured=thing.resource_id in measured,
        )
        if isinstance(thing, Volume)
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


def earlier_volumes(*, step: Step) -> dict[str, Volume]:
    """The step's volumes as the connection's last audit left them, by resource id."""
    rows = Resource.objects.filter(
        connection_id=step.connection_id, region=step.region, kind=Volume.KIND, gone_at=None
    ).values_list("resource_id", "data")
    found = {resource_id: from_data(Volume.KIND, data) for resource_id, data in rows.iterator()}
    return {resource_id: volume for resource_id, volume in found.items() if isinstance(volume, Volume)}


def merged(old: tuple[date, Sequence[float | None]] | None, new: Series) -> tuple[date, list[float | None]]:
    """First date and values of a series with `new` laid over `old`: a day that came without data erases none."""
    days: dict[date, float | None] = {}
    for first_date, values in (*([old] if old else []), (new.first_date, new.values)):
        for offset, value in enumerate(values):
            day = first_date + dt.timedelta(days=offset)
            if value is not None or day not in days:
                days[day] = value
    if not days:
        return new.first_date, []
    last = max(days)
    first = max(min(days), last - dt.timedelta(days=KEPT_DAYS - 1))
    span = (last - first).days + 1
    return first, [days.get(first + dt.timedelta(days=offset)) for offset in range(span)]


def known_until(
    *, step: Step, kinds: Collection[str], wanted_since: Mapping[str, date] | None = None
) -> dict[str, date]:
    """For each resource of the step, the first day that some stored series of it does not have yet.

    `wanted_since` says by kind since which day rules want usage: a series that begins later was read for a shorter
    window, so nothing counts as known of its resource, and all of the window is read.
    """
    found: dict[str, date] = {}
    rows = Usage.objects.filter(
        resource__connection_id=step.connection_id, resource__region=step.region, resource__kind__in=kinds
    ).values_list("resource__resource_id", "resource__kind", "first_date", "values")
    for resource_id, kind, first_date, values in rows.iterator():
        is_too_short = wanted_since is not None and first_date > wanted_since.get(kind, first_date)
        until = dt.date.min if is_too_short else first_date + dt.timedelta(days=len(values))
        found[resource_id] = min(found.get(resource_id, until), until)
    return found


def _last_days(series: Iterable[Series]) -> dict[str, date]:
    """The last day with any data point, by resource id."""
    found: dict[str, date] = {}
    for one in series:
        offsets = [offset for offset, value in enumerate(one.values) if value is not None]
        if offsets:
            day = one.first_date + dt.timedelta(days=offsets[-1])
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
        (usage.resource_id, usage.metric, usage.statistic): (usage.first_date, usage.values)
        for usage in Usage.objects.filter(resource_id__in=list(ids.values()))
    }
    rows = []
    for one in series:
        resource_id = ids.get(one.resource_id)
        if resource_id is None:
            continue
        first_date, values = merged(stored.get((resource_id, one.metric.name, one.metric.statistic)), one)
        rows.append(
            Usage(
                resource_id=resource_id,
                metric=one.metric.name,
                statistic=one.metric.statistic,
                unit=one.metric.unit,
                first_date=first_date,
                values=values,
            )
        )
    Usage.objects.bulk_create(
        rows,
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["organization", "resource", "metric", "statistic"],
        update_fields=["unit", "first_date", "values"],
    )

"""Plans the steps of an audit's inventory by what a loaded bill and AWS Config name, and again when a bill has come."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Max, Min, Q, Sum

from audits import collect, steps
from audits.bill_sums import USAGE
from audits.models import Audit, BillLoad, CostDay, Resource, Step
from audits.planning import (
    EVERYWHERE,
    FEWEST_DAYS,
    MOST_DAYS,
    NOTHING_BILLED,
    REMEMBERED_NIGHTS,
    Billed,
    Plan,
    can_be_told,
    planned,
    recorded_there,
)
from findings import registry
from findings.evidence_from_rows import LONGEST_CHARGE_DAYS, coverage_of
from findings.models import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from audits.planning import Place, Planned
    from connections.models import Connection
    from connections.resources import Thing

BILL_FIRST_SECONDS = 300  # how long the inventory lets a bill go first that may tell where nothing stands, at one go
MOST_BEHIND_DAYS = 5  # a bill that ends earlier does not tell what stands today


def inventory_parts(*, audit: Audit, connection: Connection, survey: steps.Survey, at: datetime) -> list[steps.Part]:
    """The inventory's steps to be, in the open scope: those that need no call are planned so.

    Where no bill tells of the account yet, or too few days of one, and one is to be loaded, what it may tell of lets it
    go first for a while; but not what AWS Config names, which is called whatever the bill says.
    """
    billed = billed_in(account_id=survey.account_id, at=at)
    waits = billed.days < FEWEST_DAYS and _is_awaited(account_id=survey.account_id, at=at)
    until = at + dt.timedelta(seconds=BILL_FIRST_SECONDS) if waits else None
    plan = _plan(audit=audit, billed=billed, at=at)
    found = []
    for region, service in collect.places(regions=survey.regions, is_payer=connection.has_export):
        place = _place(account_id=survey.account_id, region=region, service=service)
        is_there = recorded_there(place, records=survey.records)
        found.append(
            steps.Part(
                kind=Step.Kind.INVENTORY,
                account_id=place.account_id,
                region=region,
                service=service,
                planned=plan(place, is_there),
                due_at=until if can_be_told(place) and not is_there else None,
            )
        )
    return found


def plan_again(*, audit: Audit, at: datetime) -> None:
    """Plan anew what nobody has begun of a locked audit, in the open scope, with the bills that are there now."""
    billed: dict[str, Callable[[Place, bool | None], Planned]] = {}

    def plan(step: Step) -> Planned:
        account_id = step.account_id
        if account_id not in billed:
            billed[account_id] = _plan(audit=audit, billed=billed_in(account_id=account_id, at=at), at=at)
        place = _place(account_id=account_id, region=step.region, service=step.service)
        return billed[account_id](place, step.is_recorded)

    steps.plan_again(audit=audit, plan=plan, at=at)


def look_at_waiting(*, audit_id: UUID, at: datetime) -> None:
    """Let what waits for a bill in a running audit wait on while one is being loaded, as long as a load may take; plan
    it anew once none is.

    The load itself does so when it ends. This is for what it does not see: an audit that is written in that moment, a
    worker that is lost, a load elsewhere that failed.
    """
    audit = steps.lock_audit(audit_id=audit_id)
    accounts = steps.accounts_that_wait(audit=audit, at=at)
    if not accounts:
        return
    longest = (audit.started_at or at) + dt.timedelta(seconds=settings.STEP_SECONDS)
    if not any(_is_awaited(account_id=account_id, at=at) for account_id in accounts):
        plan_again(audit=audit, at=at)
    else:
        steps.wait_on(audit=audit, until=min(longest, at + dt.timedelta(seconds=BILL_FIRST_SECONDS)), at=at)


def waiting_elsewhere(*, audit_id: UUID) -> list[UUID]:
    """The other audits under way with steps that nobody has begun, or that were left out without a bill. Call
    `plan_again` for each, each under its lock.
    """
    waiting = Step.objects.filter(
        Q(state=Step.State.WAITING, attempt=0) | Q(state=Step.State.NOT_CALLED, plan=Plan.NOT_RECORDED),
        kind=Step.Kind.INVENTORY,
        audit__state=Audit.State.RUNNING,
    )
    return list(waiting.exclude(audit_id=audit_id).order_by("audit_id").values_list("audit_id", flat=True).distinct())


def is_told_by_bill(*, account_id: str, at: datetime) -> bool:
    """Whether a bill tells where nothing stands in the account, so that AWS Config need not be asked."""
    return billed_in(account_id=account_id, at=at).days >= FEWEST_DAYS


def billed_in(*, account_id: str, at: datetime) -> Billed:
    """What exports charge the account for, in their latest complete days; `NOTHING_BILLED` where they tell nothing.

    They tell nothing that end days ago, nothing of days before the account was first charged for usage, and nothing
    of an account that they have stopped charging.
    """
    covered = coverage_of({account_id}, is_exported=True).get(account_id)
    if covered is None or covered.billed_until < at.date() - dt.timedelta(days=MOST_BEHIND_DAYS):
        return NOTHING_BILLED
    since = covered.billed_until - dt.timedelta(days=MOST_DAYS)
    rows = CostDay.objects.filter(
        load_id__in=covered.load_ids(),
        sub_account_id=account_id,
        charge_date__gte=since - dt.timedelta(days=LONGEST_CHARGE_DAYS),  # a monthly fee of before may still run
    )
    charged = set()
    first, last = dt.date.max, dt.date.min
    for service, region, kind, begins, ends in (
        rows.values("service_name", "region_id", "kind")
        .annotate(begins=Min("charge_date"), ends=Max("charge_date"))
        .values_list("service_name", "region_id", "kind", "begins", "ends")
    ):
        where = region.lower()
        if kind == USAGE:
            first, last = min(first, begins), max(last, ends)
        if kind == USAGE or where not in EVERYWHERE:  # a credit or a tax of no region says nothing of where
            charged.add((service, where))
    if last < covered.billed_until - dt.timedelta(days=MOST_BEHIND_DAYS):
        return NOTHING_BILLED
    days = (covered.billed_until - max(since, covered.billed_from, first)).days
    return Billed(days=days, charged=frozenset(charged))


def most_billed_region(*, account_id: str, at: datetime) -> str:
    """The region in which the account was charged most for usage in the last weeks, by any bill; "" where none tells.

    Of several currencies, that of the most charges counts.
    """
    rows = CostDay.objects.filter(
        load__state=BillLoad.State.LOADED,
        sub_account_id=account_id,
        kind=USAGE,
        charge_date__gte=at.date() - dt.timedelta(days=MOST_DAYS + MOST_BEHIND_DAYS),
    ).exclude(region_id__in=EVERYWHERE)
    found = rows.values("billing_currency").annotate(charges=Sum("row_count")).order_by("-charges", "billing_currency")
    currency = found.values_list("billing_currency", flat=True).first()
    costs = rows.filter(billing_currency=currency).values("region_id").annotate(cost=Sum("effective_cost"))
    return costs.order_by("-cost", "region_id").values_list("region_id", flat=True).first() or ""


def _plan(*, audit: Audit, billed: Billed, at: datetime) -> Callable[[Place, bool | None], Planned]:
    stood = Resource.objects.filter(
        connection_id=audit.connection_id, last_seen_at__gte=at - dt.timedelta(days=REMEMBERED_NIGHTS)
    )
    # A finding stays open until its place was looked at, so that a place with one is, however long it was not.
    open_ones = Finding.objects.filter(connection_id=audit.connection_id, state=Finding.State.OPEN)
    waiting = Resource.objects.filter(id__in=open_ones.order_by().values("resource_id"))
    seen = frozenset((stood | waiting).order_by().values_list("service", "region").distinct())
    night = (audit.night_date or audit.requested_at.date()).isoformat()
    return lambda place, is_there: planned(place, billed=billed, is_recorded=is_there, seen=seen, night=night)


def _place(*, account_id: str, region: str, service: str) -> Place:
    return collect.place(account_id=account_id, region=region, service=service, looked_at=_looked_at())


def _looked_at() -> frozenset[type[Thing]]:
    return frozenset(rule.looks_at for rule in registry.RULES)


def _is_awaited(*, account_id: str, at: datetime) -> bool:
    """Whether a bill is to be loaded that may tell of the account: by an audit under way, or by one that is to begin.

    Of an account that an export does not charge in the days that are there, it does not tell enough tonight either.
    """
    to_begin = Audit.objects.filter(state=Audit.State.REQUESTED).exclude(connection__export_bucket="")
    loading = Step.objects.filter(kind=Step.Kind.BILL, audit__state=Audit.State.RUNNING).exclude(state__in=steps.ENDED)
    # Asked in this order: one that begins between the two is in the second look, not in none.
    exports = {*to_begin.values_list("connection_id", flat=True), *loading.values_list("connection_id", flat=True)}
    return any(not _leaves_out(connection_id=one, account_id=account_id, at=at) for one in exports)


def _leaves_out(*, connection_id: UUID, account_id: str, at: datetime) -> bool:
    """Whether an export tells of the last days, of enough of them, and of this account in none."""
    today = at.date()
    loads = BillLoad.objects.filter(
        source__connection_id=connection_id,
        state=BillLoad.State.LOADED,
        billed_until__gte=today - dt.timedelta(days=MOST_DAYS),
    )
    told = loads.aggregate(begins=Min("billed_from"), ends=Max("billed_until"))
    if told["begins"] is None or told["ends"] < today - dt.timedelta(days=MOST_BEHIND_DAYS):
        return False
    if (told["ends"] - told["begins"]).days < FEWEST_DAYS:
        return False
    return not loads.filter(sub_account_ids__contains=[account_id]).exists()

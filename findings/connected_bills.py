"""What stands on the bills of a connection: each resource, service and commitment with its charges, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, Max, OuterRef, Sum

from audits.billed_things import BilledThings, Span
from audits.evidence import DayCost
from audits.models import Audit, BillLoad, CostLine
from connections.models import Connection
from findings.commitment_bills import billed_commitments
from findings.evidence_from_rows import LINE_FIELDS, coverage_of
from findings.models import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.billed import Billed, BilledCommitment, BilledService
    from audits.billed_things import Line
    from findings.evidence_from_rows import Coverage

LOOKED_AT_DAYS = 93  # three months: the most that a rule needs, and what a night can read
CLOSED_DAYS = 31  # a bill of which nothing has come for so long has ended
ROW_FIELDS = ("sub_account_id", "resource_id", "region_id", "provider_name", "service_name")
AT_ONCE = 2000
MOST_LINES = 15_000_000  # about a quarter of an hour's work, half of what a step may take
SUPPORT = ("AWS Support", "AWSSupport")  # whose price is a part of what the whole bill comes to
BILL_FIELDS = ("charge_date", "charge_days", "service_name", "charge_category", "charge_class", "billing_currency")
COSTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")


class TooManyLines(Exception):
    """The bills of the last three months are too long to be judged in a night. Nothing was judged, nothing ends."""

    permanent = True


@dataclass(frozen=True, kw_only=True)
class OwnBills:
    """The bills that are a connection's to tell of.

    `accounts` are its own account, and those on its bill that nobody connected. `coverage` are the bills of these that
    are judged: none that has stopped. `ended` are the accounts of which nothing is to be told: another connection does,
    or their bill has told nothing for a month while it goes on for others.
    """

    connection: Connection
    accounts: frozenset[str]
    coverage: dict[str, Coverage]
    ended: frozenset[str]


def own_bills(connection: Connection, *, on: date) -> OwnBills:
    """Its bills; what ended a month before `on` tells nothing."""
    billed, own = _billed(connection), connection.account_id or ""
    elsewhere = _told_elsewhere(connection, billed)
    accounts = frozenset(one for one in {*billed - elsewhere, own} if one)
    coverage = coverage_of(set(accounts))
    late = {account_id for account_id, covered in coverage.items() if _is_late(covered.billed_until, on)}
    closed = _closed({account_id: coverage[account_id] for account_id in late})
    return OwnBills(
        connection=connection,
        accounts=accounts,
        coverage={account_id: covered for account_id, covered in coverage.items() if account_id not in late},
        ended=frozenset(elsewhere | closed),
    )


def told_by_others(connection: Connection) -> list[UUID]:
    """The other connections with open findings in this one's account, of which their bill told before it was audited.

    Call `operations.price_again` for each once it has been: then these end, and nothing is counted in both.
    """
    told = Finding.objects.filter(account_id=connection.account_id, state=Finding.State.OPEN)
    others = told.exclude(connection_id=connection.id).order_by("connection_id")
    return list(others.values_list("connection_id", flat=True).distinct())


def _billed(connection: Connection) -> set[str]:
    loads = BillLoad.objects.filter(source__connection=connection, state=BillLoad.State.LOADED)
    return {one for covered in loads.values_list("sub_account_ids", flat=True) for one in covered}


def _told_elsewhere(connection: Connection, billed: set[str]) -> set[str]:
    """The accounts of whose bill another connection tells: one of their own that has been audited, and for an account
    without such, of two on whose bills it stands the one with the newest.
    """
    others = Connection.objects.filter(account_id__isnull=False).exclude(state=Connection.State.DELETED)
    others = others.exclude(id=connection.id).exclude(account_id=connection.account_id)
    is_audited = Exists(Audit.objects.filter(connection_id=OuterRef("id"), state=Audit.State.DONE))
    connected = {one or "" for one in others.filter(is_audited).values_list("account_id", flat=True)}
    return connected | _billed_later(connection, billed - connected)


def _billed_later(connection: Connection, accounts: set[str]) -> set[str]:
    """Those of whose bills another connection has the newest."""
    if not accounts:
        return set()
    loads = BillLoad.objects.filter(
        state=BillLoad.State.LOADED, source__connection__isnull=False, sub_account_ids__overlap=sorted(accounts)
    ).exclude(source__connection__state=Connection.State.DELETED)
    newest: dict[str, UUID | None] = {}
    by_age = loads.order_by(F("billed_until").desc(nulls_last=True), "-loaded_at", "source_id")
    for covered, of in by_age.values_list("sub_account_ids", "source__connection_id"):
        for account_id in covered:
            newest.setdefault(account_id, of)
    return {one for one in accounts if newest.get(one, connection.id) != connection.id}


def _closed(coverage: dict[str, Coverage]) -> set[str]:
    """Held against the newest load of the sources that have billed the account."""
    if not coverage:
        return set()
    sources = dict(
        BillLoad.objects.filter(id__in=[one for covered in coverage.values() for one in covered.ends]).values_list(
            "id", "source_id"
        )
    )
    loads = BillLoad.objects.filter(state=BillLoad.State.LOADED, source_id__in=set(sources.values()))
    newest = dict(loads.values("source_id").annotate(until=Max("billed_until")).values_list("source_id", "until"))
    return {
        account_id
        for account_id, covered in coverage.items()
        if any(_is_late(covered.billed_until, newest[sources[load_id]]) for load_id in covered.ends)
    }


def _is_late(until: date, newest: date | None) -> bool:
    return newest is not None and newest - until > timedelta(days=CLOSED_DAYS)


def billed_things(bills: OwnBills) -> Iterator[Billed]:
    """Everything on these bills in the last `LOOKED_AT_DAYS` complete days: resources, then services of each account,
    and the commitments at the end.
    """
    for account_id, covered in sorted(bills.coverage.items()):
        span = _span(covered)
        load_ids = covered.load_ids(since=span.first)
        things = BilledThings(_lines(account_id, load_ids, span), span)
        yield from things.resources()
        for service in things.services():
            yield _with_whole_bill(service, load_ids, span)
    yield from _commitments(bills)


def names_on_bills(bills: OwnBills) -> Iterator[tuple[str, str]]:
    """Each account and name of a resource of `billed_things`, once."""
    for account_id, covered in bills.coverage.items():
        span = _span(covered)
        rows = _rows(account_id, covered.load_ids(since=span.first), span).exclude(resource_id="")
        for name in rows.order_by().values_list("resource_id", flat=True).distinct().iterator(chunk_size=AT_ONCE):
            yield account_id, name


def require_few(bills: OwnBills) -> None:
    """Raises TooManyLines where these bills are too long to be gone through."""
    lines = sum(
        _rows(account_id, covered.load_ids(since=_span(covered).first), _span(covered)).count()
        for account_id, covered in bills.coverage.items()
    )
    if lines > MOST_LINES:
        raise TooManyLines(
            f"The bills of the last {LOOKED_AT_DAYS} days have {lines:,} lines, more than the {MOST_LINES:,} that are "
            "judged in a night: what they alone prove is left as it was."
        )


def _span(covered: Coverage) -> Span:
    first = max(covered.billed_from, covered.billed_until - timedelta(days=LOOKED_AT_DAYS))
    return Span(first=first, until=covered.billed_until)


def _lines(account_id: str, load_ids: frozenset[UUID], span: Span) -> Iterator[Line]:
    rows = _rows(account_id, load_ids, span).order_by("resource_id", "-region_id")
    values = rows.values_list(*ROW_FIELDS, *LINE_FIELDS)
    for one in values.iterator(chunk_size=AT_ONCE):
        of_row, of_line = one[: len(ROW_FIELDS)], one[len(ROW_FIELDS) :]
        yield dict(zip(ROW_FIELDS, of_row, strict=True)), DayCost(**dict(zip(LINE_FIELDS, of_line, strict=True)))


def _rows(account_id: str, load_ids: frozenset[UUID], span: Span) -> QuerySet[CostLine]:
    return CostLine.objects.filter(
        load_id__in=load_ids, sub_account_id=account_id, charge_date__gte=span.first, charge_date__lt=span.until
    )


def _with_whole_bill(service: BilledService, load_ids: frozenset[UUID], span: Span) -> BilledService:
    """What is charged for support is held against the whole bill, of which the account's own is a part."""
    if not service.service_name.startswith(SUPPORT):
        return service
    rows = CostLine.objects.filter(load_id__in=load_ids, charge_date__gte=span.first, charge_date__lt=span.until)
    summed = rows.values(*BILL_FIELDS).annotate(**{f"sum_{name}": Sum(name) for name in COSTS}).order_by(*BILL_FIELDS)
    lines = (
        DayCost(**{name: row[name] for name in BILL_FIELDS}, **{name: row[f"sum_{name}"] for name in COSTS})
        for row in summed
    )
    return replace(service, bill=tuple(lines))


def commitments_of_bill(bills: OwnBills) -> list[BilledCommitment]:
    """Every commitment that the same bill names, whoever has bought it: they are shared by its accounts."""
    if not bills.coverage:
        return []
    span, load_ids = _newest(bills.coverage)
    return billed_commitments(load_ids=load_ids, span=span)


def _newest(coverage: dict[str, Coverage]) -> tuple[Span, frozenset[UUID]]:
    newest = max(coverage.values(), key=lambda covered: covered.billed_until)
    span = _span(newest)
    return span, newest.load_ids(since=span.first)


def _commitments(bills: OwnBills) -> Iterator[BilledCommitment]:
    """Those that one of the accounts has bought; one of which nothing tells whose it is, where the bill is read."""
    if not bills.coverage:
        return
    span, load_ids = _newest(bills.coverage)
    is_source = BillLoad.objects.filter(id__in=load_ids, source__connection=bills.connection).exists()
    for one in billed_commitments(load_ids=load_ids, span=span):
        if one.account_id in bills.accounts or (is_source and not one.account_id):
            yield one

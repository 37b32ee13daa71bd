"""Looks into a customer's cloud for one step. The worker only: it opens credentials and speaks to providers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from audits.planning import Place
from audits.steps import Survey
from connections import confirmations
from connections.access_check import check_access
from connections.models import SealedCredential
from connections.provider import Collected, ExportPlace, GapFound, Scope
from connections.providers.aws import inventory
from connections.providers.aws.access import regions_of
from connections.providers.aws.calls import ACCESS, DESCRIBE_REGIONS, RECORDS
from connections.providers.aws.metrics import UNLIMITED, read_usage
from connections.providers.aws.offered import is_offered
from connections.providers.aws.outcomes import CallBook
from connections.providers.aws.recorders import read_records
from connections.providers.aws.session import Principal, account_of, open_session
from connections.resources import Metric, Volume
from connections.seal import Binding
from connections.unseal import CannotUnseal, KeyDirectory, unseal
from tenants import activity, scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from audits.models import Step
    from connections.models import Connection
    from connections.provider import AccessReport, Call, Known, Pace, Purse
    from connections.providers.aws.session import AwsSession
    from connections.resources import Thing

# A volume has data points only while it is attached. Daily values are kept for 15 months and cost no more than one.
LAST_USE = Metric(name="VolumeReadOps", statistic="Sum", unit="operations")
LAST_USE_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Credential:
    """An opened credential with the connection that it is for. It lives in this worker's memory for one step.

    `digest` is of its sealed form, `pinned_account_id` the account that a worker once confirmed, None before that.
    """

    connection: Connection
    secret: Mapping[str, str] = field(repr=False)
    digest: str
    pinned_account_id: str | None

    @property
    def account_id(self) -> str:
        """The account that the role is in, which is no secret."""
        return account_of(self.secret["role_arn"])[0]


AUDIT, ACCESS_CHECK = "audit", "access check"


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What a credential is opened for: an AUDIT, or an ACCESS_CHECK that tries it; and which one."""

    kind: str
    id: UUID


def open_credential(*, organization_id: UUID, connection: Connection, purpose: Purpose, at: datetime) -> Credential:
    """Book in the trail that this process opens the connection's current credential, commit that, and then open it.

    Outside of any transaction, so that nothing is opened that the trail does not tell. A process is booked once for
    what it opens for one audit or check. For an audit only the credential that a worker has confirmed, for an access
    check the one that is to be tried. Raises CannotUnseal where none opens.
    """
    with scope.organization(organization_id):
        sealed = (
            SealedCredential.objects.defer(None)
            .filter(connection=connection, generation=connection.generation)
            .order_by("-created_at")
            .first()
        )
        if sealed is None:
            raise CannotUnseal("The connection has no credential: submit it again.")
        digest = confirmations.digest_of(sealed.blob)
        pinned = confirmations.pinned_account(connection=connection)
        if purpose.kind != ACCESS_CHECK and not confirmations.is_confirmed(connection=connection, digest=digest):
            raise CannotUnseal("The credential is not the one that was tried and let in: try the access again.")
        _book_opening(sealed, label=connection.label, purpose=purpose, at=at)
    binding = Binding(
        organization_id=organization_id,
        connection_id=connection.id,
        provider=connection.provider,
        generation=connection.generation,
    )
    keys = KeyDirectory(Path(settings.SEALING_KEY_DIR), settings.SEALING_KEY_PASSPHRASE or None)
    return Credential(
        connection=connection,
        secret=unseal(bytes(sealed.blob), keys=keys, binding=binding),
        digest=digest,
        pinned_account_id=pinned,
    )


def _book_opening(sealed: SealedCredential, *, label: str, purpose: Purpose, at: datetime) -> None:
    worker = activity.this_worker()
    detail = {
        "connection": label,
        "for": f"{purpose.kind} {purpose.id}",
        "submission": str(sealed.generation),
        "key": sealed.key_id,
    }
    activity.book_once(
        key=f"credential.opened {purpose.id} {sealed.id} {worker}",
        actor=worker,
        line=activity.Line(
            verb="credential.opened", subject_kind="connection", subject_id=sealed.connection_id, detail=detail
        ),
        at=at,
    )


class StoppableBook(CallBook):
    """Counts the calls of one piece of work, and ends it between two of them when it is to stop."""

    def __init__(self, raise_if_over: Callable[[], None], *, pace: Pace | None = None) -> None:
        super().__init__(pace=pace)
        self._raise_if_over = raise_if_over

    def before_call(self) -> None:
        self._raise_if_over()

    def note(self, *, service: str, operation: str, code: str = "") -> None:
        super().note(service=service, operation=operation, code=code)
        self._raise_if_over()


def principal() -> Principal:
    """Who assumes customers' roles: our own principal, from this worker's settings."""
    return Principal(
        access_key_id=settings.AWS_ACCESS_KEY_ID,
        secret_access_key=settings.AWS_SECRET_ACCESS_KEY,
        sandbox_url=settings.AWS_ENDPOINT_URL,
    )


def enter(
    *, credential: Credential, book: CallBook, reads: tuple[Call, ...] = ACCESS, export: ExportPlace | None = None
) -> AwsSession:
    """Assume the customer's role: for the calls of `reads`, or with `export` for the bill only. Raises
    CannotAssumeRole.
    """
    connection = credential.connection
    return open_session(
        principal=principal(),
        role_arn=credential.secret["role_arn"],
        external_id=connection.external_id,
        connection_id=str(connection.id),
        reads=reads,
        export=export,
        book=book,
    )


def export_place(connection: Connection) -> ExportPlace | None:
    """Where the connection's cost export lies, None where it has none."""
    if not connection.has_export:
        return None
    return ExportPlace(
        bucket=connection.export_bucket,
        prefix=connection.export_prefix,
        name=connection.export_name,
        region=connection.export_region,
    )


def places(*, regions: Sequence[str], is_payer: bool) -> list[tuple[str, str]]:
    """What there is a collector for: (region, service) of one step each. `is_payer` where the export is held."""
    return inventory.places(regions=regions, is_payer=is_payer)


def place(*, account_id: str, region: str, service: str, looked_at: Collection[type[Thing]]) -> Place:
    """What is known of a place without a call. `looked_at` are the types that rules look at: of one that may be free
    no bill tells whether it is there.
    """
    collector = inventory.COLLECTORS.get(service)
    if collector is None:
        return Place(account_id=account_id, region=region, service=service)
    is_needed_free = any(kind in looked_at for kind in collector.free)
    return Place(
        account_id=account_id,
        region=region,
        service=service,
        billed_as=() if is_needed_free else collector.billed_as,
        recorded_as=frozenset(name for names in collector.recorded_as.values() for name in names),
        is_regional=collector.scope is Scope.REGIONAL,
        is_offered=is_offered(collector, region=region),
    )


def check(*, credential: Credential, book: CallBook, is_short: bool = False, most_billed: str = "") -> AccessReport:
    """Try the connection's access, outside of any transaction. Raises CannotAssumeRole where AWS did not answer, and
    whatever the book raises between two calls. `most_billed` is the region in which it is to be tried first.
    """
    connection = credential.connection
    return check_access(
        principal=principal(),
        role_arn=credential.secret["role_arn"],
        external_id=connection.external_id,
        connection_id=str(connection.id),
        regions=connection.regions,
        export=export_place(connection),
        pinned_account_id=credential.pinned_account_id or connection.account_id,
        is_short=is_short,
        most_billed=most_billed,
        book=book,
    )


def survey(*, credential: Credential, book: CallBook, asks_config: bool, at: datetime) -> Survey:
    """Make sure again that we may come in and only to read, and list the account's regions.

    With `asks_config` also what AWS Config counts in each of them at `at`. Outside of any transaction. Raises
    CannotAssumeRole where nobody answers, and whatever the book raises between two calls; what refuses the audit is in
    `refusal`.
    """
    report = check(credential=credential, book=book, is_short=True)
    digest, account_id = credential.digest, credential.account_id
    if report.is_refused:
        refusal = " ".join(sentence for _, sentence in report.refusals)
        return Survey(digest=digest, account_id=account_id, refusal=refusal, calls=book.counts())
    wanted = credential.connection.regions
    session = enter(credential=credential, book=book, reads=(*ACCESS, *RECORDS) if asks_config else ACCESS)
    try:
        regions = regions_of(session)
        looked_at, gaps = choose_regions(enabled=sorted(regions.enabled), wanted=wanted, account_id=account_id)
        if regions.refused:
            looked_at, gaps = report.regions, (_cannot_list_regions(account_id=account_id, message=regions.refused),)
        records = read_records(session, regions=looked_at, at=at) if asks_config else {}
    finally:
        session.close()
    return Survey(
        digest=digest, account_id=account_id, regions=looked_at, gaps=gaps, calls=book.counts(), records=records
    )


def _cannot_list_regions(*, account_id: str, message: str) -> GapFound:
    return GapFound(
        account_id=account_id,
        region="",
        service=DESCRIBE_REGIONS.service,
        action=DESCRIBE_REGIONS.action,
        reason="REFUSED",
        message=f"We cannot tell which regions are switched on: {message}",
    )


def choose_regions(
    *, enabled: Sequence[str], wanted: Sequence[str], account_id: str
) -> tuple[tuple[str, ...], tuple[GapFound, ...]]:
    """The regions to look at, and a gap for each one that is left out. `wanted` empty means all."""
    looked_at = [region for region in enabled if not wanted or region in wanted]
    reasons = dict.fromkeys(enabled, "It is not on the connection's list of regions.")
    reasons |= {region: "It is not switched on in this account." for region in wanted if region not in enabled}
    gaps = [
        GapFound(
            account_id=account_id, region=region, service="", action="", reason="NOT_LOOKED_AT", message=reasons[region]
        )
        for region in sorted(set(reasons) - set(looked_at))
    ]
    return tuple(looked_at), tuple(gaps)


def kinds_of(service: str) -> tuple[str, ...]:
    """The kinds of resources that a service's collector looks for."""
    collector = inventory.COLLECTORS.get(service)
    return tuple(kind.KIND for kind in collector.kinds) if collector else ()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which usage is asked for: of each resource which metrics and how many days back, what is there already (see
    `audits.record.known_spans`), and out of which purse. Days count back from the last one that was complete when the
    audit began, `begun`, as they do where it is judged; None: from now. `prepare` is told beforehand of all resources
    that were found. `kept` are those whose details are not asked for while the lists show them as they were.
    """

    series_of: Callable[[Thing], Mapping[Metric, int]]
    begun: datetime | None = None
    prepare: Callable[[Sequence[Thing]], None] = lambda _: None
    known: Mapping[tuple[str, str], tuple[date, date]] = field(default_factory=dict)
    purse: Purse = UNLIMITED
    kept: Known = field(default_factory=dict)


def look(*, step: Step, credential: Credential, wanted: Wanted, book: CallBook, at: datetime) -> Collected:
    """Read one service in one region and the usage of what stands there, outside of any transaction.

    Raises CannotAssumeRole, and whatever the book raises between two calls.
    """
    session = enter(credential=credential, book=book, reads=inventory.calls_of(step.service))
    try:
        found = inventory.collect(session=session, service=step.service, region=step.region, at=at, known=wanted.kept)
        wanted.prepare(found.resources)
        usage, last_uses = (_usage(session, step, *one, at=at) for one in asked(found.resources, wanted))
    finally:
        session.close()
    return Collected(
        resources=found.resources,
        series=(*usage.series, *last_uses.series),
        gaps=tuple(dict.fromkeys((*found.gaps, *usage.gaps, *last_uses.gaps))),
        calls=book.counts(),
        notes=(*found.notes, *_taken_over(found.resources)),
    )


def _taken_over(things: Sequence[Thing]) -> tuple[str, ...]:
    moments = [thing.details_read_at for thing in things if thing.details_read_at is not None]
    if not moments:
        return ()
    told = f"What is asked of each resource alone was taken over for {len(moments):,} of {len(things):,}"
    return (f"{told}; no finding rests on it. It was read on {min(moments):%Y-%m-%d} or later.",)


def asked(things: Sequence[Thing], wanted: Wanted) -> tuple[tuple[list[Thing], Wanted], tuple[list[Thing], Wanted]]:
    """What is asked for the usage that rules want, and what for its last use alone; no series of anything twice.

    The latter are volumes that are attached to nothing: AWS does not say when they were detached, and a rule on usage
    has nothing to see in them.
    """
    loose = {id(thing) for thing in things if isinstance(thing, Volume) and not thing.attached_to}
    for_last_use = replace(wanted, series_of=last_use_of)
    return (
        ([thing for thing in things if id(thing) not in loose], wanted),
        ([thing for thing in things if id(thing) in loose], for_last_use),
    )


def last_use_of(thing: Thing) -> Mapping[Metric, int]:
    """What tells when a volume was last attached to anything."""
    del thing
    return {LAST_USE: LAST_USE_DAYS}


def _usage(session: AwsSession, step: Step, things: Iterable[Thing], wanted: Wanted, *, at: datetime) -> Collected:
    return read_usage(
        session=session,
        region=step.region,
        things=things,
        series_of=wanted.series_of,
        at=wanted.begun or at,
        known=wanted.known,
        purse=wanted.purse,
    )

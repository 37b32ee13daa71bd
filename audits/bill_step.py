"""Brings a connection's cost export home and loads what is new of it. The worker only."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from audits import bill_sources, bills
from audits.bill_folder import bill_folder
from audits.bill_worker import Worker
from audits.bills import BillRefused
from audits.collect import enter, export_place
from audits.load_meter import Phase
from connections.provider import GapFound
from connections.providers.aws import costs
from connections.providers.aws.calls import GET_OBJECT, LIST_OBJECTS
from connections.providers.aws.costs import ExportProblem
from connections.providers.aws.downloads import download_all

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from audits.collect import Credential
    from connections.provider import ExportPeriod, ExportPlace
    from connections.providers.aws.outcomes import CallBook
    from connections.providers.aws.session import AwsSession

__all__ = ["BillRefused", "ExportProblem", "Worker", "load_export"]

# What a saving is made of lies in the last two; a third is often still being restated.
NEWEST_PERIODS = 3


def load_export(*, credential: Credential, book: CallBook, worker: Worker, at: datetime) -> tuple[GapFound, ...]:
    """Load the newest billing periods of the export, those that were restated since too. What could not be is a gap.

    A period that is refused leaves its earlier load in place. Raises ExportProblem where the export as a whole cannot
    be read, CannotAssumeRole, and whatever `worker` raises.
    """
    place = export_place(credential.connection)
    if place is None:
        return ()
    session = enter(credential=credential, book=book, export=place)
    account_id, gaps = session.account_id, []
    try:
        found = costs.find_periods(session=session, place=place)
        gaps += [_gap(account_id, place, month, problem, LIST_OBJECTS.action) for month, problem in found.problems]
        for period in found.periods[-NEWEST_PERIODS:]:
            try:
                _load(session, place, period, credential=credential, worker=worker, at=at)
            except (BillRefused, ExportProblem) as refused:
                gaps.append(_gap(account_id, place, period.billing_period, refused, GET_OBJECT.action))
                if isinstance(refused, BillRefused):
                    with worker.reading():
                        source = bill_sources.of_connection(credential.connection, at=at)
                    with worker.results():
                        bills.book_refusal(
                            source=source,
                            billing_period=period.billing_period,
                            execution_id=period.execution_id,
                            files=_files(period),
                            refused=refused,
                            at=at,
                        )
    finally:
        session.close()
    return tuple(gaps)


def _load(
    session: AwsSession,
    place: ExportPlace,
    period: ExportPeriod,
    *,
    credential: Credential,
    worker: Worker,
    at: datetime,
) -> None:
    with worker.reading():
        if bills.already_loaded(billing_period=period.billing_period, execution_id=period.execution_id) is not None:
            return
        # A new source holds its connection, which nobody may do before he holds the audit: that comes last.
        source = bill_sources.of_connection(credential.connection, at=at)
    with bill_folder() as folder:
        _require_room(period, free=shutil.disk_usage(folder).free)
        paths = _bring(session, place, period, folder, worker)
        with (
            bills.read_period(
                period=period,
                paths=paths,
                seconds=worker.seconds,
                on_wait=worker.raise_if_over,
                meter=worker.meter,
            ) as bill,
            worker.results(),
        ):
            bills.replace(
                source=source,
                bill=bill,
                files=_files(period),
                execution_id=period.execution_id,
                at=at,
            )


def _bring(
    session: AwsSession, place: ExportPlace, period: ExportPeriod, folder: Path, worker: Worker
) -> dict[str, Path]:
    worker.meter.of_period(period.billing_period)
    worker.meter.begin(Phase.FETCHING, all_bytes=sum(file.size for file in period.files))

    def on_chunk(length: int) -> None:
        worker.raise_if_over()
        worker.meter.add(done_bytes=length)

    return download_all(session=session, place=place, files=period.files, directory=folder, on_chunk=on_chunk)


def _require_room(period: ExportPeriod, *, free: int) -> None:
    """One customer's bill must not fill the disk that the others' bills need too."""
    needed = sum(file.size for file in period.files)
    if needed > free // 2:
        raise ExportProblem(
            "export_name",
            f"Its files have {needed:,} bytes, more than this worker has room for. Whoever runs Costframe must give "
            "its temporary folder more; hourly exports of many resources are smaller as Parquet.",
            permanent=False,
        )


def _files(period: ExportPeriod) -> list[dict[str, str | int]]:
    return [{"key": file.key, "size": file.size, "etag": file.etag} for file in period.files]


def _gap(
    account_id: str, place: ExportPlace, billing_period: date, problem: BillRefused | ExportProblem, action: str
) -> GapFound:
    return GapFound(
        account_id=account_id,
        region=place.region,
        service="bill",
        action=action,
        reason="FAILED",
        message=f"The bill of {billing_period:%Y-%m} was not loaded: {problem}",
    )

"""Bringing a bill home: what is new of it is loaded once, what is broken leaves the earlier load, nothing is left over."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import os
from contextlib import contextmanager
from decimal import Decimal

import pytest

from audits import bill_folder, bill_step, collect
from audits.bill_step import ExportProblem, Worker
from audits.load_meter import Meter, Phase
from audits.models import BillLoad, CostLine
from connections.models import Connection
from connections.provider import ExportFile, ExportPeriod
from connections.providers.aws.costs import find_periods
from connections.providers.aws.outcomes import CallBook
from sandbox.aws import names
from tenants import scope
from tests.conftest import AT
from tests.connections.aws import EXPORT, EXTERNAL_ID, restate_short, role, session, short_export
from tests.database import acting_as

pytestmark = pytest.mark.usefixtures("proofs_as_of_the_transactions_start", "restate")


class Enough(Exception):
    pass


def period(*sizes):
    files = tuple(ExportFile(key=f"{number}.parquet", size=size, etag="") for number, size in enumerate(sizes))
    return ExportPeriod(billing_period=dt.date(2026, 10, 1), execution_id="run", files=files)


def test_a_bill_that_would_fill_the_disk_is_left_out_and_the_remedy_said():
    bill_step._require_room(period(300, 200), free=1000)
    with pytest.raises(ExportProblem, match="501 bytes, more than this worker has room for") as problem:
        bill_step._require_room(period(300, 201), free=1000)
    assert not problem.value.permanent


@pytest.fixture(scope="module")
def restate(cloud):
    """Restates the earlier period, with a day more each time. Both periods begin with one: all of a bill is loaded
    elsewhere (test_bills, test_robust)."""
    days = itertools.count(2)
    with short_export(cloud):
        yield lambda: restate_short(cloud, min(cloud.estate["bill"]), days=next(days))


@pytest.fixture
def bring_home(organization, calm_cloud, settings, tmp_path, monkeypatch):
    """Runs the bill step for the payer as a worker does. Returns the gaps."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings.AWS_ACCESS_KEY_ID = calm_cloud.access_key_id
    settings.AWS_SECRET_ACCESS_KEY = calm_cloud.secret_access_key
    settings.AWS_ENDPOINT_URL = calm_cloud.endpoint_url
    with scope.organization(organization.id):
        connection = Connection.objects.create(
            label="Payer",
            state="CONNECTED",
            account_id=names.PAYER,
            external_id=EXTERNAL_ID,
            generation=1,
            created_at=AT,
            export_bucket=EXPORT.bucket,
            export_prefix=EXPORT.prefix,
            export_name=EXPORT.name,
            export_region=EXPORT.region,
        )
    arn = role(calm_cloud, account=names.PAYER, export=EXPORT)
    credential = collect.Credential(
        connection=connection, secret={"role_arn": arn}, digest="", pinned_account_id=names.PAYER
    )

    @contextmanager
    def transaction():
        with scope.organization(organization.id):
            yield

    def bring(*, raise_if_over=lambda: None, seconds=60.0, meter=None):
        worker = Worker(
            reading=transaction,
            results=transaction,
            raise_if_over=raise_if_over,
            seconds=seconds,
            meter=meter or Meter(),
        )
        with acting_as("cf_worker"):
            return bill_step.load_export(credential=credential, book=CallBook(), worker=worker, at=AT)

    yield bring
    assert list(tmp_path.iterdir()) == [], "nothing of the bill is left on the disk"


@pytest.fixture
def held(organization):
    """What the organisation now has: the loads' states and rows by month, and each month's effective cost."""

    def held():
        with scope.organization(organization.id):
            loads = [
                (f"{load.billing_period:%Y-%m}", load.state, load.execution_id, load.row_count)
                for load in BillLoad.objects.order_by("billing_period", "loaded_at", "state")
            ]
            costs: dict[str, Decimal] = {}
            for period, cost in CostLine.objects.values_list("billing_period", "effective_cost"):
                costs[f"{period:%Y-%m}"] = costs.get(f"{period:%Y-%m}", Decimal(0)) + cost
        return loads, costs

    return held


def expected(cloud):
    totals = cloud.estate["bill"]
    loads = [(month, "LOADED", totals[month]["execution_id"], totals[month]["rows"]) for month in sorted(totals)]
    return loads, {month: Decimal(totals[month]["EffectiveCost"]) for month in totals}


def test_each_period_is_loaded_once_and_equals_the_export(bring_home, held, calm_cloud):
    assert bring_home() == ()
    assert held() == expected(calm_cloud)
    calm_cloud.clear_calls()
    assert bring_home() == ()
    assert held() == expected(calm_cloud)
    fetched = [call for call in calm_cloud.calls() if call["operation"] == "GetObject"]
    assert len(fetched) == len(calm_cloud.estate["bill"]), "the manifests and nothing else"


def test_what_is_fetched_of_each_period_is_told_to_the_last_byte(bring_home, calm_cloud):
    class Kept(Meter):
        ends = []  # each phase as it was when the next one began

        def begin(self, phase, **whole):
            self.ends.append(self.extent())
            super().begin(phase, **whole)

    bring_home(meter=Kept())
    fetched = [extent for extent in Kept.ends if extent is not None and extent.phase == Phase.FETCHING]
    assert [f"{extent.billing_period:%Y-%m}" for extent in fetched] == sorted(calm_cloud.estate["bill"])
    assert all(extent.done_bytes == extent.all_bytes > 0 for extent in fetched)
    written = [extent for extent in Kept.ends if extent is not None and extent.phase == Phase.WRITING]
    assert all(extent.done_rows == extent.all_rows > 0 for extent in written)
    assert len(written) == len(fetched)


def test_a_restated_period_takes_the_place_of_the_earlier_one(bring_home, held, calm_cloud, restate):
    bring_home()
    (older, *_), before = held()
    restate()
    assert bring_home() == ()
    loads, costs = held()
    assert (older[0], "REPLACED", older[2], older[3]) in loads
    current, wanted = expected(calm_cloud)
    assert wanted != before
    assert [load for load in loads if load[1] == "LOADED"] == current
    assert costs == wanted


def spoil(cloud, *, body):
    """Overwrite the newest period's first part; answers what puts it back."""
    reader = session(cloud, account=names.PAYER, export=EXPORT)
    key = find_periods(session=reader, place=EXPORT).periods[-1].files[0].key
    before = reader.client("s3").get_object(Bucket=EXPORT.bucket, Key=key)["Body"].read()
    cloud.put_object(key, body)
    return key, lambda: cloud.put_object(key, before)


def test_a_broken_part_is_a_gap_that_names_it_and_the_earlier_load_stays(
    bring_home, held, organization, calm_cloud, restate
):
    bring_home()
    restate()
    bring_home()
    before = held()
    newest = before[0][-1][0]
    with acting_as("cf_worker"), scope.organization(organization.id):
        BillLoad.objects.filter(state="LOADED", billing_period__month=int(newest[-2:])).update(execution_id="of before")
    key, put_back = spoil(calm_cloud, body=gzip.compress(b"BilledCost\n1,2\n"))
    try:
        (gap,) = bring_home()
        loads, costs = held()
    finally:
        put_back()
    assert key in gap.message
    assert (gap.service, gap.account_id, gap.reason) == ("bill", names.PAYER, "FAILED")
    assert costs == before[1]
    assert [load[1] for load in loads if load[0] == newest] in (["LOADED", "REFUSED"], ["REFUSED", "LOADED"])
    assert bring_home() == ()
    assert held()[1] == expected(calm_cloud)[1]


def test_a_worker_that_is_to_end_leaves_the_bill_where_it_was(bring_home, held):
    seen = []

    def end_after_a_while():
        seen.append(None)
        if len(seen) > 2:
            raise Enough

    with pytest.raises(Enough):
        bring_home(raise_if_over=end_after_a_while)
    assert held() == ([], {})


def test_a_bill_that_takes_too_long_is_a_gap_and_tried_again(bring_home, held, calm_cloud):
    gaps = bring_home(seconds=0.0)
    assert len(gaps) == len(calm_cloud.estate["bill"])
    assert all("was not read within 0 seconds" in gap.message for gap in gaps)
    assert {load[1] for load in held()[0]} == {"REFUSED"}
    assert bring_home() == ()
    assert held()[1] == expected(calm_cloud)[1]


def test_what_a_killed_worker_left_is_swept_and_a_living_ones_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with bill_folder.bill_folder() as mine:
        dead = tmp_path / f"{bill_folder.PREFIX}{2**22 + 1}-x"  # beyond the largest process id
        dead.mkdir()
        (dead / "part").write_text("x")
        (tmp_path / f"{bill_folder.PREFIX}link").symlink_to(mine)
        bill_folder.sweep()
        assert mine.is_dir()
        assert not dead.exists()
        assert f"{os.getpid()}-" in mine.name

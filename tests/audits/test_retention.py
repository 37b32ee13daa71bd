"""Lines of old bills go a batch at a time, what they add up to stays, and no finding reads a bill without its lines."""

import datetime as dt
from decimal import Decimal

import pytest

from audits import nights, own_nights, retention
from audits.models import Audit, BillLoad, BillSource, CostDay, CostDetail, CostLine, Schedule
from connections.models import Connection
from connections.resources import Volume
from costframe import pipeline
from costframe.schedule import due_rows
from findings.cost_since import costs_since
from findings.evidence_from_rows import coverage_of
from tenants import scope
from tests.audits.focus_files import write_csv
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.conftest import AT as BILLS_AT
from tests.connections.test_views import text
from tests.database import acting_as

AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def part_of(tmp_path, month, *, lines=5):
    day = month + dt.timedelta(days=1)
    rows = [
        {
            "BillingPeriodStart": f"{month}T00:00:00Z", "ChargePeriodStart": f"{month}T00:00:00Z",
            "ChargePeriodEnd": f"{day}T00:00:00Z", "ResourceId": f"vol-{number}",
        }
        for number in range(lines)
    ] + [{"BillingPeriodStart": f"{month}T00:00:00Z", "ChargePeriodStart": f"{day}T00:00:00Z",
          "ChargePeriodEnd": f"{day + dt.timedelta(days=1)}T00:00:00Z"}]  # fmt: skip
    return write_csv(tmp_path / f"{month}.csv", rows)


def month_of(payer, tmp_path, month):  # noqa: F811
    (found,) = load(payer, [part_of(tmp_path, month)], execution=str(month), month=month)
    return found


@pytest.fixture
def bills(payer, tmp_path):  # noqa: F811
    """Of September and October 2025 and of October 2026, read in one go."""
    months = (dt.date(2025, 9, 1), dt.date(2025, 10, 1), dt.date(2026, 10, 1))
    loads = load(payer, [part_of(tmp_path, month) for month in months], month=None)
    assert [one.billing_period for one in loads] == list(months)
    return loads


def lines_by_month(payer):  # noqa: F811
    with scope.organization(payer.organization_id):
        loads = BillLoad.objects.order_by("billing_period")
        return [CostLine.objects.filter(load=load).count() for load in loads]


def forget(payer, *, months=14, batches=99, batch=4):  # noqa: F811
    """As a worker does it at night, each batch apart."""
    removed = []
    with acting_as("cf_worker"):
        with scope.organization(payer.organization_id):
            retention.mark_old(at=AT, months=months)
        for _ in range(batches):
            with scope.organization(payer.organization_id):
                removed.append(retention.remove_some(batch=batch))
    return removed


@pytest.mark.parametrize(
    ("months", "expected"),
    [(1, (2026, 11, 1)), (4, (2026, 8, 1)), (11, (2026, 1, 1)), (14, (2025, 10, 1)), (1200, (1926, 12, 1))],
)
def test_the_month_itself_is_the_first_of_those_that_are_kept(months, expected):
    assert retention.first_month_kept(at=AT, months=months) == dt.date(*expected)


def test_lines_that_are_older_go_in_batches_and_all_others_stay(payer, bills):  # noqa: F811
    assert forget(payer, batches=5) == [4, 2, 1, 2, 0], "what describes the lines, and what a unit cost on two days"
    assert lines_by_month(payer) == [0, 6, 6]
    with scope.organization(payer.organization_id):
        assert sorted(CostDetail.objects.values_list("load__billing_period", "number")) == [
            (load.billing_period, 1) for load in bills[1:]
        ]


def test_a_batch_is_never_of_two_bills(payer, bills):  # noqa: F811
    assert forget(payer, months=12, batches=4, batch=5) == [5, 1, 5, 1]


def test_lines_are_kept_for_ever_where_no_months_are_given(payer, bills):  # noqa: F811
    assert forget(payer, months=0, batches=1) == [0]
    assert lines_by_month(payer) == [6, 6, 6]


def test_what_the_lines_added_up_to_stays(payer, bills, visitor):  # noqa: F811
    before = text(visitor.get(f"/bills/{bills[0].id}/"))
    forget(payer)
    after = text(visitor.get(f"/bills/{bills[0].id}/"))
    said = "Since 2026-11-26 its lines by resource are no longer kept; the sums here and the costs by day are. "
    assert said in after
    assert after.replace(said, "") == before.replace("Download as FOCUS 1.2 ", ""), "there are no lines to download"
    with scope.organization(payer.organization_id):
        assert sum(day.billed_cost for day in CostDay.objects.filter(load=bills[0])) == Decimal("7.5")
    assert "7.50" in text(visitor.get("/costs/?month=2025-09"))


def test_no_finding_reads_a_bill_whose_lines_go_from_the_first_batch_on(payer, bills):  # noqa: F811
    """A bill that covers a resource's days and does not name it would say that it cost nothing."""
    with acting_as("cf_worker"), scope.organization(payer.organization_id):
        BillLoad.objects.exclude(id=bills[0].id).update(state=BillLoad.State.REPLACED)
        assert coverage_of({"111111111111"})["111111111111"].load_ids() == {bills[0].id}
    forget(payer, batches=1)
    assert lines_by_month(payer) == [2, 6, 6]
    with scope.organization(payer.organization_id):
        assert coverage_of({"111111111111"}) == {}


def test_no_sum_is_of_a_part_of_a_bill_while_its_lines_go(payer, bills):  # noqa: F811
    volume = Volume(
        resource_id="vol-4", account_id="111111111111", region="eu-central-1", observed_at=AT, volume_type="gp3",
        size_gib=1, state="available",
    )  # fmt: skip
    wanted = [(volume, "USD", dt.date(2025, 9, 1))]
    with scope.organization(payer.organization_id):
        assert costs_since(wanted) == [Decimal("3.75")]
    forget(payer, batches=1, batch=1)
    assert lines_by_month(payer) == [5, 6, 6]
    with scope.organization(payer.organization_id):
        assert costs_since(wanted) == [Decimal("2.50")]


def test_another_organisations_lines_are_not_touched(payer, bills, other_organization):  # noqa: F811
    with acting_as("cf_worker"), scope.organization(other_organization.id):
        retention.mark_old(at=AT, months=4)
        assert retention.remove_some() == 0
    assert lines_by_month(payer) == [6, 6, 6]


def of_2026(settings):
    """Kept is what is of October 2025 or later, whatever today is."""
    today = dt.datetime.now(dt.UTC)
    settings.BILL_LINES_MONTHS = (today.year - 2025) * 12 + today.month - 10 + 1


def own_night(payer, **changes):  # noqa: F811
    with scope.organization(payer.organization_id):
        if changes:
            with acting_as("cf_worker"):
                Schedule.objects.filter(connection=None).update(**changes)
        return Schedule.objects.get(connection=None)


def come(payer):  # noqa: F811
    """The night comes, and a worker is sent for it."""
    night = own_night(payer, due_at=AT - DAY)
    with acting_as("cf_scheduler"):
        (due,) = [one for one in due_rows(at=AT) if one.row_id == night.id]
    assert due.actor == "plan_night"
    with acting_as("cf_worker"):
        pipeline.plan_night(str(due.organization_id), str(due.row_id))


def test_an_organisations_own_night_removes_what_is_older_than_the_setting(payer, bills, settings):  # noqa: F811
    of_2026(settings)
    come(payer)
    assert lines_by_month(payer) == [0, 6, 6]
    assert own_night(payer).due_at > dt.datetime.now(dt.UTC), "the next one is planned"


def test_one_that_only_hands_in_files_has_such_a_night_too(organization, tmp_path, settings):
    of_2026(settings)
    with scope.organization(organization.id):
        files = BillSource.objects.create(label="Finance share", created_at=AT)
    month_of(files, tmp_path, dt.date(2025, 9, 1))
    month_of(files, tmp_path, dt.date(2026, 10, 1))
    come(files)
    assert lines_by_month(files) == [0, 6]
    with scope.organization(organization.id):
        assert not Connection.objects.exists()


def test_a_night_is_planned_once_at_the_organisations_hour_however_many_bills_are_loaded(payer, bills, tmp_path):  # noqa: F811
    month_of(payer, tmp_path, dt.date(2026, 9, 1))
    hour = dt.datetime(2026, 11, 21, 2, tzinfo=dt.UTC)  # the first after BILLS_AT
    assert hour <= own_night(payer).due_at < hour + dt.timedelta(seconds=nights.JITTER_SECONDS)


def test_with_the_organisations_hour_its_own_night_moves(payer, bills):  # noqa: F811
    before = own_night(payer).due_at
    with scope.organization(payer.organization_id):
        nights.set_rhythm(night_time=dt.time(5), timezone="UTC", by="Ada", at=BILLS_AT)
    assert own_night(payer).due_at == before + dt.timedelta(hours=3)


def test_a_paused_connections_bills_grow_old_as_others_do(payer, bills, settings):  # noqa: F811
    of_2026(settings)
    with scope.organization(payer.organization_id):
        nights.pause(connection=payer)
    come(payer)
    assert lines_by_month(payer) == [0, 6, 6]


def test_without_lines_there_are_no_nights_until_a_bill_is_loaded(payer, tmp_path, settings):  # noqa: F811
    of_2026(settings)
    month_of(payer, tmp_path, dt.date(2025, 9, 1))
    come(payer)
    assert own_night(payer).due_at is not None, "lines may be left for the next night"
    come(payer)
    assert own_night(payer).due_at is None
    with scope.organization(payer.organization_id):
        nights.set_rhythm(night_time=dt.time(5), timezone="UTC", by="Ada", at=AT)
    assert own_night(payer).due_at is None
    month_of(payer, tmp_path, dt.date(2026, 10, 1))
    assert own_night(payer).due_at is not None


def test_a_connections_night_is_not_the_organisations_own(payer, bills, settings):  # noqa: F811
    of_2026(settings)
    with scope.organization(payer.organization_id):
        night = nights.plan_nights(connection=payer, at=BILLS_AT)
    with acting_as("cf_worker"):
        pipeline.plan_night(str(payer.organization_id), str(night.id))
    assert lines_by_month(payer) == [6, 6, 6]
    with scope.organization(payer.organization_id):
        assert Audit.objects.get().connection_id == payer.id


def test_a_night_that_another_worker_has_begun_is_not_begun_again(payer, bills):  # noqa: F811
    with acting_as("cf_worker"), scope.organization(payer.organization_id):
        night = Schedule.objects.get(connection=None)
        assert own_nights.begin(schedule_id=night.id, at=night.due_at)
        assert not own_nights.begin(schedule_id=night.id, at=night.due_at)
        assert nights.begin_night(schedule_id=night.id, at=night.due_at) is None

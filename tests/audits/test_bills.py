"""A bill is loaded whole and exactly, instead of the one before, or not at all."""

import dataclasses
import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection as database
from django.db import transaction

from audits import bills, cost_details, cost_rates, cost_tags
from audits.bill_parts import BillRefused, Part
from audits.models import BillLoad, CostLine
from connections.models import Connection
from connections.provider import ExportFile, ExportPeriod
from sandbox.aws import export, names
from sandbox.aws.estate import build
from tenants import scope
from tests.audits.focus_files import SAMPLE, write_csv, write_gzip, write_parquet
from tests.audits.read_once import read_once
from tests.audits.sources import source_of
from tests.audits.test_focus import sums_of_sample
from tests.conftest import AT
from tests.database import acting_as

pytestmark = pytest.mark.usefixtures("proofs_as_of_the_transactions_start")

OCTOBER = dt.date(2026, 10, 1)
ADDED = (
    "insert into audits_costday (id, organization_id, load_id, charge_date, charge_days, provider_name, sub_account_id, "
    "service_name, region_id, kind, is_prepaid, billing_currency, billed_cost, effective_cost, list_cost, "
    "contracted_cost, row_count) select gen_random_uuid(), organization_id, load_id, charge_date, 1, '', '', '', '', "
    "'Usage', false, '{currency}', 0, 0, {cost}, 0, {rows} from audits_costday limit 1"
)


@pytest.fixture
def payer(organization):
    with scope.organization(organization.id):
        return Connection.objects.create(label="Payer", state="CONNECTED", account_id="999999999999", created_at=AT)


@pytest.fixture
def member(organization):
    with scope.organization(organization.id):
        return Connection.objects.create(label="Member", state="CONNECTED", account_id="111111111111", created_at=AT)


def period_of(parts, *, execution="run-1", month=OCTOBER):
    files = tuple(ExportFile(key=part.key, size=part.path.stat().st_size, etag="e") for part in parts)
    return ExportPeriod(billing_period=month, execution_id=execution, files=files)


def load(connection, parts, *, execution="run-1", at=AT, month=OCTOBER):
    """As a worker does it: read outside of any transaction, then write in one. Without `month`, of whatever months."""
    period = period_of(parts, execution=execution, month=month)
    paths = {part.key: part.path for part in parts}
    with (
        acting_as("cf_worker"),
        read_once(period=period, paths=paths) as bill,
        scope.organization(connection.organization_id),
    ):
        return bills.replace(
            source=source_of(connection),
            bill=bill,
            files=[dataclasses.asdict(file) for file in period.files],
            execution_id=execution,
            at=at,
        )


def billed(connection):
    """Billed cost by resource, as PostgreSQL has it."""
    with scope.organization(connection.organization_id):
        lines = CostLine.objects.filter(load__source__connection=connection).order_by("resource_id", "charge_date")
        return [(line.resource_id, line.billed_cost) for line in lines]


def states(connection):
    with scope.organization(connection.organization_id):
        return list(
            BillLoad.objects.filter(source__connection=connection)
            .order_by("execution_id")
            .values_list("execution_id", "state")
        )


def test_what_is_in_the_database_equals_the_sample_to_the_last_digit(payer, organization):
    with acting_as("cf_worker"):
        with scope.organization(organization.id):
            source = source_of(payer)
        bill, loads = bills.load_files(
            organization_id=organization.id,
            source=source,
            parts=[Part(path=SAMPLE, key="focus_sample.csv")],
            seconds=60,
            at=AT,
        )
        expected = sums_of_sample()
        with scope.organization(organization.id):
            assert {str(one.billing_period): bills.totals_held(one)["USD"] for one in loads} == expected
            assert CostLine.objects.count() == sum(one.line_count for one in loads)
    assert loads[0].files == [{"key": "focus_sample.csv", "size": SAMPLE.stat().st_size, "etag": "", "rows": 1000}]
    assert loads[0].totals["USD"]["billed_cost"] == "20.28022672899"
    assert "6 rows have no list or contracted cost" in loads[0].message
    assert "1 row has no list or contracted cost" in loads[1].message
    assert bill.sums.rows_by_part == (1000,)


def test_every_field_of_a_line_arrives(payer, tmp_path):
    row = {
        "CommitmentDiscountId": "sp-1",
        "ChargeClass": "Correction",
        "ChargeDescription": 'a "b",\nc',
        "BilledCost": "-1.2E-7",
    }
    (one,) = load(payer, [write_parquet(tmp_path / "a.parquet", [row])])
    with scope.organization(payer.organization_id):
        line = CostLine.objects.get()
    assert (line.load_id, line.organization_id) == (one.id, payer.organization_id)
    assert (line.billing_period, line.charge_date, line.charge_days) == (OCTOBER, dt.date(2026, 10, 5), 1)
    assert (line.sub_account_id, line.resource_id, line.region_id) == ("111111111111", "vol-1", "eu-central-1")
    assert (line.service_name, line.provider_name) == ("Amazon Elastic Compute Cloud", "AWS")
    assert (line.charge_category, line.charge_class, line.charge_description) == ("Usage", "Correction", 'a "b",\nc')
    assert (line.usage_type, line.sku_id, line.pricing_category) == ("EUC1-EBS:VolumeUsage.gp2", "SKU1", "Standard")
    assert (line.commitment_discount_id, line.commitment_discount_status) == ("sp-1", "")
    assert (line.consumed_quantity, line.consumed_unit, line.invoice_id) == (Decimal("3.5"), "GB-Mo", "INV-1")
    assert (line.billing_currency, line.billed_cost, line.list_cost) == ("USD", Decimal("-1.2E-7"), Decimal("2.5"))
    assert one.invoice_totals == {"INV-1": {"USD": "-0.00000012"}}
    assert one.sub_account_ids == ["111111111111"]
    assert one.billing_account_ids == ["999999999999"]


def test_a_restated_period_takes_the_place_of_the_earlier_one_and_both_keep_their_figures(payer, tmp_path):
    load(payer, [write_csv(tmp_path / "a.csv", [{"ResourceId": "vol-1"}, {"ResourceId": "vol-gone"}])])
    load(payer, [write_csv(tmp_path / "b.csv", [{"ResourceId": "vol-1", "BilledCost": "7"}])], execution="run-2")
    assert billed(payer) == [("vol-1", 7)]
    assert states(payer) == [("run-1", "REPLACED"), ("run-2", "LOADED")]
    with scope.organization(payer.organization_id):
        earlier = BillLoad.objects.get(execution_id="run-1")
    assert (earlier.row_count, earlier.totals["USD"]["billed_cost"], earlier.files[0]["rows"]) == (2, "2.5", 2)


def test_another_period_stays_when_one_is_replaced(payer, tmp_path):
    november = {"BillingPeriodStart": "2026-11-01T00:00:00Z", "ResourceId": "vol-november"}
    load(payer, [write_csv(tmp_path / "a.csv", [{}])])
    load(payer, [write_csv(tmp_path / "b.csv", [november])], execution="run-n", month=dt.date(2026, 11, 1))
    load(payer, [write_csv(tmp_path / "c.csv", [{}])], execution="run-2")
    assert [name for name, _ in billed(payer)] == ["vol-1", "vol-november"]


def test_the_same_run_of_the_export_is_loaded_once(payer, tmp_path):
    parts = [write_csv(tmp_path / "a.csv", [{}])]
    (first,) = load(payer, parts)
    (second,) = load(payer, parts)
    assert first.id == second.id
    assert len(billed(payer)) == 1
    with scope.organization(payer.organization_id):
        assert bills.already_loaded(billing_period=OCTOBER, execution_id="run-1") == first
        assert bills.already_loaded(billing_period=OCTOBER, execution_id="run-2") is None
        assert bills.already_loaded(billing_period=dt.date(2026, 11, 1), execution_id="run-1") is None


def broken(tmp_path):
    whole = write_gzip(tmp_path / "whole.gz", [{}] * 500)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(whole.path.read_bytes()[:-30])
    return Part(path=cut, key="cut.gz")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (broken, "cut.gz"),
        (lambda path: write_csv(path / "b.csv", [{"BillingPeriodStart": "2026-09-01"}]), "billing period 2026-10-01"),
        (lambda path: write_csv(path / "b.csv", [{"BilledCost": "x"}]), "BilledCost"),
    ],
)
def test_a_refused_bill_leaves_the_earlier_load_in_place(payer, tmp_path, make, words):
    load(payer, [write_csv(tmp_path / "a.csv", [{}])])
    with pytest.raises(BillRefused, match=words):
        load(payer, [write_csv(tmp_path / "good.csv", [{}]), make(tmp_path)], execution="run-2")
    assert billed(payer) == [("vol-1", Decimal("1.25"))]
    assert states(payer) == [("run-1", "LOADED")]


def test_a_file_that_was_not_brought_home_or_is_cut_short_is_refused(payer, tmp_path):
    part = write_csv(tmp_path / "a.csv", [{}])
    period = period_of([part])
    with pytest.raises(BillRefused, match="not brought home"), bills.read_period(period=period, paths={}, seconds=9):
        pass
    part.path.write_bytes(part.path.read_bytes()[:-9])
    reading = bills.read_period(period=period, paths={part.key: part.path}, seconds=9)
    with pytest.raises(BillRefused, match="announced"), reading:
        pass


def test_a_refusal_is_kept_once_with_its_reason(payer):
    with acting_as("cf_worker"), scope.organization(payer.organization_id):
        for _ in range(2):
            bills.book_refusal(
                source=source_of(payer),
                billing_period=OCTOBER,
                execution_id="run-2",
                files=[{"key": "a", "size": 1, "etag": ""}],
                refused=BillRefused("a is broken.", part="a"),
                at=AT,
            )
    with scope.organization(payer.organization_id):
        kept = BillLoad.objects.get()
    assert (kept.state, kept.message, kept.files[0]["key"]) == ("REFUSED", "a is broken.", "a")


@pytest.mark.parametrize(
    "spoil",
    [
        "update audits_costline set billed_cost = billed_cost + 0.000000000000000000000001 where resource_id = 'vol-2'",
        "delete from audits_costline where resource_id = 'vol-2'",
        "update audits_costline set billing_currency = 'EUR' where resource_id = 'vol-2'",
        "update audits_costline set row_count = 2 where resource_id = 'vol-2'",
        "delete from audits_costday",
        ADDED.format(currency="USD", cost="0.000000000000000000000001", rows=0),
        ADDED.format(currency="EUR", cost=0, rows=0),
        ADDED.format(currency="USD", cost=0, rows=1),
    ],
)
def test_a_difference_in_the_last_digit_undoes_the_load(payer, tmp_path, monkeypatch, spoil):
    load(payer, [write_csv(tmp_path / "a.csv", [{"ResourceId": "vol-before"}])])
    require_equal = bills._require_equal

    def spoil_and_compare(cursor, load, sums):
        cursor.execute(spoil)
        assert cursor.rowcount == 1
        require_equal(cursor, load, sums)

    monkeypatch.setattr(bills, "_require_equal", spoil_and_compare)
    rows = [{}, {"ResourceId": "vol-2"}]
    with pytest.raises(BillRefused, match="does not equal"), transaction.atomic():
        load(payer, [write_csv(tmp_path / "b.csv", rows)], execution="run-2")
    assert [name for name, _ in billed(payer)] == ["vol-before"]
    assert states(payer) == [("run-1", "LOADED")]


@pytest.mark.parametrize(
    ("module", "spoil"),
    [
        (cost_tags, "update bill_tags set list_cost = list_cost + 0.000000000000000000000001 where value = 'a'"),
        (cost_tags, "update bill_tags set row_count = 2 where value = 'a'"),
        (cost_tags, "update bill_tags set billing_currency = 'EUR' where value = 'a'"),
        (cost_tags, "delete from bill_tags where value = 'a'"),
        (cost_details, "update bill_details set tags = '{}' where tags ->> 'team' = 'a'"),
    ],
)
def test_tags_that_do_not_add_up_to_the_lines_undo_the_load(payer, tmp_path, monkeypatch, module, spoil):
    copy = module.copy

    def copy_and_spoil(cursor, *args, **files):
        copy(cursor, *args, **files)
        cursor.execute(spoil)
        assert cursor.rowcount == 1

    monkeypatch.setattr(module, "copy", copy_and_spoil)
    rows = [{"Tags": '{"team": "a"}'}, {"ResourceId": "vol-2", "Tags": '{"team": "b"}'}]
    with pytest.raises(BillRefused, match=r"by the tag 'team' in .* does not equal the lines"), transaction.atomic():
        load(payer, [write_csv(tmp_path / "b.csv", rows)])
    assert states(payer) == []


@pytest.mark.parametrize(
    "spoil",
    [
        "update bill_rates set effective_cost = effective_cost + 0.000000000000000000000001",
        "update bill_rates set consumed_quantity = consumed_quantity * 2",
        "update bill_rates set billing_currency = 'EUR'",
        "delete from bill_rates",
    ],
)
def test_meters_that_do_not_add_up_to_the_lines_undo_the_load(payer, tmp_path, monkeypatch, spoil):
    copy = cost_rates.copy

    def copy_and_spoil(cursor, file):
        copy(cursor, file)
        cursor.execute(spoil)
        assert cursor.rowcount == 1

    monkeypatch.setattr(cost_rates, "copy", copy_and_spoil)
    with pytest.raises(BillRefused, match=r"by meter in .* does not equal the lines"), transaction.atomic():
        load(payer, [write_csv(tmp_path / "b.csv", [{}, {"ResourceId": "vol-2"}])])
    assert states(payer) == []


def test_a_bill_reached_through_two_connections_is_loaded_once(payer, member, tmp_path):
    rows = [{}, {"SubAccountId": "222222222222", "ResourceId": "vol-2"}]
    parts = [write_csv(tmp_path / "a.csv", rows)]
    (first,) = load(payer, parts)
    (same,) = load(member, parts)
    assert same.id == first.id
    assert "Member has the same bill" in same.message
    assert billed(member) == []
    narrower = [write_csv(tmp_path / "b.csv", rows[:1])]
    (still,) = load(member, narrower, execution="run-of-member")
    assert still.id == first.id
    assert billed(member) == []


def test_a_newer_run_through_another_connection_takes_the_place_of_the_older(payer, member, tmp_path):
    load(payer, [write_csv(tmp_path / "a.csv", [{}])])
    load(member, [write_csv(tmp_path / "b.csv", [{"BilledCost": "3"}])], execution="run-2")
    assert billed(payer) == []
    assert billed(member) == [("vol-1", 3)]
    assert states(payer) == [("run-1", "REPLACED")]


def test_bills_of_different_accounts_stand_side_by_side(payer, member, tmp_path):
    load(payer, [write_csv(tmp_path / "a.csv", [{"SubAccountId": "222222222222", "ResourceId": "vol-2"}])])
    load(member, [write_csv(tmp_path / "b.csv", [{}])], execution="run-2")
    assert billed(payer) == [("vol-2", Decimal("1.25"))]
    assert billed(member) == [("vol-1", Decimal("1.25"))]


def test_another_organisation_neither_sees_nor_loses_anything(payer, other_organization, tmp_path):
    parts = [write_csv(tmp_path / "a.csv", [{}])]
    load(payer, parts)
    with scope.organization(other_organization.id):
        theirs = Connection.objects.create(label="Theirs", state="CONNECTED", account_id="999999999999", created_at=AT)
        assert bills.already_loaded(billing_period=OCTOBER, execution_id="run-1") is None
    load(theirs, parts)
    assert len(billed(payer)) == len(billed(theirs)) == 1
    assert states(payer) == [("run-1", "LOADED")]


@pytest.mark.parametrize(
    ("days", "at", "expected"),
    [
        ((3, 19), dt.datetime(2026, 10, 20, tzinfo=dt.UTC), (3, dt.date(2026, 10, 19))),
        ((1, 31), dt.datetime(2026, 11, 1, 5, tzinfo=dt.UTC), (1, dt.date(2026, 10, 31))),
        ((1, 31), dt.datetime(2026, 11, 4, tzinfo=dt.UTC), (1, dt.date(2026, 11, 1))),
        ((1, 14), dt.datetime(2026, 12, 4, tzinfo=dt.UTC), (1, dt.date(2026, 10, 14))),
    ],
)
def test_the_last_billed_day_is_not_complete_until_the_period_is_over(payer, tmp_path, days, at, expected):
    rows = [
        {"ChargePeriodStart": f"2026-10-{day:02}T00:00:00Z", "ChargePeriodEnd": f"2026-10-{day:02}T23:59:59Z"}
        for day in days
    ]
    fee = {
        "ChargePeriodStart": "2026-10-01T00:00:00Z",
        "ChargePeriodEnd": "2026-11-01T00:00:00Z",
        "ChargeCategory": "Tax",
    }
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [*rows, fee])], at=at)
    assert (found.billed_from.day, found.billed_until) == expected


def test_nothing_is_left_behind_in_the_database(payer, tmp_path):
    load(payer, [write_csv(tmp_path / "a.csv", [{}])])
    with database.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relname = 'bill_lines'")
        assert cursor.fetchone() == (0,)


def test_the_sandboxs_bill_loads_to_its_own_totals_in_both_formats(payer, tmp_path):
    estate = build(seed=7, as_of=dt.datetime(2026, 11, 6, tzinfo=dt.UTC))
    delivery = export.first_delivery(estate)
    lines = {}
    for name in (names.CSV_EXPORT, names.PARQUET_EXPORT):
        for month, truth in delivery.totals.items():
            manifest = json.loads(
                delivery.objects[f"{names.PREFIX}/{name}/metadata/BILLING_PERIOD={month}/{name}-Manifest.json"]
            )
            parts = []
            for uri in manifest["dataFiles"]:
                key = uri.removeprefix(f"s3://{names.BUCKET}/")
                path = tmp_path / key.replace("/", "_")
                path.write_bytes(delivery.objects[key])
                parts.append(Part(path=path, key=key))
            execution = f"{name} {manifest['executionId']}"
            (found,) = load(payer, parts, execution=execution, month=dt.date.fromisoformat(f"{month}-01"))
            assert found.row_count == truth["rows"]
            assert {Decimal(value) for value in found.totals["USD"].values()} == {
                Decimal(truth[column]) for column in export.SUMMED
            }
            with scope.organization(payer.organization_id):
                lines[name, month] = sorted(
                    CostLine.objects.filter(load=found).values_list(
                        "charge_date", "charge_days", "sub_account_id", "resource_id", "usage_type", "charge_category",
                        "charge_description", "billed_cost", "effective_cost", "consumed_quantity", "invoice_id",
                    ),
                    key=str,
                )  # fmt: skip
    for month in delivery.totals:
        assert lines[names.CSV_EXPORT, month] == lines[names.PARQUET_EXPORT, month] != []

"""What was loaded comes out as FOCUS 1.2 and goes in again, equal to the last digit, or the notes say what is lacking."""

import csv
import gzip
import io
import json
import zlib
from decimal import Decimal

import duckdb
import pytest
from django.core.management import CommandError, call_command

from audits import focus_export, focus_parquet, focus_views
from audits.focus_columns import ALLOWED, COLUMNS, DECIMAL, DECIMALS, NAMES, TIME
from audits.models import BillLoad, BillSource, CostDetail, CostLine
from tenants import scope
from tests.audits.focus_files import ROW, SAMPLE, write_csv, written
from tests.audits.provider_bills import BILLS, GCP_ROW, credit
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.conftest import AT
from tests.database import acting_as
from tests.web import Visitor

pytestmark = pytest.mark.usefixtures("proofs_as_of_the_transactions_start")

NOT_SAME = {"id", "load", "row_count", "detail_number"}
FIELDS = [one.name for one in CostLine._meta.concrete_fields if one.name not in NOT_SAME]


def google(folder):
    rows = [{"credits": [credit("PROMOTION", -0.25)]}, {"cost": "0.123456789012345678901"}]
    content = "".join(json.dumps({**GCP_ROW, **row}) + "\n" for row in rows)
    return written(folder / "rows.jsonl", content.encode()).path


NOTHING = ((), (), ())
BILL = {
    "FOCUS": lambda _: [SAMPLE],
    "AWS CUR": lambda _: [BILLS / "aws-cur-anonymous.csv.gz"],
    "Azure, both": lambda _: [BILLS / "azure-ea-actual-cost.csv", BILLS / "azure-ea-amortized-cost.csv"],
    "Google": lambda folder: [google(folder)],
}


def command(name, source, *files, **options):
    with acting_as("cf_worker"):
        call_command(name, *map(str, files), organization=str(source.organization_id), source=str(source.id), **options)


@pytest.fixture
def sources(organization):
    with scope.organization(organization.id), acting_as("cf_web"):
        return [BillSource.objects.create(label=label, created_at=AT) for label in ("first", "second")]


def held(source):
    """Each line with what describes it, in an order of its own."""
    with scope.organization(source.organization_id):
        details = {(one.load_id, one.number): described(one) for one in CostDetail.objects.all()}
        lines = CostLine.objects.filter(load__source=source, load__state="LOADED")
        return sorted(
            ((details.get((load_id, number), NOTHING), *line)
             for load_id, number, *line in lines.values_list("load_id", "detail_number", *FIELDS)),
            key=repr,
        )  # fmt: skip


def described(detail):
    columns = {
        name: Decimal(value).normalize() if name in DECIMALS else value for name, value in detail.columns.items()
    }
    return tuple(tuple(sorted(one.items())) for one in (columns, detail.tags, detail.extra))


def totals(source):
    with scope.organization(source.organization_id):
        loads = BillLoad.objects.filter(source=source, state="LOADED").order_by("billing_period")
        return [(one.billing_period, one.totals, one.invoice_totals) for one in loads]


def current(source):
    with scope.organization(source.organization_id):
        return set(BillLoad.objects.filter(source=source, state="LOADED").values_list("id", flat=True))


def conforms(rows, names):
    """Our own check against FOCUS' columns: names, order, types, allowed values. Gives the columns that lack a value, and
    those with a value of the bill's own. A unit price stays as the bill writes it, which FOCUS allows to be E notation."""
    assert tuple(names[: len(NAMES)]) == NAMES == tuple(sorted(NAMES))
    assert len(NAMES) == 57
    assert all(name.startswith("x_") for name in names[len(NAMES) :])
    for row in rows:
        for column in COLUMNS:
            value = row[column.name]
            if value and column.type == DECIMAL:
                assert "E" not in value.upper() or column.name.endswith("UnitPrice")
                assert Decimal(value).is_finite()
            if column.type == TIME:
                assert value.endswith("T00:00:00Z")
    own = {name for name, values in ALLOWED.items() if any(row[name] not in {"", *values} for row in rows)}
    lacking = {one.name for one in COLUMNS if one.needs_value and any(not row[one.name] for row in rows)}
    return lacking, own


@pytest.mark.parametrize("bill", BILL)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_exported_and_loaded_again_is_the_same_to_the_digit(sources, tmp_path, bill, kind):
    (source, _) = sources
    command("load_bill", source, *BILL[bill](tmp_path))
    out = tmp_path / f"out.{kind}"
    command("export_focus", source, out, format=kind)
    before, sums, loads = held(source), totals(source), current(source)
    assert before
    command("load_bill", source, out)
    assert not current(source) & loads
    assert held(source) == before
    assert totals(source) == sums


@pytest.mark.parametrize("bill", BILL)
def test_the_file_has_focus_columns_and_the_notes_name_what_it_lacks(sources, tmp_path, capsys, bill):
    command("load_bill", sources[0], *BILL[bill](tmp_path))
    command("export_focus", sources[0], tmp_path / "out.csv")
    said = capsys.readouterr().out
    with (tmp_path / "out.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        lacking, own = conforms(list(reader), reader.fieldnames)
    assert named(said, "though FOCUS wants a value") == lacking
    assert named(said, "a value that FOCUS does not list") == own


def named(said, words):
    return {line.strip().partition(":")[0] for line in said.splitlines() if words in line}


def test_parquet_holds_decimals_and_times_in_utc(sources, tmp_path):
    command("load_bill", sources[0], SAMPLE)
    command("export_focus", sources[0], tmp_path / "out.parquet", format="parquet")
    with duckdb.connect() as database:
        types = {row[0]: row[1] for row in database.execute(f"describe from '{tmp_path / 'out.parquet'}'").fetchall()}
    assert tuple(types)[: len(NAMES)] == NAMES
    assert (types["BilledCost"], types["ConsumedQuantity"]) == ("DECIMAL(38,24)", "DECIMAL(38,18)")
    assert types["ChargePeriodStart"] == "TIMESTAMP WITH TIME ZONE"


ROWS = [
    {"ResourceId": "a", "ServiceName": "=1+1", "BilledCost": "0.1000", "ChargePeriodStart": "2026-10-05T00:00:00Z"},
    {
        "ResourceId": "b",
        "SubAccountId": "222222222222",
        "ConsumedQuantity": "",
        "ChargePeriodEnd": "2026-10-09T00:00:00Z",
    },
]


@pytest.mark.parametrize(
    ("asked", "resources"),
    [
        ({}, ["a", "b"]),
        ({"period": ["2026-10"]}, ["a", "b"]),
        ({"account": "222222222222"}, ["b"]),
        ({"service": "=1+1"}, ["a"]),
        ({"since": "2026-10-05", "until": "2026-10-05", "region": "eu-central-1", "currency": "USD"}, ["a", "b"]),
    ],
)
def test_only_what_is_asked_for_is_written(sources, tmp_path, asked, resources):
    command("load_bill", sources[0], write_csv(tmp_path / "a.csv", ROWS).path)
    command("export_focus", sources[0], tmp_path / "out.csv", **asked)
    with (tmp_path / "out.csv").open(newline="") as file:
        assert sorted(row["ResourceId"] for row in csv.DictReader(file)) == resources


REFUSED = {
    "a period that is not loaded": ({"period": ["2026-09"]}, "--period 2026-09 is not loaded. Loaded here: 2026-10."),
    "no period": ({"period": ["October"]}, "--period 'October' cannot be read. Write it like 2026-10."),
    "no date": ({"until": "5.10."}, "--until '5.10.' cannot be read. Write it like 2026-10-31."),
    "nothing": ({"account": "3"}, "No line of the loaded bills is asked for."),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_exported_is_named_and_leaves_no_file(sources, tmp_path, wrong):
    asked, words = REFUSED[wrong]
    command("load_bill", sources[0], write_csv(tmp_path / "a.csv", ROWS).path)
    (tmp_path / "to").mkdir()
    with pytest.raises(CommandError) as refused:
        command("export_focus", sources[0], tmp_path / "to" / "out.csv", **asked)
    assert words in str(refused.value)
    assert list((tmp_path / "to").iterdir()) == []


def test_a_file_that_exists_is_not_overwritten(sources, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        command("export_focus", sources[0], out)
    assert out.read_text() == "mine"


def test_lines_that_are_no_longer_kept_are_not_exported_as_nothing(sources, tmp_path):
    command("load_bill", sources[0], write_csv(tmp_path / "a.csv", ROWS).path)
    with scope.organization(sources[0].organization_id), acting_as("cf_worker"):
        BillLoad.objects.update(lines_removed_at=AT)
    with pytest.raises(CommandError, match="The lines of 2026-10 are no longer kept"):
        command("export_focus", sources[0], tmp_path / "out.csv")


def downloaded(answer):
    return list(csv.DictReader(io.StringIO(gzip.decompress(answer.getvalue()).decode(), newline="")))


def test_the_page_gives_the_file_with_texts_as_the_bill_has_them(visitor, payer, tmp_path):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", ROWS)])
    answer = visitor.get(f"/bills/{found.id}/focus.csv.gz")
    assert answer["Content-Disposition"] == 'attachment; filename="costframe-focus-2026-10.csv.gz"'
    first, second = downloaded(answer)
    assert (first["ServiceName"], first["BilledCost"]) == ("=1+1", "0.1")
    assert (second["ConsumedQuantity"], second["ChargePeriodEnd"]) == ("", "2026-10-09T00:00:00Z")


def test_the_first_rows_are_sent_before_the_last_are_read(payer, tmp_path, monkeypatch, django_assert_num_queries):  # noqa: F811
    monkeypatch.setattr(focus_export, "CHUNK", 2)
    monkeypatch.setattr(focus_export, "AT_ONCE", 1)
    days = [{"ResourceId": f"r{n}", "Tags": f'{{"n": "{n}"}}'} for n in range(9)]
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", days)])
    with scope.organization(payer.organization_id):
        pieces, unpacked = focus_export.stream(found), zlib.decompressobj(31)
        with django_assert_num_queries(1):  # for the names of its columns
            header = unpacked.decompress(next(pieces))
        assert header.decode().startswith(",".join(NAMES))
        with django_assert_num_queries(2):  # a chunk of lines, and what describes them
            assert unpacked.decompress(next(pieces)).count(b"\n") == 1
        rest = b"".join(map(unpacked.decompress, pieces))
    assert (rest.count(b"\n"), unpacked.eof) == (8, True)


@pytest.mark.parametrize("gone", ["before the first line", "while they are read"])
def test_a_bill_that_is_loaded_anew_while_it_is_sent_makes_no_file_that_looks_whole(payer, tmp_path, monkeypatch, gone):  # noqa: F811
    monkeypatch.setattr(focus_export, "CHUNK", 2)
    monkeypatch.setattr(focus_export, "AT_ONCE", 1)
    days = [{"ResourceId": f"r{n}", "Tags": f'{{"n": "{n}"}}'} for n in range(9)]
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", days)])
    unpacked = zlib.decompressobj(31)
    with scope.organization(payer.organization_id):
        pieces = focus_export.stream(found)
        for _ in range(1 if gone == "before the first line" else 3):
            unpacked.decompress(next(pieces))
        with acting_as("cf_worker"):
            CostLine.objects.filter(load=found).delete()
            CostDetail.objects.filter(load=found).delete()
        with pytest.raises(focus_export.CutShort):
            list(map(unpacked.decompress, pieces))
    assert not unpacked.eof


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("finance", True), ("engineer", True), ("admin", True)])
def test_whoever_may_export_sees_the_button_and_gets_the_file(payer, tmp_path, provider_key, role, may):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", ROWS)])
    person = Visitor(role=role)
    assert ("Download as FOCUS 1.2" in person.get(f"/bills/{found.id}/").content.decode()) is may
    assert (person.get(f"/bills/{found.id}/focus/").status_code == 200) is may
    assert (person.get(f"/bills/{found.id}/focus.csv.gz").status_code == 200) is may


CANNOT = {
    "replaced": ({"state": "REPLACED"}, b"Only the current load"),
    "lines gone": ({"lines_removed_at": AT}, b"no longer kept"),
    "too large": ({"line_count": focus_views.MOST_LINES + 1}, b"manage.py export_focus"),
}


@pytest.mark.parametrize("why", CANNOT)
def test_a_bill_that_a_page_cannot_give_out_says_why(visitor, payer, tmp_path, why):  # noqa: F811
    changes, words = CANNOT[why]
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", ROWS)])
    with scope.organization(payer.organization_id), acting_as("cf_worker"):
        BillLoad.objects.filter(id=found.id).update(**changes)
    answer = visitor.get(f"/bills/{found.id}/focus.csv.gz")
    assert answer.status_code == 409
    assert words in answer.content


TOLD = {
    "Tags": '{"user:team": "shöp", "aws:stack": "=1"}', "PublisherName": "AWS", "InvoiceIssuerName": "AWS, Inc.",
    "ServiceCategory": "Compute", "ListUnitPrice": "0.110", "PricingQuantity": "2.5", "PricingUnit": "GB-Mo",
    "x_Team": "a\nb", "ServiceProviderName": "AWS",
}  # fmt: skip


@pytest.mark.parametrize("price", ["0.110", f"0.{'0' * 29}1"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tags_prices_and_further_columns_come_out_and_go_in_again(sources, tmp_path, capsys, kind, price):
    rows = [{**TOLD, "ListUnitPrice": price}, {"ResourceId": "plain", "Tags": "", "x_UsageType": ""}]
    command("load_bill", sources[0], write_csv(tmp_path / "a.csv", rows, columns=[*ROW, *list(TOLD)[1:]]).path)
    before = held(sources[0])
    command("export_focus", sources[0], tmp_path / f"out.{kind}", format=kind)
    assert ("ListUnitPrice: kept as text" in capsys.readouterr().out) is (kind == "parquet" and len(price) > 30)
    command("load_bill", sources[0], tmp_path / f"out.{kind}")
    assert held(sources[0]) == before
    assert any(dict(tags) == json.loads(TOLD["Tags"]) for ((_, tags, _), *_) in before)


def test_a_quantity_that_no_decimal_holds_stays_a_text_in_parquet(tmp_path):
    source, target = tmp_path / "a.csv", tmp_path / "a.parquet"
    source.write_text("ConsumedQuantity,PricingQuantity\n120000000000000000000.5,1.5\n")
    assert focus_parquet.write(source, target, columns=["ConsumedQuantity", "PricingQuantity"], memory_mb=99) == (
        "ConsumedQuantity",
    )
    assert duckdb.sql(f"from '{target}'").fetchall() == [("120000000000000000000.5", Decimal("1.5"))]


def test_parquet_that_lacks_memory_or_disk_says_which_and_leaves_no_file(sources, tmp_path, settings, monkeypatch):
    def find_a_full_disk(*_, **__):
        raise duckdb.OutOfMemoryException("This limit was set by the 'max_temp_directory_size' setting.")

    def lacked():
        with pytest.raises(CommandError) as refused:
            command("export_focus", sources[0], tmp_path / "out.parquet", format="parquet")
        assert not (tmp_path / "out.parquet").exists()
        return str(refused.value)

    command("load_bill", sources[0], write_csv(tmp_path / "a.csv", [{}]).path)
    settings.BILL_MEMORY_MB = 1
    assert "more memory than the 1 MB of COSTFRAME_BILL_MEMORY_MB" in lacked()
    monkeypatch.setattr(focus_parquet, "write", find_a_full_disk)
    assert "name one on a disk that has more" in lacked()


def test_a_row_of_the_file_says_what_the_bill_said(visitor, payer, tmp_path):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [TOLD], columns=[*ROW, *list(TOLD)[1:]])])
    (row,) = downloaded(visitor.get(f"/bills/{found.id}/focus.csv.gz"))
    assert json.loads(row.pop("Tags")) == json.loads(TOLD["Tags"])
    assert {name: row.get(name) for name in TOLD} == {**TOLD, "Tags": None}


def test_a_column_of_a_providers_own_is_not_made_up_from_focus_meter(visitor, payer, tmp_path):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [{"SkuMeter": "Hours", "x_UsageType": ""}])])
    (row,) = downloaded(visitor.get(f"/bills/{found.id}/focus.csv.gz"))
    assert (row["SkuMeter"], row["x_UsageType"]) == ("Hours", "")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ChargeCategory", ("Usage", "Purchase", "Tax", "Credit", "Adjustment")),
        ("PricingCategory", ("Standard", "Dynamic", "Committed", "Other")),
        ("CommitmentDiscountStatus", ("Used", "Unused")),
    ],
)
def test_only_values_that_focus_does_not_list_are_noted(sources, tmp_path, capsys, name, values):
    command(
        "load_bill",
        sources[0],
        write_csv(tmp_path / "a.csv", [{name: one} for one in values], columns=dict.fromkeys([*ROW, name])).path,
    )
    command("export_focus", sources[0], tmp_path / "out.csv")
    assert named(capsys.readouterr().out, "a value that FOCUS does not list") == set()


def test_however_few_lines_and_details_are_held_at_once_the_file_is_the_same(sources, tmp_path, monkeypatch):
    rows = [
        {"ResourceId": f"r{n % 4}", "Tags": f'{{"n": "{n % 4}"}}', "ListUnitPrice": f"0.{n % 3 + 1}"} for n in range(24)
    ]
    days = [{**row, "ChargePeriodStart": f"2026-10-{n + 1:02}T00:00:00Z"} for n, row in enumerate(rows)]
    command(
        "load_bill",
        sources[0],
        write_csv(tmp_path / "a.csv", days, columns=dict.fromkeys([*ROW, "Tags", "ListUnitPrice"])).path,
    )
    command("export_focus", sources[0], tmp_path / "whole.csv")
    monkeypatch.setattr(focus_export, "CHUNK", 3)
    monkeypatch.setattr(focus_export, "MOST_TOLD", 7)
    command("export_focus", sources[0], tmp_path / "pieces.csv")
    assert (tmp_path / "pieces.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert '""n"": ""3""' in (tmp_path / "pieces.csv").read_text()

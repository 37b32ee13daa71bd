"""What a FOCUS file will lack is told beside its button as the export tells it once it is written, and not in the file."""

import csv
import io

import pytest

from audits import focus_export
from audits.focus_columns import COLUMNS, NAMES
from audits.focus_notes import notes_of
from audits.load_page import FINAL, PROVISIONAL
from audits.models import BillLoad
from tenants import scope
from tests.audits.focus_files import ROW, write_csv
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.audits.test_focus_export import BILL, ROWS, TOLD, command, downloaded, sources  # noqa: F401 - a fixture
from tests.conftest import AT
from tests.connections.test_views import text
from tests.database import acting_as

ODD = [
    {"ServiceName": "", "ChargeCategory": "Usage", "PricingCategory": "Spot", "x_Own": "a"},
    {"ServiceName": "=1+1", "Tags": '{"a": "=b"}', "ResourceName": "plain"},
    {"ServiceName": "S", "ResourceName": "-danger", "InvoiceIssuerName": "X", "ChargeFrequency": "Sometimes"},
    {"ServiceName": "S", "x_Own": "@here", "ListUnitPrice": "-1", "PricingQuantity": "-2.5"},
    {"ServiceName": "+S", "ResourceName": "-danger", "ServiceCategory": "Compute"},
]
COLUMNS_OF_ODD = dict.fromkeys([*ROW, *(name for row in ODD for name in row)])
BILLS = {
    **BILL,
    "odd rows": lambda folder: [write_csv(folder / "odd.csv", ODD, columns=COLUMNS_OF_ODD).path],
    "no details": lambda folder: [write_csv(folder / "plain.csv", ROWS).path],
}


@pytest.mark.parametrize("bill", BILLS)
def test_the_notes_beforehand_are_those_of_the_written_file(sources, tmp_path, bill):  # noqa: F811
    command("load_bill", sources[0], *BILLS[bill](tmp_path))
    with scope.organization(sources[0].organization_id), acting_as("cf_web"):
        for found in BillLoad.objects.all():
            loads, target = BillLoad.objects.filter(id=found.id), io.StringIO()
            written = focus_export.write(loads, focus_export.lines_of(loads), target)
            notes = notes_of(found)
            assert (notes.rows, notes.sentences) == (written.rows, written.notes)
            rows = list(csv.DictReader(io.StringIO(target.getvalue())))
            empty = {name for name in NAMES if not any(row[name] for row in rows)}
            wanted = {one.name for one in COLUMNS if one.needs_value}
            told = {name for name, _ in notes.reasons}
            assert told | set(notes.silent) | (empty & wanted) == empty
            assert told.isdisjoint(notes.silent)


def test_what_a_format_cannot_deliver_is_told_with_its_reason(sources, tmp_path):  # noqa: F811
    command("load_bill", sources[0], *BILL["AWS CUR"](tmp_path))
    with scope.organization(sources[0].organization_id):
        reasons = dict(notes_of(BillLoad.objects.first()).reasons)
    assert reasons["ServiceCategory"] == "the report has no categories"
    assert reasons["PricingCurrencyEffectiveCost"] == "Costframe does not keep it."


def test_the_page_beside_the_button_says_what_the_file_lacks_and_the_file_does_not(visitor, payer, tmp_path):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [*ROWS, TOLD], columns=[*ROW, *list(TOLD)[1:]])])
    assert f'href="/bills/{found.id}/focus/"' in visitor.get(f"/bills/{found.id}/").content.decode()
    answer = visitor.get(f"/bills/{found.id}/focus/")
    page = text(answer)
    assert f'href="/bills/{found.id}/focus.csv.gz"' in answer.content.decode()
    assert "3 rows, one for each line that is kept" in page
    assert "PublisherName: empty in 2 of 3 rows, though FOCUS wants a value: the lines hold none." in page
    assert "1 of 3 rows have a text that a spreadsheet may run as a formula." in page
    assert "PricingCurrencyEffectiveCost Costframe does not keep it." in page
    rows = downloaded(visitor.get(f"/bills/{found.id}/focus.csv.gz"))
    assert len(rows) == 3
    assert all(row["BilledCost"] for row in rows)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quarantined_count": 2}, "2 rows of the bill's files could not be read and are in no line: which"),
        ({"message": "No list cost."}, "No list cost."),
        ({}, "Nothing: each row that can be charged is in a line"),
    ],
)
def test_what_the_bill_itself_lacked_is_said(visitor, payer, tmp_path, changes, words):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", ROWS)])
    changed(found, **{"message": "", **changes})
    assert words in text(visitor.get(f"/bills/{found.id}/focus/"))


@pytest.mark.parametrize("state", [PROVISIONAL, FINAL])
def test_a_month_that_may_be_restated_says_so(visitor, payer, tmp_path, monkeypatch, state):  # noqa: F811
    monkeypatch.setattr("audits.focus_views.period_state", lambda *_: state)
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", ROWS)])
    page = text(visitor.get(f"/bills/{found.id}/focus/"))
    assert ("What is downloaded now may be restated." in page) is (state == PROVISIONAL)


def test_a_bill_whose_lines_are_gone_says_so_and_has_no_button(visitor, payer, tmp_path):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", ROWS)])
    changed(found, lines_removed_at=AT)
    answer = visitor.get(f"/bills/{found.id}/focus/")
    assert "The lines of this bill are no longer kept. Load the bill again to have them." in text(answer)
    assert "focus.csv.gz" not in answer.content.decode()


def changed(load, **changes):
    with scope.organization(load.organization_id), acting_as("cf_worker"):
        BillLoad.objects.filter(id=load.id).update(**changes)

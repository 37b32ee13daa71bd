"""A text file that ends too early: refused where that shows, and said where it may be."""

import gzip
import json

import pytest

from audits.bill_parts import BillRefused
from tests.audits.focus_files import ROW, read, text_of, write_parquet, written
from tests.audits.provider_bills import GCP_ROW
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.connections.test_views import text

ROWS = [{"ResourceId": f"vol-{number}", "BilledCost": "1.25"} for number in range(3)]
COLUMNS = [*(name for name in ROW if name != "BilledCost"), "BilledCost"]  # the last value is one that counts
WHOLE = text_of(ROWS, columns=COLUMNS)
NOTE = (
    "The last line of bill.csv does not end with a line break, unlike every other: the file may be cut there. Compare its size, or export it "
    "anew."
)


def notes(tmp_path, content, name="bill.csv"):
    (period,) = read(tmp_path / "work", written(tmp_path / name, content))[0]["periods"]
    (totals,) = period["totals"].values()
    return totals["billed_cost"].rstrip("0"), period["notes"]


@pytest.mark.parametrize(("cut", "billed"), [(1, "3.75"), (2, "3.7")], ids=["before its end", "within its last value"])
def test_a_file_that_stops_within_its_last_line_says_so(tmp_path, cut, billed):
    assert notes(tmp_path, WHOLE[:-cut]) == (billed, [NOTE])


@pytest.mark.parametrize("cut", [len(b"1.25\n"), len(b",1.25\n")], ids=["behind a delimiter", "before one"])
def test_a_last_row_that_lacks_values_is_refused(tmp_path, cut):
    with pytest.raises(BillRefused, match=r"bill\.csv"):
        notes(tmp_path, WHOLE[:-cut])


JSON = (json.dumps(GCP_ROW) + "\n") * 2
WITH_ENDS = {
    "lines end": WHOLE,
    "lines end as on Windows": WHOLE.replace(b"\n", b"\r\n"),
    "packed, which cannot be cut unnoticed": gzip.compress(WHOLE[:-1]),
    "rows of JSON, whose brackets close": JSON[:-1].encode(),
}


@pytest.mark.parametrize("content", WITH_ENDS.values(), ids=WITH_ENDS)
def test_nothing_is_said_of_a_file_that_is_whole(tmp_path, content):
    assert NOTE not in notes(tmp_path, content)[1]


def test_nothing_is_said_of_parquet(tmp_path):
    report, _ = read(tmp_path / "work", write_parquet(tmp_path / "bill.csv", ROWS))
    assert report["periods"][0]["notes"] == []


def test_the_page_of_the_load_says_it_and_only_of_the_file_that_counts(payer, visitor, tmp_path):  # noqa: F811
    parts = [written(tmp_path / name, WHOLE[:-1]) for name in ("bill.csv", "again.csv")]
    (one,) = load(payer, parts)
    page = text(visitor.get(f"/bills/{one.id}/"))
    assert NOTE in page
    assert page.count("does not end with a line break") == 1

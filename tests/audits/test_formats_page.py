"""The page tells of every column that is kept whence it comes, from the mapping itself."""

from audits.bill_formats import BILL_FORMATS
from audits.formats_page import format_tables
from audits.recognise import TITLES
from tests.connections.test_views import text


def test_every_format_and_every_column_is_shown(visitor):
    page = text(visitor.get("/bills/formats/"))
    for one in BILL_FORMATS:
        assert one.title in page
        for name in one.columns:
            assert name in page
    assert "Empty: the report does not say which rows correct an earlier invoice" in page
    assert "BilledCost lineItem" not in page
    assert "line_item_unblended_cost line_item_line_item_type 0 for usage that a Savings Plan covers" in page
    assert "cost from CostInBillingCurrency, Cost, PreTaxCost" in page


def test_each_format_that_is_recognised_has_its_table():
    assert [one.id for one in format_tables()] == list(TITLES)


def test_the_bills_page_leads_there(visitor):
    assert 'href="/bills/formats/"' in visitor.get("/bills/").content.decode()

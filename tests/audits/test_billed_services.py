"""What a service on a bill knows besides its days: its meters, its account and the whole bill."""

import csv
import datetime as dt
import io
from decimal import Decimal

from audits.billed import currencies_of, quantity_of
from audits.billed_things import BilledThings, Span, written_lines
from audits.focus import WRITTEN_COLUMNS
from tests.findings.evidence import line

SPAN = Span(first=dt.date(2026, 9, 1), until=dt.date(2026, 10, 20))
ROW = {
    **dict.fromkeys(WRITTEN_COLUMNS, ""),
    "charge_date": "2026-10-05", "charge_days": "1", "sub_account_id": "1", "provider_name": "AWS",
    "service_name": "EC2", "charge_category": "Usage", "usage_type": "EUC1-BoxUsage:m5.large", "billing_currency": "USD",
    "billed_cost": "1", "effective_cost": "1", "list_cost": "1", "contracted_cost": "1", "consumed_quantity": "24",
}  # fmt: skip


def services_of(*rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([{**ROW, **row}[name] for name in WRITTEN_COLUMNS] for row in rows)
    things = BilledThings(written_lines([text.getvalue().encode()]), SPAN)
    list(things.resources())
    return {(one.account_id, one.resource_id): one for one in things.services()}


def test_a_meter_is_one_line_over_regions_and_days():
    found = services_of({}, {"charge_date": "2026-10-06", "usage_type": "BoxUsage:m5.large"}, {"usage_type": "Other"})
    meters = found["1", "EC2"].metered("BoxUsage")
    assert len(meters) == 1
    assert quantity_of(meters) == 48


def test_meters_are_of_usage_in_the_last_thirty_complete_days():
    edge = [{"charge_date": day} for day in ("2026-09-19", "2026-09-20", "2026-10-19", "2026-10-20")]
    found = services_of(*edge, {"charge_category": "Tax"})
    assert quantity_of(found["1", "EC2"].metered("BoxUsage")) == 48


def test_units_and_currencies_are_not_mixed_in_a_meter():
    found = services_of({}, {"consumed_unit": "seconds"}, {"billing_currency": "EUR"})
    assert len(found["1", "EC2"].metered("BoxUsage")) == 3


def test_a_service_without_usage_has_no_meters():
    assert services_of({"charge_category": "Purchase"})["1", "EC2"].meters == ()


def test_a_service_knows_its_account_and_the_whole_bill():
    found = services_of({}, {"service_name": "S3"}, {"sub_account_id": "2", "service_name": "RDS"})
    assert {one.service_name for one in found["1", "S3"].account} == {"EC2", "S3"}
    assert {one.service_name for one in found["2", "RDS"].account} == {"RDS"}
    assert found["1", "EC2"].bill == found["2", "RDS"].bill
    assert len(found["1", "EC2"].bill) == 3
    assert {key: one.account_id for key, one in found.items()} == {
        ("1", "EC2"): "1", ("1", "S3"): "1", ("2", "RDS"): "2"}  # fmt: skip


def test_currencies_are_those_of_the_lines():
    day = dt.date(2026, 10, 5)
    assert currencies_of([line(day, Decimal(1)), line(day, Decimal(1), billing_currency="EUR")]) == {"USD", "EUR"}


def test_a_charge_by_the_month_stays_apart_from_its_first_day():
    month = {"charge_days": "30", "effective_cost": "600", "charge_date": "2026-10-05"}
    for rows in ([{}, month], [month, {}]):
        charges = services_of(*rows)["1", "EC2"].charges
        assert {one.charge_days: one.effective_cost for one in charges} == {1: 1, 30: 600}

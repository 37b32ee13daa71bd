"""The files and pictures of the action list."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from audits.evidence import DailySeries
from connections.resources import Instance
from findings import registry
from findings.queries import ActionRow, CurrencyTotal, Totals
from findings.reports import chart, csv_file, table
from findings.reports.money import amount, plain
from tests.findings.evidence import ACCOUNT

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 1)
SMALL = Instance(**ACCOUNT, resource_id="i-1", state="running", instance_type="m5.large")


def row(**changes) -> ActionRow:
    values = {
        "id": UUID(int=1), "rule_id": "aws_ebs_volume_unattached", "rule": "EBS volume attached to nothing",
        "resource": "vol-1", "name": "old data", "full_id": "vol-1", "account_id": "111111111111", "account": "Shop",
        "region": "eu-west-1", "confidence": "VERIFIED", "currency": "USD", "gross": Decimal("7.6"), "net": Decimal("7.6"),
        "cash": Decimal("7.6"), "frees_commitment": Decimal(0), "absorbed_by": "", "price_source": "its own bill lines",
        "because": "100 GiB attached to nothing for 40 days.", "action": "Take a snapshot, then delete the volume.",
        "effort": "Very low", "restart_needed": False, "rollback_possible": True, "state": "OPEN", "resolution": "",
        "opened_at": AT, "last_seen_at": AT, "age_days": 3, "reopened_count": 0,
    }  # fmt: skip
    return ActionRow(**{**values, **changes})


USD = CurrencyTotal(
    currency="USD", count=2, verified=Decimal("7.6"), verified_count=1, estimated=Decimal("1234.5"), estimated_count=1,
    cash=Decimal(1200), frees_commitment=Decimal("42.1"),
)  # fmt: skip
EUR = CurrencyTotal(currency="EUR", count=1, verified=Decimal("3.65"), verified_count=1, cash=Decimal("3.65"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "unknown"), (Decimal(0), "0.00"), (Decimal("0.001"), "< 0.01"), (Decimal("1234.565"), "1,234.57"),
        (Decimal("-0.001"), "> -0.01"), (Decimal("-12.5"), "-12.50"),
    ],
)  # fmt: skip
def test_an_amount_is_never_zero_unless_it_is(value, shown):
    assert amount(value) == shown


@pytest.mark.parametrize(
    ("value", "digits"),
    [(None, ""), (Decimal("7.609375000000000000"), "7.609375"), (Decimal(100), "100"), (Decimal("1E-7"), "0.0000001")],
)
def test_a_file_has_every_digit(value, digits):
    assert plain(value) == digits


def cells(*rows) -> list[dict[str, str]]:
    with csv_file.write(rows) as file:
        raw = file.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_the_csv_has_plain_amounts_beside_their_currency():
    [first, second] = cells(
        row(), row(net=None, gross=None, cash=None, frees_commitment=None, currency="", confidence="UNKNOWN")
    )
    assert (first["net_monthly_savings"], first["currency"]) == ("7.6", "USD")
    assert (second["net_monthly_savings"], second["confidence"]) == ("", "UNKNOWN")


def test_the_files_have_the_points_and_nothing_where_there_are_none():
    assert [one["confidence_points"] for one in cells(row(points=92), row(points=0), row())] == ["92", "0", ""]
    assert " verified 92 " in table.render([row(points=92)], Totals())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_the_csv_can_be_run_as_a_formula(start):
    planted = f"{start}HYPERLINK(1)"
    [found] = cells(row(name=planted, account=planted, because=planted))
    assert {found["resource_name"], found["account"], found["because"]} == {f"'{planted}"}


def test_a_negative_amount_stays_a_number():
    assert cells(row(net=Decimal("-1.5")))[0]["net_monthly_savings"] == "-1.5"


def test_commas_quotes_and_lines_in_a_name_stay_in_their_cell():
    name = 'a "b", c\nd'
    assert cells(row(name=name))[0]["resource_name"] == name


@pytest.mark.parametrize("width", [100, 120, 160])
def test_the_printed_list_is_no_wider_than_the_terminal(width):
    long = row(resource="arn:" + "x" * 90, action="Do this. " * 20, rule="A rule with a very long name indeed" * 2)
    printed = table.render([row(), long], Totals(currencies=(USD,)), width=width)
    assert max(len(line) for line in printed.splitlines()[:4]) <= width
    assert "eu-west-1" in printed
    assert "7.60 USD" in printed


def test_the_printed_totals_stand_apart_by_currency_and_confidence():
    printed = table.render([row()], Totals(currencies=(EUR, USD), unknown_count=3))
    assert (
        "USD: 1,242.10 a month in 2 findings; 7.60 verified (1); 1,234.50 estimated (1); of it 1,200.00 cash, 42.10 frees commitments"
        in printed
    )
    assert "EUR: 3.65 a month" in printed
    assert "3 more without a known price" in printed


def test_a_finding_without_a_price_is_printed_as_unknown():
    assert " unknown  unknown " in table.render([row(net=None, confidence="UNKNOWN")], Totals(unknown_count=1))


def test_control_characters_of_a_name_do_not_reach_the_terminal():
    assert "\x1b" not in table.render([row(name="\x1b[31mred")], Totals())


def test_a_name_that_is_the_id_is_printed_once():
    assert table.render([row(resource="orders", name="orders")], Totals()).count("orders") == 1
    assert "orders-db" in table.render([row(resource="orders", name="orders-db")], Totals())


def test_an_empty_list_says_so():
    assert table.render([], Totals()) == "Nothing to do.\n"


def drawn(*values, limit=5.0, window=None) -> chart.Panel:
    return chart.panel(title="CPU", unit="%", first=DAY, values=values, limit=limit, window=window)


def test_a_line_breaks_where_a_day_has_no_data():
    panel = drawn(1.0, 2.0, None, 3.0, 4.0)
    assert [len(line.split()) for line in panel.lines] == [2, 2]
    assert len(panel.gaps) == 1
    assert panel.table[2] == (DAY + dt.timedelta(days=2), "no data")


def test_a_lone_day_between_gaps_is_a_dot():
    panel = drawn(None, 1.0, None, None)
    assert (len(panel.lines), len(panel.dots)) == (0, 1)
    assert [gap.width > 0 for gap in panel.gaps] == [True, True]


def test_the_threshold_is_drawn_within_the_chart_even_far_above_the_values():
    panel = drawn(0.1, 0.2, limit=5.0)
    assert panel.top <= panel.threshold.at <= panel.bottom
    assert panel.threshold.label == "limit 5"


def test_the_window_covers_the_days_that_were_judged():
    panel = drawn(1.0, 1.0, 1.0, 1.0, window=(DAY + dt.timedelta(days=2), DAY + dt.timedelta(days=30)))
    assert panel.window.x + panel.window.width == pytest.approx(panel.right)
    assert panel.window.width == pytest.approx((panel.right - panel.left) / 2)


def test_the_summary_says_in_words_what_the_chart_shows():
    assert drawn(0.5, None, 3.25).summary == (
        "CPU, 2026-11-01 to 2026-11-03: between 0.5 and 3.25 %; the limit is 5 %; no data on 1 of 3 days."
    )
    assert drawn(None, None).summary == "CPU: no data from 2026-11-01 to 2026-11-02."


@pytest.mark.parametrize("values", [(), (None,), (0.0,), (1e12, 3.0), (1e-9,)])
def test_a_chart_can_be_drawn_of_anything(values):
    panel = drawn(*values, limit=None)
    assert len(panel.table) == len(values)


def test_a_limit_on_several_metrics_is_drawn_over_their_sum():
    rule = registry.rule("aws_ec2_instance_idle")
    series = {metric.key: DailySeries(first_date=DAY, values=(2e6, None)) for metric in rule.metrics}
    cpu, network = chart.usage_panels(
        rule, thing=SMALL, settings={"max_cpu": 5, "max_network_mb": 7}, series=series, window=None
    )
    assert (cpu.threshold.label, network.threshold.label) == ("limit 5", "limit 7")
    assert [text for _, text in network.table] == ["4", "no data"]


def test_the_limit_that_is_drawn_is_the_one_that_the_resource_was_judged_by():
    rule = registry.rule("aws_ec2_instance_idle")
    series = {metric.key: DailySeries(first_date=DAY, values=(1.0, 0.5)) for metric in rule.metrics}
    large = replace(SMALL, instance_type="m5.12xlarge")
    cpu, network = chart.usage_panels(rule, thing=large, settings=rule.settings, series=series, window=None)
    assert (cpu.threshold.label, network.threshold.label) == ("limit 1.042", "limit 5")


@pytest.mark.parametrize("rule", [rule for rule in registry.RULES if rule.limits], ids=lambda rule: rule.id)
def test_every_limit_names_a_setting_and_metrics_of_its_rule(rule):
    for limit in rule.limits:
        assert limit.setting in rule.settings
        assert set(limit.metrics) <= set(rule.metrics)

"""What a bill alone proves: without any access, on all clouds, and nothing is counted twice."""

import csv
import datetime as dt
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from findings.try_bill import try_bill
from tests.audits.focus_files import ROW, SAMPLE, text_of, write_csv
from tests.audits.provider_bills import BILLS
from tests.database import ROOT
from tests.findings.bill_rules.billed import each_day, resource

DAYS = [dt.date(2026, 10, 1) + dt.timedelta(days=day) for day in range(31)]
GATEWAY = {
    "ResourceId": "arn:aws:ec2:eu-central-1:111111111111:natgateway/nat-1", "x_UsageType": "EUC1-NatGateway-Hours",
    "ConsumedQuantity": "24", "ConsumedUnit": "Hrs", "BilledCost": "1.2", "EffectiveCost": "1.2",
}  # fmt: skip
PLAN = {
    "CommitmentDiscountId": "plan-1", "CommitmentDiscountStatus": "Used", "BilledCost": "0", "EffectiveCost": "0.6",
    "x_UsageType": "EUC1-BoxUsage:m5.large", "ConsumedQuantity": "10", "ConsumedUnit": "Hrs",
}  # fmt: skip


def of_october(row):
    return [
        {
            **row,
            "ChargePeriodStart": f"{day}T00:00:00Z",
            "ChargePeriodEnd": f"{day + dt.timedelta(days=1)}T00:00:00Z",
            "BillingPeriodStart": "2026-10-01T00:00:00Z",
        }
        for day in DAYS
    ]


def columns(rows):
    return list(dict.fromkeys([*ROW, *(name for row in rows for name in row)]))


def written(tmp_path, *rows, name="bill.csv"):
    all_rows = [one for row in rows for one in of_october(row)]
    path = tmp_path / name
    path.write_bytes(text_of(all_rows, columns=columns(all_rows), quoting=csv.QUOTE_ALL))
    return path


def told(capsys, *files, **options):
    call_command("try_bill", *map(str, files), **options)
    return capsys.readouterr().out


def test_a_bill_is_told_what_it_is_and_what_it_proves(tmp_path, capsys):
    said = told(capsys, written(tmp_path, GATEWAY, {**PLAN, "ResourceId": "i-1"}, {
        **PLAN, "ResourceId": "", "CommitmentDiscountStatus": "Unused", "EffectiveCost": "0.2", "ConsumedQuantity": ""}))  # fmt: skip
    assert "FOCUS, 93 rows, complete from 2026-10-01 to 2026-10-31." in said
    assert "2026-10: 37.2 USD billed, 62 USD in effect" in said
    assert "Looked at 2 resources, 1 commitment and 1 service." in said
    assert "NAT gateway with hours but no bytes (1 time): Remove its routes" in said
    assert "36.53 USD  arn:aws:ec2:eu-central-1:111111111111:natgateway/nat-1  111111111111 eu-central-1" in said
    assert "Charged for 336 hours and 0.000 GB in the last 14 days." in said
    assert "Access would add its routes" in said
    assert "6.09 USD  plan-1" in said
    assert "(25 %) bought nothing." in said
    assert "USD: 42.61 a month" in said


def test_what_is_not_known_is_counted_and_never_called_fine(tmp_path, capsys):
    rows = of_october(GATEWAY)[:9]
    said = told(capsys, write_csv(tmp_path / "a.csv", rows, columns=columns(rows)).path)
    assert "Nothing to save was found." in said
    assert "bill_nat_gateway_without_bytes: for want of 14 complete days of its bill (1 time)" in said


def test_two_currencies_have_two_totals(tmp_path, capsys):
    said = told(capsys, written(tmp_path, GATEWAY, {**GATEWAY, "ResourceId": "nat-2", "BillingCurrency": "EUR"}))
    assert "EUR: 36.53 a month" in said
    assert " Confidence 83 of 100." in said
    assert "USD: 36.53 a month" in said


def test_what_rests_on_an_assumption_is_shown_last_and_never_added_to_what_is_proven(tmp_path, capsys):
    machine = {
        "ResourceId": "i-1", "x_UsageType": "EUC1-BoxUsage:t3.large", "ConsumedQuantity": "24", "ConsumedUnit": "Hrs",
        "BilledCost": "2", "EffectiveCost": "2",
    }  # fmt: skip
    surcharge = {
        "ResourceId": "i-1", "x_UsageType": "EUC1-ExtendedSupport:Yr1-Yr2:MySQL5.7", "BilledCost": "1",
        "EffectiveCost": "1",
    }  # fmt: skip
    said = told(capsys, written(tmp_path, machine, surcharge, GATEWAY))
    assert said.index("NAT gateway") < said.index("Machine that is never off")
    assert "Assumes that nobody needs it outside of sixty hours a week." in said
    assert "USD: 66.96 a month, and 39.13 more where what a rule assumes holds" in said


def test_no_more_than_asked_for_are_shown_of_a_rule_and_the_total_has_them_all(tmp_path, capsys):
    rows = [{**GATEWAY, "ResourceId": f"nat-{number}"} for number in range(5)]
    said = told(capsys, written(tmp_path, *rows), most=2)
    assert said.count("Charged for 336 hours") == 2
    assert "and 3 more" in said
    assert "USD: 182.63 a month" in said


@pytest.mark.parametrize("odd", ["a\rb", "a\nb", 'a"b', "a,b", "a\\b", "\u2028", " a ", "é"])
def test_whatever_stands_in_a_description_does_not_break_the_list(tmp_path, capsys, odd):
    """The reading child writes it, and we read it again."""
    said = told(capsys, written(tmp_path, {**GATEWAY, "ChargeDescription": odd, "ResourceId": f"nat-{odd}"}))
    assert "USD: 36.53 a month" in said


def test_a_name_cannot_steer_the_terminal(tmp_path, capsys):
    said = told(capsys, written(tmp_path, {**GATEWAY, "ResourceId": "nat-\x1b[2J\u202e1"}))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "nat- [2J 1" in said


RECORDED = {
    "FOCUS": [SAMPLE],
    "AWS Cost and Usage Report": [BILLS / "aws-cur-anonymous.csv.gz"],
    "Azure cost export (actual or amortised)": [
        BILLS / "azure-ea-actual-cost.csv",
        BILLS / "azure-ea-amortized-cost.csv",
    ],
}


@pytest.mark.parametrize("title", RECORDED)
def test_every_recorded_bill_is_read(title, capsys):
    assert told(capsys, *RECORDED[title]).startswith(f"{title}, ")


def test_what_is_no_bill_is_refused_with_its_remedy(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match=r"a\.csv is no bill that is known here.*Known are FOCUS"):
        call_command("try_bill", str(path))


def test_a_bill_without_usage_says_so(tmp_path):
    path = written(tmp_path, {"ChargeCategory": "Tax"})
    with pytest.raises(CommandError, match="charges for no day of usage"):
        call_command("try_bill", str(path))


def test_it_needs_no_database_no_role_and_no_settings(tmp_path):
    """The promise is: no account, no access. A newcomer has nothing but the files."""
    bare = {"PATH": os.defpath, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "try_bill", str(SAMPLE)],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "FOCUS, 1,000 rows" in done.stdout


def test_a_share_of_the_last_days_is_never_taken_of_a_dearer_time_before(tmp_path, capsys):
    """The machine was made smaller a week ago: extended support is half of what it costs now, not of what it cost."""
    support = {"ResourceId": "db", "BilledCost": "1", "EffectiveCost": "1", "x_UsageType": "ExtendedSupport:Yr1-Yr2"}
    small = {"ResourceId": "db", "BilledCost": "1", "EffectiveCost": "1", "x_UsageType": "InstanceUsage:db.t3.small"}
    rows = [row for one in (support, small) for row in of_october(one)]
    for row in rows[len(DAYS) : len(DAYS) + 21]:
        row |= {"BilledCost": "19", "EffectiveCost": "19"}
    said = told(capsys, write_csv(tmp_path / "a.csv", rows, columns=columns(rows)).path)
    assert "7.00 of 14.00 USD (50 %)" in said
    assert "USD: 30.44 a month" in said


def test_what_is_proven_and_what_is_assumed_never_exceed_together_what_the_resource_costs():
    class Things:
        def resources(self):
            support = "ExtendedSupport:Yr1-Yr2:MySQL5.7"
            yield resource(each_day(support, 1, cost="10", days=57, until=4), each_day(support, 1, cost="100", days=3))

        def commitments(self):
            return ()

        services = commitments

    found = {one.rule.id: one for one in try_bill(Things()).findings}
    proven, assumed = found["bill_extended_support"], found["bill_cost_spike_resource"]
    assert proven.net == proven.saving.monthly == proven.saving.monthly_cost
    assert assumed.saving.monthly > 0
    assert assumed.net == 0
    assert assumed.absorbed_by == "bill_extended_support"


def test_a_month_that_is_missing_between_others_is_not_taken_for_one_that_cost_nothing(tmp_path, capsys):
    october = of_october(GATEWAY)
    august = [
        {name: str(value).replace("2026-11", "2026-09").replace("2026-10", "2026-08") for name, value in row.items()}
        for row in october
    ]
    said = told(capsys, write_csv(tmp_path / "a.csv", [*august, *october], columns=columns(october)).path)
    assert "62 rows, complete from 2026-10-01 to 2026-10-31." in said
    assert "2026-09 is not whole in these files, so nothing is told of it and the months before it." in said

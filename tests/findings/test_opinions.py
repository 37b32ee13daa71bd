"""What AWS' own advisors say, beside what we say: joined by the resource, explained by facts alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from connections.resources import Database, Metric
from connections.resources.opinions import ComputeOptimizerOpinion, CostHubOpinion, TrustedAdvisorOpinion
from findings import registry
from findings.opinions import NOT_TOLD, Meant, Ours, figure_of, in_order, is_same_action, peak, said, why_different
from tests.findings.evidence import usage_of
from tests.findings.rows import ACCOUNT, ADDRESS, AT, DAY, IDLE, REGION, UNATTACHED

INSTANCE = dataclasses.replace(IDLE, resource_id="i-0abc1234def567890")
ARN = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE.resource_id}"
DATABASE = Database(
    resource_id=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders", account_id=ACCOUNT, region=REGION, observed_at=AT,
    name="orders", state="available", instance_class="db.m5.large", engine="postgres", storage_gib=20,
)  # fmt: skip
BASE = {"resource_id": "o-1", "their_id": "o-1", "account_id": ACCOUNT, "region": REGION, "observed_at": AT}
STOP = ComputeOptimizerOpinion(
    about_id=INSTANCE.resource_id, about_arn=ARN, about_kind="instance", about_region=REGION, action="Stop",
    advice="Idle", before_discounts="70.08", after_discounts="70.08", currency="USD", lookback_days=14,
    refreshed_at=AT - dt.timedelta(hours=11), **BASE,
)  # fmt: skip
FLAGGED = TrustedAdvisorOpinion(about_id="orders", about_kind="database", about_region=REGION, action="Stop", **BASE)
THINGS = (INSTANCE, UNATTACHED, ADDRESS, DATABASE)


def heard(opinion, things=THINGS):
    """Which of `things` the opinion is on, by its id."""
    meant = Meant([(UUID(int=1), opinion)])
    rows = {UUID(int=100 + number): one for number, one in enumerate(things)}
    spoken_of = [row_id for row_id, one in rows.items() if meant.may_be_on(row_id, one)]
    found = list(meant.about().values())
    assert set(found) <= set(spoken_of)
    return [rows[row_id].resource_id for row_id in found]


# An opinion, and the resource that it speaks of.
MEANT = [
    (STOP, INSTANCE),
    (dataclasses.replace(STOP, about_arn=""), INSTANCE),
    (dataclasses.replace(STOP, about_arn="", about_kind="", about_region=""), INSTANCE),
    (dataclasses.replace(STOP, about_arn=DATABASE.resource_id, about_id="orders"), DATABASE),
    (FLAGGED, DATABASE),
    (dataclasses.replace(FLAGGED, about_kind="address", about_id=ADDRESS.public_ip), ADDRESS),
    (dataclasses.replace(FLAGGED, about_kind="volume", about_id="vol-1"), UNATTACHED),
    # A name is one only within its kind and region, and an ARN says more than a name.
    (dataclasses.replace(FLAGGED, about_kind=""), None),
    (dataclasses.replace(FLAGGED, about_kind="volume"), None),
    (dataclasses.replace(FLAGGED, about_region="us-east-1"), None),
    (dataclasses.replace(FLAGGED, about_arn=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:other"), None),
    (dataclasses.replace(STOP, account_id="999999999999"), None),
    (dataclasses.replace(STOP, about_arn=ARN[:-1], about_id=INSTANCE.resource_id[:-1]), None),
]


@pytest.mark.parametrize(("opinion", "thing"), MEANT)
def test_an_opinion_is_on_the_resource_that_it_names_and_on_no_other(opinion, thing):
    assert heard(opinion) == ([] if thing is None else [thing.resource_id])


def test_a_name_that_two_resources_have_tells_neither():
    twin = dataclasses.replace(DATABASE, resource_id=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:twin", name="orders")
    assert heard(FLAGGED, (DATABASE, twin)) == []


def test_several_opinions_on_one_resource_stand_in_the_order_of_those_who_say_them():
    hub = CostHubOpinion(about_id=INSTANCE.resource_id, about_arn=ARN, action="Rightsize", **BASE)
    assert heard(hub) == heard(STOP) == [INSTANCE.resource_id]
    assert in_order([hub, STOP]) == [STOP, hub]


def test_a_resource_that_is_told_twice_is_still_one():
    assert heard(STOP, (INSTANCE,)) == [INSTANCE.resource_id]
    meant = Meant([(UUID(int=1), STOP)])
    assert [meant.may_be_on(UUID(int=2), one) for one in (INSTANCE, INSTANCE, UNATTACHED)] == [True, True, False]
    assert meant.about() == {UUID(int=1): UUID(int=2)}


@pytest.mark.parametrize(
    ("rule_id", "action", "expected"),
    [
        ("aws_ec2_instance_idle", "Stop", True),
        ("aws_ec2_instance_idle", "Delete", True),
        ("aws_rds_database_idle", "Stop", True),
        ("aws_ec2_instance_idle", "Rightsize", False),
        ("aws_ec2_instance_off_hours", "Stop", False),
        ("aws_ec2_instance_off_hours", "Delete", False),
        ("aws_ebs_volume_gp2_to_gp3", "Upgrade", True),
        ("aws_ebs_volume_gp2_to_gp3", "Rightsize", False),
        ("aws_ec2_instance_graviton", "MigrateToGraviton", True),
        ("aws_ec2_instance_idle", "", False),
    ],
)
def test_to_stop_and_to_delete_come_to_the_same_and_other_actions_to_themselves(rule_id, action, expected):
    assert is_same_action(registry.rule(rule_id), dataclasses.replace(STOP, action=action)) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"before_discounts": "9", "after_discounts": "5", "saving": "7"}, 5),
        ({"before_discounts": "9", "after_discounts": None, "saving": "7"}, 7),
        ({"before_discounts": "9", "after_discounts": None}, 9),
        ({"before_discounts": "9", "after_discounts": "0"}, 0),
        ({"before_discounts": None, "after_discounts": None}, None),
    ],
)
def test_their_figure_is_the_one_after_discounts_and_never_made_up(told, expected):
    assert figure_of(dataclasses.replace(STOP, **told)) == expected


OURS = Ours(
    rule=registry.rule("aws_ec2_instance_idle"), currency="USD", alone=Decimal("61.50"), net=Decimal("61.50"),
    frees_commitment=Decimal(0), monthly_cost=Decimal("61.50"), days=30, lookback_days=14, target="", judged_on=AT.date(),
)  # fmt: skip
TARGET = {"action": "Upgrade", "target": "gp3"}
MEMORY = dataclasses.replace(OURS.rule, metrics=(Metric(name="mem_used_percent", statistic="Maximum", unit="%"),))
# What is changed in theirs, what in ours, and which reasons that proves.
REASONS = [
    ({}, {}, ()),
    (
        {"after_discounts": None},
        {},
        ("Theirs is at list price, before any discount; ours is what the bill charges.",),
    ),
    ({"after_discounts": None}, {"days": 0}, ()),
    (
        {"after_discounts": "50"},
        {},
        ("They count 70.08 USD before discounts and 50.00 after them; ours is what the bill charges.",),
    ),
    (
        {"after_discounts": "0"},
        {"frees_commitment": Decimal("61.50")},
        (
            "They count 70.08 USD before discounts and 0.00 after them; ours is what the bill charges.",
            "Of ours, 61.50 USD is no cash: it frees a commitment for other use.",
        ),
    ),
    (
        {"monthly_cost": "70.08"},
        {},
        ("They put what it costs at 70.08 USD a month; the bill of 30 days says 61.50.",),
    ),
    ({"monthly_cost": "61.80"}, {}, ()),
    ({"monthly_cost": "70.08"}, {"days": 0}, ()),
    ({"monthly_cost": "70.08"}, {"monthly_cost": None}, ()),
    ({"lookback_days": 32}, {}, ("They look at 32 days of usage, we at 14.",)),
    ({"lookback_days": None}, {}, ()),
    ({"lookback_days": 32}, {"lookback_days": 0}, ()),
    ({"refreshed_at": AT - 3 * DAY}, {}, ("Theirs is of 2026-11-17, ours of 2026-11-20.",)),
    ({"refreshed_at": AT - DAY}, {}, ()),
    ({"refreshed_at": None}, {}, ()),
    ({"currency": "CNY"}, {}, ("Theirs is in CNY, ours in USD: the two are not compared.",)),
    ({}, {"alone": None, "net": None}, ("We give no figure: neither the bill nor a price list tells ours.",)),
    (
        {},
        {"net": Decimal("11.50")},
        ("They count it by itself; of our 61.50 USD another finding on the same resource already saves 50.00.",),
    ),
    (TARGET, {"target": "VolumeUsage.gp3"}, ()),
    (TARGET, {"target": "VolumeUsage.st1"}, ("They would have it become gp3, we VolumeUsage.st1.",)),
    (TARGET, {"target": ""}, ()),
    ({"target": ""}, {"target": "VolumeUsage.st1"}, ()),
    ({"measured": ("Cpu",)}, {"rule": MEMORY}, ("They have not seen how much memory it uses; we have.",)),
    ({"measured": ("Cpu", "Memory")}, {"rule": MEMORY}, ()),
    ({"measured": ()}, {"rule": MEMORY}, ()),
    ({"measured": ("Cpu",)}, {}, ()),
]


@pytest.mark.parametrize(("theirs", "ours", "expected"), REASONS)
def test_a_reason_is_given_only_where_the_data_proves_it(theirs, ours, expected):
    assert why_different(dataclasses.replace(OURS, **ours), dataclasses.replace(STOP, **theirs)) == expected


@pytest.mark.parametrize(
    ("theirs", "ours", "agrees", "why"),
    [
        ({}, {}, False, [NOT_TOLD]),
        ({}, {"net": Decimal("70.08")}, True, []),
        ({}, {"net": Decimal("69.50")}, True, []),
        ({}, {"net": Decimal("61.50"), "alone": Decimal("61.50")}, False, [NOT_TOLD]),
        # Theirs is what ours saves by itself: nothing else makes the difference.
        (
            {"lookback_days": 32},
            {"alone": Decimal("70.08"), "net": Decimal("10.08")},
            False,
            [
                (
                    "They count it by itself; of our 70.08 USD another finding on the same resource already saves 60.00."
                )
            ],
        ),
        ({"currency": "CNY"}, {}, False, ["Theirs is in CNY, ours in USD: the two are not compared."]),
        ({"before_discounts": None, "after_discounts": None}, {}, False, []),
        ({"action": "Rightsize"}, {}, False, []),
    ],
)  # fmt: skip
def test_figures_that_are_the_same_need_no_reason_and_others_have_one_or_say_that_none_is_told(
    theirs, ours, agrees, why
):
    told = said(dataclasses.replace(STOP, **theirs), dataclasses.replace(OURS, **ours))
    assert (told["agrees"], told["why"]) == (agrees, why)
    assert told["is_same_action"] is (theirs.get("action", "Stop") == "Stop")
    assert (told["source"], told["their_id"]) == ("Compute Optimizer", "o-1")


CPU, SENT, HEARD = "CPUUtilization.Maximum", "NetworkOut.Sum", "NetworkIn.Sum"
CALM = {CPU: [1.5] * 14, SENT: [1e6] * 14, HEARD: [1e6] * 14}
PEAKS = [
    ("aws_ec2_instance_idle", CALM, {}, ""),
    (
        "aws_ec2_instance_idle",
        CALM | {CPU: [1.5] * 3 + [40.0] + [1.5] * 10},
        {},
        "CPU, highest of the day: 40 % on 2026-07-09; the rule's limit is 5.",
    ),
    # Of two days that are as busy, the later one.
    (
        "aws_ec2_instance_idle",
        CALM | {CPU: [40.0] + [1.5] * 12 + [40.0], SENT: [1e6] * 13 + [8e6]},
        {},
        (
            "CPU, highest of the day: 40 % on 2026-07-19; the rule's limit is 5. "
            "Network in and out: 9 MB a day on 2026-07-19; the rule's limit is 5."
        ),
    ),
    ("aws_ec2_instance_idle", CALM | {CPU: [40.0] + [1.5] * 13}, {"max_cpu": 50}, ""),
    ("aws_ec2_instance_idle", {}, {}, ""),
    (
        "aws_rds_database_idle",
        {"DatabaseConnections.Maximum": [0.0] * 5 + [3.0] + [0.0] * 8},
        {},
        "DatabaseConnections (maximum): 3 connections on 2026-07-11.",
    ),
    ("aws_rds_database_idle", {"DatabaseConnections.Maximum": [0.0] * 14}, {}, ""),
    ("aws_ebs_volume_unattached", CALM, {}, ""),
]


@pytest.mark.parametrize(("rule_id", "seen", "changed", "expected"), PEAKS)
def test_what_was_used_is_told_by_its_busiest_day_and_only_where_that_is_the_reason(rule_id, seen, changed, expected):
    rule = registry.rule(rule_id)
    settings = {**rule.settings, **changed}
    assert peak(rule, thing=INSTANCE, usage=usage_of(seen), settings=settings) == expected


def test_the_limit_that_is_told_is_the_one_that_the_resource_was_judged_by():
    rule, large = registry.rule("aws_ec2_instance_idle"), dataclasses.replace(INSTANCE, instance_type="m5.12xlarge")
    seen = usage_of(CALM | {CPU: [0.9] * 13 + [1.052]})
    told = peak(rule, thing=large, usage=seen, settings=rule.settings)
    assert told == "CPU, highest of the day: 1.05 % on 2026-07-19; the rule's limit is 1.04."

"""Which places need no call: what a bill, the list of endpoints and our own memory say of them."""

import dataclasses

import pytest

from audits.planning import (
    CALLED,
    FEWEST_DAYS,
    NOTHING_BILLED,
    ONE_IN,
    Billed,
    Place,
    Plan,
    Planned,
    can_be_told,
    is_drawn,
    planned,
    recorded_there,
    told,
)
from connections.provider import Record

ACCOUNT = "222233334444"
RDS = "Amazon Relational Database Service"
NIGHT = "2026-11-26"


def undrawn(**changed):
    """A place that is not one of the night's spot checks."""
    base = {"region": "eu-west-1", "service": "rds", "billed_as": (RDS,), **changed}
    made = (Place(account_id=f"{number:012}", **base) for number in range(1000))
    return next(place for place in made if not is_drawn(place, night=NIGHT))


PLACE = undrawn()
ELSEWHERE = Billed(days=30, charged=frozenset({(RDS, "us-east-1"), ("Amazon Elastic Compute Cloud", "eu-west-1")}))


def charging(*charged, days=30):
    return Billed(days=days, charged=frozenset(charged))


def plan_of(place=PLACE, *, billed=ELSEWHERE, recorded=None, seen=(), night=NIGHT):
    return planned(place, billed=billed, is_recorded=recorded, seen=frozenset(seen), night=night)


def test_a_place_where_the_bill_names_nothing_is_planned_without_a_call_and_says_for_how_many_days():
    found = plan_of()
    assert found == Planned(plan=Plan.NOT_BILLED, billed_days=30)
    assert not found.plan.is_called


@pytest.mark.parametrize(
    "billed",
    [
        NOTHING_BILLED,
        dataclasses.replace(ELSEWHERE, days=FEWEST_DAYS - 1),
        charging((RDS, "eu-west-1")),
        charging(("relational database service", "eu-west-1")),
        charging((f"{RDS} - Aurora", "eu-west-1")),
        charging((RDS, "")),
        charging((RDS, "global")),
    ],
    ids=["no bill", "too few days", "billed there", "other letters", "a longer name", "no region", "no one region"],
)
def test_a_place_is_called_where_the_bill_names_it_or_does_not_tell(billed):
    assert plan_of(billed=billed) == CALLED


def test_fourteen_complete_days_tell():
    assert plan_of(billed=dataclasses.replace(ELSEWHERE, days=14)).plan == Plan.NOT_BILLED


def test_what_no_bill_tells_of_is_called_whatever_the_bill_names():
    assert plan_of(undrawn(billed_as=())) == CALLED


def test_what_is_of_no_one_region_is_called_where_any_region_is_billed():
    assert plan_of(undrawn(is_regional=False)) == CALLED
    assert plan_of(undrawn(is_regional=False), billed=charging(("AWS Lambda", "eu-west-1"))).plan == Plan.NOT_BILLED


def test_what_is_not_offered_is_not_called_with_or_without_a_bill():
    for billed in (NOTHING_BILLED, ELSEWHERE):
        assert plan_of(undrawn(is_offered=False), billed=billed) == Planned(plan=Plan.NOT_OFFERED)


def test_what_is_billed_is_called_though_no_endpoint_is_known_there():
    assert plan_of(undrawn(is_offered=False), billed=charging((RDS, "eu-west-1"))) == CALLED


@pytest.mark.parametrize(
    ("place", "seen", "plan"),
    [
        (PLACE, [("rds", "eu-west-1")], Plan.SEEN_BEFORE),
        (PLACE, [("rds", "us-east-1"), ("ec2", "eu-west-1")], Plan.NOT_BILLED),
        (undrawn(is_offered=False), [("rds", "eu-west-1")], Plan.SEEN_BEFORE),
        (undrawn(is_regional=False, service="cloudfront", billed_as=("x",)), [("cloudfront", "")], Plan.SEEN_BEFORE),
    ],
)
def test_where_something_stood_lately_is_called_whatever_the_bill_says(place, seen, plan):
    found = plan_of(place, seen=seen)
    assert found.plan == plan
    assert found.plan.is_called is (plan == Plan.SEEN_BEFORE)


def test_what_is_billed_and_was_seen_is_nothing_out_of_the_ordinary():
    assert plan_of(billed=charging((RDS, "eu-west-1")), seen=[("rds", "eu-west-1")]) == CALLED


THERE = charging((RDS, "eu-west-1"))
YOUNG = dataclasses.replace(ELSEWHERE, days=FEWEST_DAYS - 1)


@pytest.mark.parametrize(
    ("billed", "recorded", "plan"),
    [
        (NOTHING_BILLED, None, Plan.ORDINARY),
        (NOTHING_BILLED, True, Plan.ORDINARY),
        (NOTHING_BILLED, False, Plan.NOT_RECORDED),
        (YOUNG, False, Plan.NOT_RECORDED),
        (dataclasses.replace(THERE, days=1), False, Plan.ORDINARY),
        (THERE, False, Plan.ORDINARY),
        (ELSEWHERE, True, Plan.ORDINARY),
        (ELSEWHERE, None, Plan.NOT_BILLED),
        (ELSEWHERE, False, Plan.NOT_BILLED),
    ],
    ids=[
        "nobody tells", "the record names it", "the record alone", "the record, and too few days",
        "a day of bill names it", "the bill names it", "the record names what is not billed", "the bill alone", "both",
    ],
)  # fmt: skip
def test_a_place_is_left_out_where_one_tells_of_it_and_neither_names_it(billed, recorded, plan):
    found = plan_of(billed=billed, recorded=recorded)
    assert (found.plan, found.is_recorded) == (plan, recorded)
    assert found.billed_days == (30 if plan == Plan.NOT_BILLED else None)
    assert found.plan.is_called is (plan == Plan.ORDINARY)


def test_what_no_bill_tells_of_is_left_out_by_the_record():
    assert plan_of(undrawn(billed_as=()), recorded=False).plan == Plan.NOT_RECORDED


def test_what_the_record_has_is_called_though_no_endpoint_is_known_there():
    place = undrawn(is_offered=False)
    assert plan_of(place, recorded=True).plan == Plan.ORDINARY
    assert plan_of(place, recorded=False).plan == Plan.NOT_OFFERED


def test_where_something_stood_lately_is_called_whatever_the_record_says():
    found = plan_of(billed=NOTHING_BILLED, recorded=False, seen=[("rds", "eu-west-1")])
    assert found == Planned(plan=Plan.SEEN_BEFORE, is_recorded=False)


def test_one_in_twenty_of_what_the_record_leaves_out_is_called_all_the_same():
    plans = [plan_of(place, billed=NOTHING_BILLED, recorded=False) for place in places(4000)]
    checked = [one for one in plans if one.plan == Plan.SPOT_CHECK]
    assert 4000 / ONE_IN * 0.8 < len(checked) < 4000 / ONE_IN * 1.2
    assert set(checked) == {Planned(plan=Plan.SPOT_CHECK, is_recorded=False)}


INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
KNOWN = undrawn(recorded_as=frozenset({INSTANCE, CLUSTER}))


@pytest.mark.parametrize(
    ("place", "region", "told_of", "standing", "there"),
    [
        (KNOWN, "eu-west-1", {INSTANCE, CLUSTER}, {"AWS::EC2::VPC"}, False),
        (KNOWN, "eu-west-1", {INSTANCE, CLUSTER}, {CLUSTER}, True),
        (KNOWN, "eu-west-1", {INSTANCE}, {"AWS::EC2::VPC"}, None),
        (KNOWN, "eu-west-1", {INSTANCE}, {CLUSTER}, True),
        (KNOWN, "us-east-1", {INSTANCE, CLUSTER}, {CLUSTER}, None),
        (undrawn(), "eu-west-1", {INSTANCE, CLUSTER}, {CLUSTER}, None),
    ],
    ids=["none", "one", "not of all", "one, not of all", "another region", "what it does not know"],
)
def test_a_record_tells_of_a_place_whose_types_it_has_all(place, region, told_of, standing, there):
    record = Record(told_of=frozenset(told_of), standing=frozenset(standing))
    assert recorded_there(place, records={region: record}) is there


def places(count):
    return [dataclasses.replace(PLACE, account_id=f"{number:012}") for number in range(count)]


def test_about_one_in_twenty_of_the_places_left_out_is_called_all_the_same():
    plans = [plan_of(place) for place in places(4000)]
    checked = [one for one in plans if one.plan == Plan.SPOT_CHECK]
    assert 4000 / ONE_IN * 0.8 < len(checked) < 4000 / ONE_IN * 1.2
    assert set(checked) == {Planned(plan=Plan.SPOT_CHECK, billed_days=30)}
    assert Plan.SPOT_CHECK.is_called


def test_the_same_night_draws_the_same_places_and_in_time_each_night_has_drawn_each():
    drawn = {
        night: frozenset(n for n, place in enumerate(places(60)) if is_drawn(place, night=f"night {night}"))
        for night in range(300)
    }
    assert drawn[0] == frozenset(n for n, place in enumerate(places(60)) if is_drawn(place, night="night 0"))
    assert len(set(drawn.values())) > 100
    assert frozenset().union(*drawn.values()) == set(range(60))


def test_a_place_that_is_not_offered_is_no_spot_check():
    assert {plan_of(dataclasses.replace(one, is_offered=False)).plan for one in places(200)} == {Plan.NOT_OFFERED}


@pytest.mark.parametrize(
    ("place", "can"),
    [(PLACE, True), (undrawn(billed_as=()), False), (undrawn(is_offered=False), False)],
)
def test_only_what_a_bill_can_change_waits_for_one(place, can):
    assert can_be_told(place) is can


@pytest.mark.parametrize(
    ("plan", "days", "words"),
    [
        ("", None, ""),
        ("NOT_BILLED", 30, "nothing billed there in 30 days"),
        ("NOT_OFFERED", None, "not offered in this region"),
        ("SPOT_CHECK", 14, "spot check: nothing billed there in 14 days"),
        ("SEEN_BEFORE", 21, "nothing billed there in 21 days, yet something was seen in the last 30 nights"),
        ("SEEN_BEFORE", None, "not offered in this region, yet something was seen in the last 30 nights"),
    ],
)
def test_a_step_says_why_it_was_not_called_or_was_all_the_same(plan, days, words):
    assert told(plan, billed_days=days) == words
    assert told(plan, billed_days=days, is_recorded=True) == words


@pytest.mark.parametrize(
    ("plan", "days", "words"),
    [
        ("", None, ""),
        ("NOT_OFFERED", None, "not offered in this region"),
        ("NOT_RECORDED", None, "AWS Config records none there"),
        ("NOT_BILLED", 30, "nothing billed there in 30 days, and AWS Config records none there"),
        ("SPOT_CHECK", None, "spot check: AWS Config records none there"),
        ("SEEN_BEFORE", None, "AWS Config records none there, yet something was seen in the last 30 nights"),
    ],
)
def test_a_step_says_what_aws_config_does_not_have(plan, days, words):
    assert told(plan, billed_days=days, is_recorded=False) == words

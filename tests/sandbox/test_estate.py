"""The estate and its truth: the same from the same seed, wasteful with margins, and full of traps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

import pytest

from sandbox.aws import charges, databases, export, names, storage, truth
from sandbox.aws.estate import billing_periods, build, last_midnight
from sandbox.aws.model import Estate

AS_OF = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


@cache
def built(seed):
    """An estate that nobody changes."""
    return build(seed=seed, as_of=AS_OF)


def series_of(estate, item, metric, statistic):
    found = estate.series.get((item.account, item.region), {})
    return next((v[statistic] for k, v in found.items() if k[1] == metric and k[3] == item.native_id), None)


def test_the_same_seed_gives_the_same_estate_and_truth():
    one, same, other = (built(7), build(seed=7, as_of=AS_OF), built(8))
    assert one == same
    assert truth.write(one) == truth.write(same)
    assert {item.native_id for item in one.items}.isdisjoint(
        item.native_id for item in other.items if item.kind == "volume"
    )


def test_ids_do_not_depend_on_the_day():
    today, later = built(7), build(seed=7, as_of=AS_OF + dt.timedelta(days=40))
    assert [item.bill_id for item in today.items] == [item.bill_id for item in later.items]


@pytest.mark.parametrize("seed", [7, 8, 4711])
def test_most_of_the_estate_is_innocent_and_full_of_traps(seed):
    found = truth.write(built(seed))
    assert len({row["resource_id"] for row in found["waste"]}) < sum(found["resources"].values()) / 3
    assert len({row["trap"] for row in found["traps"]}) > 25


@pytest.mark.parametrize("seed", [7, 99])
def test_idle_machines_are_idle_on_each_day_and_others_are_not(seed):
    estate = built(seed)
    for item in estate.of("instance"):
        processor = series_of(estate, item, "CPUUtilization", "Maximum")
        if processor is None:
            continue
        received, sent = (series_of(estate, item, name, "Sum") for name in ("NetworkIn", "NetworkOut"))
        window = list(zip(processor, received, sent, strict=True))[-14:]
        is_measured = all(value is not None for day in window for value in day)
        is_quiet = is_measured and all(cpu < 5 and r + s < 5_000_000 for cpu, r, s in window)
        is_free = "aws:autoscaling:groupName" not in item.tags
        assert (is_quiet and is_free) == (names.INSTANCE_IDLE in item.wastes), item.case


def test_a_detached_volume_has_no_usage_after_the_detachment():
    estate = built(7)
    for item in estate.of("volume"):
        if item.case in {"detached_long", "detached_lately"}:
            values = series_of(estate, item, "VolumeReadOps", "Sum")
            last = max((at for at, value in enumerate(values) if value is not None), default=-1)
            days_ago = len(values) - last
            assert (days_ago >= 17) == (item.case == "detached_long")
            assert all(value is None for value in values[last + 1 :])


def test_a_saving_is_the_cost_of_the_window_and_names_the_commitment_apart():
    estate = built(7)
    rows = {row["case"]: row for row in truth.write(estate)["waste"]}
    address = rows["unassociated"]
    assert Decimal(address["monthly_saving"]) == Decimal("0.005") * 24 * Decimal("30.4375")
    assert Decimal(address["commitment_saving"]) == 0
    covered = rows["idle_covered"]
    assert covered["commitment_saving"] == covered["monthly_saving"] != "0"
    assert rows["not_on_bill"]["monthly_saving"] is None


def test_a_resource_says_itself_what_a_rule_saves_of_its_cost():
    estate = build(seed=7, as_of=AS_OF)
    address = next(item for item in estate.items if item.case == "unassociated")
    whole = Decimal(truth.saving(estate, address, "some_rule")["monthly_saving"])
    address.saves = {"a_third": Decimal(1) / 3, "untold": None}
    assert Decimal(truth.saving(estate, address, "a_third")["monthly_saving"]) == whole / 3
    untold = truth.saving(estate, address, "untold")
    assert (untold["monthly_saving"], untold["commitment_saving"]) == (None, None)
    assert untold["billed_days"] > 0


def test_what_gp3_saves_shrinks_with_the_throughput_that_has_to_be_bought():
    assert charges.gp3_saves(gib=100, region="us-east-1") == Decimal("0.2")
    assert charges.gp3_saves(gib=500, region="us-east-1") == Decimal("0.1")


def test_a_case_more_in_one_family_leaves_the_others_as_they_were(monkeypatch):
    before = built(7)
    monkeypatch.setitem(databases.CASES, "busy", databases.CASES["busy"] + 1)
    after = build(seed=7, as_of=AS_OF)
    monkeypatch.setitem(storage.VOLUMES, "never_attached_new", (3, *storage.VOLUMES["never_attached_new"][1:]))
    third = build(seed=7, as_of=AS_OF)
    assert [item for item in before.items if item.kind != "database"] == [
        item for item in after.items if item.kind != "database"
    ]
    assert after.of("instance") == third.of("instance")
    assert [item.native_id for item in after.of("nat_gateway")] == [item.native_id for item in third.of("nat_gateway")]


@pytest.mark.parametrize(
    ("as_of", "periods"),
    [
        ("2026-11-23", ["2026-10", "2026-11"]),
        ("2026-11-01", ["2026-09", "2026-10"]),
        ("2026-11-02", ["2026-10", "2026-11"]),
        ("2027-01-01", ["2026-11", "2026-12"]),
    ],
)
def test_the_bill_always_covers_the_last_billed_day_and_a_month_before(as_of, periods):
    moment = dt.datetime.fromisoformat(as_of).replace(tzinfo=dt.UTC)
    assert [f"{period:%Y-%m}" for period in billing_periods(moment)] == periods
    assert len(truth.last_days(Estate(seed=7, as_of=moment))) >= 28


def test_midnight_is_in_utc():
    berlin = dt.timezone(dt.timedelta(hours=2))
    assert last_midnight(dt.datetime(2026, 7, 1, 1, 30, tzinfo=berlin)) == dt.datetime(2026, 6, 30, tzinfo=dt.UTC)


def test_a_restated_period_differs_and_the_same_version_does_not():
    """Of a month's first days, which are as much of a delivery as a whole month is, and made sooner."""
    early = dt.datetime(2026, 11, 4, tzinfo=dt.UTC)
    estate, period = build(seed=7, as_of=early), billing_periods(early)[1]
    one, same, newer = (export.deliver(estate, period, version=version) for version in (1, 1, 2))
    csv = [key for key in one.objects if key.endswith((".csv.gz", ".json"))]
    assert len(csv) > export.CSV_PARTS
    assert [one.objects[key] for key in csv] == [same.objects[key] for key in csv]
    assert one.totals == same.totals
    assert one.totals["2026-11"]["rows"] > 5000
    assert one.totals["2026-11"]["execution_id"] != newer.totals["2026-11"]["execution_id"]
    assert one.totals["2026-11"]["BilledCost"] != newer.totals["2026-11"]["BilledCost"]

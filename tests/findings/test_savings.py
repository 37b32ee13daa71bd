"""What acting is worth: from the lines, never more than the lines, never in two currencies, never zero for unknown."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.evidence import Bill, Evidence, Usage
from connections.resources import Address, Database, Instance, LoadBalancer, NatGateway, Snapshot, Volume
from connections.resources.databases import DatabaseCluster
from connections.resources.warehouses import Warehouse
from findings.cost_window import is_counted
from findings.prices import table
from findings.rule import ALL, ALL_OF_LATE, Share
from findings.savings import MONTH_DAYS, monthly_saving
from tests.findings.evidence import ACCOUNT, TODAY, ago, bill, line, rate

MACHINE = Instance(**ACCOUNT, resource_id="i-1", state="running", instance_type="m5.large", platform="Linux/UNIX")
VOLUME = Volume(**ACCOUNT, resource_id="vol-1", created_at=ago(300), volume_type="gp2", size_gib=100, state="available")
TO_GP3 = Share(from_price="EBS:VolumeUsage.gp2", to_price="EBS:VolumeUsage.gp3", quantity=Decimal(100))


def saving_of(thing, the_bill, *, saves=ALL):
    evidence = Evidence(thing=thing, usage=Usage(until=TODAY), bill=the_bill)
    return monthly_saving(saves=saves, evidence=evidence, listed=table("aws"))


def test_thirty_billed_days_become_a_month():
    found = saving_of(VOLUME, bill(days=45, cost="2"))
    assert (found.monthly, found.cash, found.frees_commitment) == (Decimal("60.875"), Decimal("60.875"), 0)
    assert (found.basis, found.currency, found.days) == ("BILL", "USD", 30)
    assert found.price_source == "its own bill lines"


def test_the_worked_sum_can_be_followed_line_by_line():
    the_bill = bill(days=30, cost="2")
    the_bill = replace(
        the_bill, lines=(*the_bill.lines, line(TODAY - timedelta(days=2), "-7", charge_category="Credit"))
    )
    steps = [(step.label, step.amount, step.unit) for step in saving_of(VOLUME, the_bill).steps]
    assert steps == [
        ("Charged for usage, 2026-06-20 to 2026-07-19", 60, "USD"),
        ("Left out: Credit", -7, "USD"),
        ("Divided by its complete billed days", 30, "days"),
        ("Times the days of a month", MONTH_DAYS, "days"),
        ("Costs a month", Decimal("60.875"), "USD"),
        ("All of it is saved", 1, ""),
        ("Saves a month", Decimal("60.875"), "USD"),
    ]


def test_what_a_contract_takes_off_on_lines_of_its_own_is_not_saved():
    charged, off = (bill(days=30, cost=cost, usage_type="EBS:VolumeUsage.gp2") for cost in ("2", "-0.2"))
    found = saving_of(VOLUME, replace(charged, lines=charged.lines + off.lines))
    assert (found.monthly, found.monthly_cost) == (Decimal("54.7875"), Decimal("54.7875"))
    assert [(step.label, step.amount) for step in found.steps][:2] == [
        ("Charged for usage, 2026-06-20 to 2026-07-19", 54),
        ("Discounts within it", -6),
    ]


def test_lines_under_a_commitment_free_it_instead_of_cash():
    covered = bill(days=30, cost="3", commitment_discount_id="arn:plan")
    cash = bill(days=30, cost="1")
    found = saving_of(VOLUME, replace(cash, lines=cash.lines + covered.lines))
    assert (found.cash, found.frees_commitment) == (Decimal("30.4375"), Decimal("91.3125"))
    assert found.monthly == found.cash + found.frees_commitment
    assert [step.label for step in found.steps][-2:] == ["of it cash", "of it a commitment freed for other use"]


def test_a_young_resource_is_divided_by_its_own_days():
    young = replace(VOLUME, created_at=ago(10))
    the_bill = bill(days=10, cost="2")
    partial = (line(TODAY - timedelta(days=10), "0.5"), *the_bill.lines[1:])
    assert saving_of(young, replace(the_bill, lines=partial)).monthly == Decimal("60.875")


def test_two_currencies_are_not_added():
    one, other = bill(days=30), bill(days=30, billing_currency="EUR")
    found = saving_of(VOLUME, replace(one, lines=one.lines + other.lines))
    assert found.monthly is None
    assert found.why_unknown == "Billed in EUR and USD: two currencies are never added."


def test_a_resource_that_the_bill_gives_for_nothing_saves_nothing():
    found = saving_of(VOLUME, bill(days=30, cost="0"))
    assert (found.monthly, found.basis) == (0, "BILL")


def test_a_ratio_of_prices_comes_from_the_same_bill_where_it_has_both():
    rates = [rate("EBS:VolumeUsage.gp2", "0.09"), rate("EBS:VolumeUsage.gp3", "0.0675")]
    found = saving_of(VOLUME, bill(cost="4", usage_type="EBS:VolumeUsage.gp2", rates=rates), saves=TO_GP3)
    assert found.monthly == Decimal("30.4375")  # a quarter of 4 a day
    assert found.basis == "BILL"
    assert found.price_source == "its own bill lines and the unit prices of the same bill, us-east-1"


@pytest.mark.parametrize(
    ("region", "source"),
    [
        ("us-east-1", "its own bill lines and AWS list prices, us-east-1, 2026-07-20"),
        ("eu-west-1", "its own bill lines and AWS list prices, us-east-1, 2026-07-20"),
    ],
)
def test_else_a_ratio_comes_from_the_price_table_and_says_so(region, source):
    volume = replace(VOLUME, region=region)
    only_gp2 = [rate("EBS:VolumeUsage.gp2", "0.09")]
    found = saving_of(volume, bill(cost="4", usage_type="EBS:VolumeUsage.gp2", rates=only_gp2), saves=TO_GP3)
    assert found.monthly == Decimal("24.35")
    assert (found.basis, found.price_source) == ("PRICES", source)


def test_only_the_lines_under_the_old_price_are_changed_by_a_new_one():
    storage = bill(days=30, cost="4", usage_type="EU-EBS:VolumeUsage.gp2")
    other = bill(days=30, cost="9", usage_type="EU-EBS:VolumeIOUsage")
    found = saving_of(VOLUME, replace(storage, lines=storage.lines + other.lines), saves=TO_GP3)
    assert found.monthly == Decimal("24.35")


def test_what_is_billed_under_other_prices_alone_has_no_figure():
    host = bill(days=30, cost="0", usage_type="EU-HostBoxUsage:m5.large")
    found = saving_of(MACHINE, host, saves=Share(from_price="BoxUsage:m5.large", to_price="BoxUsage:m6g.large"))
    assert found.monthly is None
    assert "under other prices" in found.why_unknown


def test_prices_are_named_in_the_same_order_by_every_worker():
    names = ["st1", "sc1", "piops", "gp3", "gp2"]
    host = bill(days=30, cost="0", usage_type="EU-HostBoxUsage:m5.large")
    share = Share(fraction=Decimal(1), from_price="gp1", besides=tuple((name, Decimal(1)) for name in names))
    why = saving_of(MACHINE, host, saves=share).why_unknown
    assert why == "The bill charges it under other prices than gp1 or gp2 or gp3 or piops or sc1 or st1."


def test_a_better_list_price_is_none_for_what_a_commitment_covers():
    covered = bill(days=30, cost="3", usage_type="BoxUsage:m4.large", commitment_discount_id="arn:plan")
    share = Share(from_price="BoxUsage:m4.large", to_price="BoxUsage:m5.large", is_by_list=True)
    assert saving_of(MACHINE, covered, saves=share).monthly is None
    assert saving_of(MACHINE, bill(days=30, cost="3", usage_type="BoxUsage:m4.large"), saves=share).monthly > 0


def test_a_part_of_what_was_made_smaller_counts_as_it_is_billed_now():
    before = bill(days=30, cost="65", usage_type="EU-EBS:VolumeP-IOPS.gp3")
    now = [
        replace(one, effective_cost=Decimal(5)) if TODAY - one.charge_date < timedelta(9) else one
        for one in before.lines
    ]
    part = Share(part_of=("EBS:VolumeP-IOPS.gp3",), fraction=Decimal("0.5"))
    assert saving_of(VOLUME, replace(before, lines=tuple(now)), saves=part).monthly == Decimal("76.09375")
    assert saving_of(VOLUME, before, saves=part).monthly == Decimal("989.21875")


MADE = {**ACCOUNT, "resource_id": "arn:aws:rds:us-east-1:111122223333:db:orders", "created_at": ago(300)}
CLUSTER = DatabaseCluster(**MADE, name="orders", state="available", engine="aurora-mysql")
DATABASE = Database(**MADE, state="available", instance_class="db.m5.large", engine="mysql", storage_gib=100)
WAREHOUSE = Warehouse(**MADE, state="available", node_type="ra3.xlplus", node_count=2)


@pytest.mark.parametrize(
    ("thing", "stored_as", "kept_as"),
    [
        (CLUSTER, "Aurora:StorageUsage", "Aurora:BackupUsage"),
        (DATABASE, "RDS:GP3-Storage", "RDS:ChargedBackupUsage"),
        (WAREHOUSE, "Node:ra3.xlplus", "Redshift:PaidSnapshots"),
    ],
)
def test_backups_of_a_cluster_database_or_warehouse_outlive_it_and_are_not_saved(thing, stored_as, kept_as):
    stored, kept = (bill(days=30, cost="2", usage_type=f"EU-{name}") for name in (stored_as, kept_as))
    found = saving_of(thing, replace(stored, lines=(*stored.lines, *kept.lines)))
    assert (found.monthly, found.monthly_cost) == (Decimal("60.875"), Decimal("60.875"))


@pytest.mark.parametrize(("saves", "monthly"), [(ALL, "598.604166"), (ALL_OF_LATE, "152.1875")])
def test_what_is_charged_by_use_counts_as_it_is_billed_now(saves, monthly):
    before = bill(days=30, cost="25", usage_type="Aurora:StorageIOUsage")
    now = [
        replace(one, effective_cost=Decimal(5)) if TODAY - one.charge_date < timedelta(9) else one
        for one in before.lines
    ]
    fallen = saving_of(VOLUME, replace(before, lines=tuple(now)), saves=saves)
    assert fallen.monthly == Decimal(monthly)
    assert saving_of(VOLUME, before, saves=saves).monthly == Decimal("760.9375")


def test_what_costs_more_elsewhere_saves_nothing():
    rates = [rate("EBS:VolumeUsage.gp2", "0.05"), rate("EBS:VolumeUsage.gp3", "0.08")]
    found = saving_of(VOLUME, bill(usage_type="EBS:VolumeUsage.gp2", rates=rates), saves=TO_GP3)
    assert found.monthly == 0


def test_a_price_that_nobody_knows_leaves_the_saving_unknown():
    found = saving_of(VOLUME, bill(), saves=Share(from_price="EBS:VolumeUsage.gp2", to_price="EBS:VolumeUsage.gp9"))
    assert found.monthly is None
    assert "EBS:VolumeUsage.gp9" in found.why_unknown


@pytest.mark.parametrize(
    ("thing", "monthly"),
    [
        (VOLUME, "10.00"),
        (replace(VOLUME, volume_type="gp3"), "8.00"),
        (replace(VOLUME, volume_type="gp3", iops=4000, throughput_mibps=225), "17.00"),
        (replace(VOLUME, volume_type="io1"), None),
        (replace(VOLUME, region="eu-west-1"), None),
        (Address(**ACCOUNT, resource_id="eip-1", public_ip="198.51.100.7"), "3.6525"),
        (NatGateway(**ACCOUNT, resource_id="nat-1", state="available"), "32.8725"),
        (LoadBalancer(**ACCOUNT, resource_id="lb-1", balancer_type="network", state="active"), "16.43625"),
        (MACHINE, "70.128"),
        (replace(MACHINE, platform="Windows"), None),
        (replace(MACHINE, platform=None), None),
        (replace(MACHINE, lifecycle="spot"), None),
        (Snapshot(**ACCOUNT, resource_id="snap-1", size_gib=100, state="completed"), None),
    ],
)
def test_without_a_bill_line_a_list_price_serves_and_without_a_price_nothing_is_said(thing, monthly):
    for the_bill in (Bill(), bill(days=0)):
        found = saving_of(thing, the_bill)
        assert found.monthly == (None if monthly is None else Decimal(monthly))
        assert found.basis == ("" if monthly is None else "PRICES")
        assert bool(found.why_unknown) == (monthly is None)


def test_a_thing_that_is_billed_fees_alone_says_so_instead_of_having_no_line():
    snapshot = Snapshot(
        **ACCOUNT,
        resource_id="snap-1",
        created_at=ago(200),
        size_gib=100,
        state="completed",
        volume_id="vol-1",
        is_volume_present=True,
        image_ids=(),
    )
    fees = [line(TODAY - timedelta(days=4), "9", charge_category=kind) for kind in ("Purchase", "Tax")]
    found = saving_of(snapshot, replace(bill(days=0), lines=tuple(fees)))
    assert found.monthly is None
    assert "no charge for its usage, only Purchase and Tax, which is no monthly cost" in found.why_unknown


def test_without_a_bill_line_the_same_bill_s_unit_price_comes_before_the_list():
    found = saving_of(replace(VOLUME, region="eu-west-1"), bill(days=0, rates=[rate("EU-EBS:VolumeUsage.gp2", "0.11")]))
    assert found.monthly == Decimal("11.00")
    assert found.price_source == "the unit prices of the same bill, eu-west-1"


MONEY = st.decimals(min_value=-1000, max_value=10_000, places=9, allow_nan=False, allow_infinity=False)
LINES = st.lists(
    st.builds(
        line,
        st.integers(1, 45).map(lambda back: TODAY - timedelta(days=back)),
        MONEY,
        charge_category=st.sampled_from(["Usage", "Usage", "Usage", "Credit", "Tax", "Purchase", "Adjustment"]),
        charge_class=st.sampled_from(["", "", "Correction"]),
        commitment_discount_id=st.sampled_from(["", "arn:plan"]),
        billing_currency=st.sampled_from(["USD", "USD", "USD", "EUR"]),
        charge_days=st.sampled_from([1, 1, 31]),
    ),
    max_size=12,
)
SHARES = st.one_of(
    st.decimals(min_value=0, max_value=1, places=6).map(lambda fraction: Share(fraction=fraction)), st.just(TO_GP3)
)


@given(lines=LINES, saves=SHARES, age=st.one_of(st.none(), st.integers(0, 60)))
def test_a_saving_from_the_bill_is_between_nothing_and_what_the_lines_cost(lines, saves, age):
    thing = replace(VOLUME, created_at=None if age is None else ago(age))
    found = saving_of(thing, Bill(lines=tuple(lines), billed_until=TODAY), saves=saves)
    if not found.days:
        return
    counted = [one for one in lines if is_counted(one)]
    most = sum((one.effective_cost for one in counted), Decimal(0)) * MONTH_DAYS / found.days
    assert {one.billing_currency for one in counted} >= {found.currency}
    assert found.monthly == found.cash + found.frees_commitment
    assert found.cash >= 0
    assert found.frees_commitment >= 0
    assert found.monthly <= found.monthly_cost
    assert found.monthly_cost <= most + Decimal("1e-12")


@given(lines=LINES, seed=st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(lines, seed):
    shuffled = list(lines)
    seed.shuffle(shuffled)
    one, other = (saving_of(VOLUME, Bill(lines=tuple(some), billed_until=TODAY)) for some in (lines, shuffled))
    assert (one.monthly, one.currency, one.days) == (other.monthly, other.currency, other.days)


@given(lines=LINES)
def test_no_figure_is_ever_made_of_two_currencies(lines):
    inside = [
        one
        for one in lines
        if is_counted(one) and one.charge_date + timedelta(days=one.charge_days) > TODAY - timedelta(days=30)
    ]
    found = saving_of(VOLUME, Bill(lines=tuple(lines), billed_until=TODAY))
    if len({one.billing_currency for one in inside}) > 1:
        assert found.monthly is None
    assert {step.unit for step in found.steps} <= {found.currency, "days", ""}

"""Findings that overlap on one resource count once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.overlaps import Claim, MixedCurrencies, net_savings
from findings.savings import Saving


def claim(rule_id, stage, share, *, cost="100", covered="0", currency="USD", meters=()):
    cost, covered, share = Decimal(cost), Decimal(covered), Decimal(share)
    frees = covered * share
    saving = Saving(
        basis="BILL",
        monthly=cost * share,
        cash=cost * share - frees,
        frees_commitment=frees,
        monthly_cost=cost,
        currency=currency,
        meters=frozenset(meters),
    )
    return Claim(rule_id=rule_id, stage=stage, saving=saving)


DELETE, SHRINK, PRICE = claim("delete", "DELETE", 1), claim("shrink", "SHRINK", "0.5"), claim("price", "PRICE", "0.2")
UNKNOWN = Claim(rule_id="unknown", stage="DELETE", saving=Saving(basis="", why_unknown="No price."))


def money(*amounts: Decimal | None) -> tuple[Decimal, ...]:
    """The amounts, none of which may be unknown."""
    assert None not in amounts
    return tuple(amount for amount in amounts if amount is not None)


def monthly(*claims):
    return {rule_id: net.monthly for rule_id, net in net_savings(claims).items()}


def test_one_finding_keeps_all_of_its_saving():
    net = net_savings([PRICE])["price"]
    assert list(money(net.monthly, net.cash, net.frees_commitment)) == [20, 20, 0]
    assert net.absorbed_by == ""


def test_deleting_absorbs_everything_else():
    found = net_savings([PRICE, SHRINK, DELETE])
    assert monthly(PRICE, SHRINK, DELETE) == {"delete": 100, "shrink": 0, "price": 0}
    assert {found["shrink"].absorbed_by, found["price"].absorbed_by} == {"delete"}
    assert found["delete"].absorbed_by == ""


def test_a_better_price_applies_to_what_shrinking_leaves():
    found = net_savings([PRICE, SHRINK])
    assert monthly(PRICE, SHRINK) == {"shrink": 50, "price": 10}
    assert found["price"].absorbed_by == "shrink"


def test_of_two_ways_to_delete_the_larger_counts():
    smaller = claim("another", "DELETE", "0.4")
    found = net_savings([smaller, claim("delete", "DELETE", "0.6"), PRICE])
    assert {rule_id: net.monthly for rule_id, net in found.items()} == {"another": 0, "delete": 60, "price": 8}
    assert found["another"].absorbed_by == "delete"


def test_equal_ways_are_told_apart_by_name():
    found = net_savings([claim("b", "DELETE", 1), claim("a", "DELETE", 1)])
    assert list(money(found["a"].monthly, found["b"].monthly)) == [100, 0]
    assert found["b"].absorbed_by == "a"


def test_parts_on_different_meters_stand_side_by_side_and_leave_the_rest():
    iops, throughput = claim("a", "SHRINK", "0.3", meters=["iops"]), claim("b", "SHRINK", "0.2", meters=["throughput"])
    assert monthly(iops, throughput, PRICE) == {"a": 30, "b": 20, "price": 10}
    assert net_savings([iops, throughput, DELETE])["b"].absorbed_by == "delete"


def test_parts_on_one_meter_and_a_part_beside_the_whole_count_once():
    one, same = claim("a", "SHRINK", "0.3", meters=["iops"]), claim("b", "SHRINK", "0.2", meters=["iops", "other"])
    assert monthly(one, same) == {"a": 30, "b": 0}
    assert monthly(one, SHRINK) == {"a": 0, "shrink": 50}
    assert monthly(claim("a", "SHRINK", "0.6", meters=["iops"]), SHRINK) == {"a": 60, "shrink": 0}


def test_cash_and_commitment_shrink_alike():
    net = net_savings([SHRINK, claim("price", "PRICE", "0.2", covered="50")])["price"]
    assert list(money(net.cash, net.frees_commitment)) == [5, 5]


def test_an_unknown_saving_stays_unknown_and_absorbs_nothing():
    assert monthly(UNKNOWN, PRICE) == {"unknown": None, "price": 20}


def test_two_currencies_on_one_resource_are_refused():
    with pytest.raises(MixedCurrencies):
        net_savings([PRICE, claim("other", "DELETE", 1, currency="EUR")])


def test_a_resource_that_costs_nothing_has_nothing_to_absorb():
    assert monthly(claim("a", "DELETE", 1, cost="0"), claim("b", "PRICE", "0.2", cost="0")) == {"a": 0, "b": 0}


CLAIMS = st.lists(
    st.builds(
        claim,
        st.sampled_from([f"rule_{number}" for number in range(9)]),
        st.sampled_from(["DELETE", "SHRINK", "PRICE"]),
        st.decimals(min_value=0, max_value=1, places=6),
        cost=st.just("123.456789"),
        covered=st.sampled_from(["0", "23.456789", "123.456789"]),
    ),
    max_size=6,
    unique_by=lambda one: one.rule_id,
)


@given(claims=CLAIMS)
def test_all_net_savings_together_never_exceed_what_the_resource_costs(claims):
    nets = net_savings(claims)
    assert sum(money(*(net.monthly for net in nets.values()))) <= Decimal("123.456789")
    for one in claims:
        net = nets[one.rule_id]
        left, cash, frees, alone = money(net.monthly, net.cash, net.frees_commitment, one.saving.monthly)
        assert 0 <= left <= alone
        assert left == cash + frees


@given(claims=CLAIMS)
def test_the_chain_is_at_least_worth_its_largest_finding(claims):
    largest = max(money(*(one.saving.monthly for one in claims)), default=Decimal(0))
    assert sum(money(*(net.monthly for net in net_savings(claims).values()))) >= largest - Decimal("0.00001")


@given(claims=CLAIMS, seed=st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(claims, seed):
    shuffled = list(claims)
    seed.shuffle(shuffled)
    assert net_savings(claims) == net_savings(shuffled)

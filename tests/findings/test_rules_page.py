"""Finding a rule among many: by its words, by what it looks at or has, and in an order by its figures."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from findings.rule_texts import texts_of
from findings.rules_page import ORDERS, RuleRow, in_order, narrowed

VOLUME = RuleRow(
    id="aws_ebs_volume_unattached",
    title="EBS volume attached to nothing",
    criterion="Attached to nothing for at least 14 days.",
    version="1",
    looks_at="volume",
    settings=(("unattached (days)", 14),),
    is_changed=False,
    metrics=(),
    actions=("ec2:DescribeVolumes",),
    docs="https://docs.aws.amazon.com/",
    texts=texts_of("aws_ebs_volume_unattached"),
    wasteful=3,
    fine=10,
    unknown=0,
    open_findings=3,
    money=(("USD", Decimal(30)),),
)
ADDRESS = replace(
    VOLUME,
    id="aws_vpc_address_unassociated",
    title="Elastic IP of nothing",
    criterion="Associated with nothing.",
    looks_at="address",
    metrics=("BytesOut.Sum",),
    settings=(),
    is_changed=True,
    actions=("ec2:DescribeAddresses",),
    wasteful=5,
    fine=1,
    unknown=4,
    open_findings=1,
    money=(("USD", Decimal(70)),),
)
TABLE = replace(
    VOLUME,
    id="aws_dynamodb_table_idle",
    title="Idle table",
    criterion="No request in 30 days.",
    looks_at="table",
    settings=(),
    actions=("dynamodb:DescribeTable",),
    wasteful=0,
    fine=0,
    open_findings=0,
    money=(),
)
IN_EUROS = replace(TABLE, id="aws_z", title="Billed in euros", open_findings=2, money=(("EUR", Decimal(900)),))
ROWS = [VOLUME, ADDRESS, TABLE]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ROWS),
        ({"words": "attached NOTHING"}, [VOLUME]),
        ({"words": "nothing"}, [VOLUME, ADDRESS]),
        ({"words": "ec2:describeaddr"}, [ADDRESS]),
        ({"words": "bytesout"}, [ADDRESS]),
        ({"words": "aws_dynamodb"}, [TABLE]),
        ({"words": "unattached (days)"}, [VOLUME]),
        ({"words": "nothing there is like this"}, []),
        ({"kind": "table"}, [TABLE]),
        ({"kind": "table", "words": "nothing"}, []),
        ({"has": "findings"}, [VOLUME, ADDRESS]),
        ({"has": "unknown"}, [ADDRESS]),
        ({"has": "nothing"}, [TABLE]),
        ({"has": "changed"}, [ADDRESS]),
    ],
)
def test_rules_are_narrowed_by_every_word_and_by_what_is_chosen(asked, expected):
    assert narrowed(ROWS, **asked) == expected


def test_a_rule_is_found_by_what_it_looks_at():
    given = replace(ADDRESS, looks_at="given address")
    assert narrowed([VOLUME, given], words="given elastic") == [given]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("rule", [TABLE, VOLUME, ADDRESS]),
        ("wasteful", [ADDRESS, VOLUME, TABLE]),
        ("fine", [VOLUME, ADDRESS, TABLE]),
        ("unknown", [ADDRESS, TABLE, VOLUME]),
        ("findings", [VOLUME, ADDRESS, TABLE]),
        ("money", [ADDRESS, VOLUME, TABLE]),
    ],
)
def test_figures_run_from_large_to_small_and_ids_from_the_first(by, expected):
    assert in_order(ROWS, by=by) == expected


def test_the_other_way_turns_figures_round_and_leaves_what_has_none_at_the_end():
    assert in_order(ROWS, by="money", is_reversed=True) == [VOLUME, ADDRESS, TABLE]
    assert in_order(ROWS, by="findings", is_reversed=True) == [TABLE, ADDRESS, VOLUME]
    assert in_order(ROWS, by="rule", is_reversed=True) == [ADDRESS, VOLUME, TABLE]


def test_money_is_compared_inside_a_currency_and_never_across():
    assert in_order([*ROWS, IN_EUROS], by="money") == [ADDRESS, VOLUME, IN_EUROS, TABLE]


@pytest.mark.django_db
class TestPage:
    """The page itself, through its URL."""

    @pytest.fixture
    def text(self, visitor):
        return lambda query: visitor.get(reverse("findings:rules") + query).content.decode()

    def test_words_that_fit_no_rule_say_so_and_lead_back_to_all(self, text):
        shown = text("?q=no-such-words-anywhere")
        assert "No rule is like this." in shown
        assert f'<a href="{reverse("findings:rules")}">Show all' in shown

    def test_a_narrowed_list_says_how_many_of_all_and_keeps_it_in_the_order_s_links(self, text):
        shown = text("?q=unattached&kind=volume")
        assert 'id="aws_ebs_volume_unattached"' in shown
        assert 'id="aws_ec2_instance_idle"' not in shown
        assert " of " in shown.partition('id="rules-caption">')[2][:12]
        assert "?q=unattached&amp;kind=volume&amp;sort=money" in shown

    @pytest.mark.parametrize("by", ORDERS)
    def test_the_column_in_order_says_which_way_and_turns_round(self, text, by):
        falls = text(f"?sort={by}")
        assert falls.count("aria-sort=") == 1
        assert f'<a href="?sort=-{by}">' in falls
        assert text(f"?sort=-{by}").count("aria-sort=") == 1

    @pytest.mark.parametrize("by", ["rule", "-rule", "money", "-unknown"])
    def test_what_is_shown_next_keeps_its_order(self, text, by):
        assert f'<input type="hidden" name="sort" value="{by}">' in text(f"?sort={by}")

    def test_the_page_by_its_permission_has_the_rules_that_are_unknown_without_it(self, text):
        shown = text("?q=ec2:describeroutetables")
        assert 'id="aws_vpc_public_address_unrouted"' in shown
        assert 'id="aws_networkfirewall_firewall_idle"' in shown

    def test_a_field_that_is_refused_is_described_by_the_sentence_that_says_why(self, text):
        shown = text("?kind=teapot&q=" + "x" * 201 + "%00")
        assert set(re.findall('aria-describedby="([^"]+)"', shown)) == {"id_q_error", "id_kind_error"}
        assert sorted(re.findall('<li id="([^"]+)">', shown)) == ["id_kind_error", "id_q_error"]
        assert "holds a character that is in no text." in shown

    def test_what_cannot_be_used_is_named_and_narrows_nothing(self, text):
        shown = text("?kind=teapot&has=everything&sort=<b>colour&q=" + "x" * 201)
        assert "Looks at: teapot is not there to choose." in shown
        assert "With: everything is not there to choose." in shown
        assert "Sort: &lt;b&gt;colour is not there to choose." in shown
        assert "is longer than 200 characters: write fewer words." in shown
        assert 'id="aws_ec2_instance_idle"' in shown

"""A bill is of a source: what a connection's export holds, or what people hand in under a label."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from audits.bill_parts import BillRefused
from audits.models import BillLoad, BillSource, CostDay, CostLine
from costframe.deletion import delete_connection
from findings.evidence_from_rows import coverage_of
from tenants import scope
from tests.audits.focus_files import write_csv
from tests.audits.sources import source_of
from tests.audits.test_bills import OCTOBER, load, member, payer  # noqa: F401 - fixtures
from tests.conftest import AT
from tests.connections.test_views import text
from tests.database import acting_as

LATER = {"ChargePeriodStart": "2026-10-08T00:00:00Z", "ChargePeriodEnd": "2026-10-09T00:00:00Z"}
OTHER_ACCOUNT = {"BillingAccountId": "555555555555", "SubAccountId": "555555555555"}


@pytest.fixture
def files(organization):
    """Files that a person handed in: no connection is behind them."""
    with scope.organization(organization.id), acting_as("cf_web"):
        return BillSource.objects.create(label="Finance share", created_at=AT)


def current(organization):
    with scope.organization(organization.id):
        loads = BillLoad.objects.filter(state="LOADED").select_related("source__connection").order_by("loaded_at", "id")
        return [(str(one.source), one.execution_id) for one in loads]


def test_a_connection_has_one_source_however_often_it_is_asked_for(organization, payer):  # noqa: F811
    with scope.organization(organization.id), acting_as("cf_worker"):
        assert source_of(payer).id == source_of(payer).id


def test_files_without_a_connection_are_loaded_and_shown_by_their_label(organization, files, visitor, tmp_path):
    load(files, [write_csv(tmp_path / "a.csv", [{}, LATER])])
    assert current(organization) == [("Finance share", "run-1")]
    assert "Finance share" in text(visitor.get("/bills/"))
    with scope.organization(organization.id), acting_as("cf_worker"):
        assert set(coverage_of({"111111111111"})) == {"111111111111"}  # rules may count on them as on an export's


def test_a_period_is_replaced_in_its_own_source_alone(organization, payer, files, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", [OTHER_ACCOUNT])], execution="of the export")
    load(files, [write_csv(tmp_path / "b.csv", [{}])], execution="first")
    load(files, [write_csv(tmp_path / "c.csv", [{"ResourceId": "vol-2"}])], execution="second")
    assert sorted(current(organization)) == [("Finance share", "second"), ("Payer", "of the export")]


def test_the_same_bill_from_an_export_and_from_files_is_loaded_once(organization, payer, files, tmp_path):  # noqa: F811
    (first,) = load(payer, [write_csv(tmp_path / "a.csv", [{}])])
    (same,) = load(files, [write_csv(tmp_path / "a.csv", [{}])])
    assert (same.id, current(organization)) == (first.id, [("Payer", "run-1")])
    assert "Finance share has the same bill; it is loaded once." in same.message
    (newer,) = load(files, [write_csv(tmp_path / "b.csv", [{"BilledCost": "2"}])], execution="run-2")
    assert current(organization) == [("Finance share", "run-2")]
    assert "takes the place of the same bill, loaded earlier from another source" in newer.message


def accounts(*ids):
    return [{"SubAccountId": one, "ResourceId": f"vol-{one}"} for one in ids]


def charged(organization):
    """What the lines of all loads cost, and what pages have added up of them, by account."""
    with scope.organization(organization.id):
        sums = [
            dict(rows.objects.values_list("sub_account_id").annotate(cost=Sum("billed_cost")).order_by())
            for rows in (CostLine, CostDay)
        ]
    assert sums[0] == sums[1]
    return sums[0]


ONE = Decimal("1.25")


@pytest.fixture
def payer_and_member(payer, member):  # noqa: F811
    return [(payer, ["a", "b"]), (member, ["a"])]


@pytest.mark.parametrize("is_payer_first", [True, False])
def test_a_member_connected_beside_its_payer_is_charged_once_and_the_pages_say_by_which(
    organization, payer_and_member, visitor, tmp_path, is_payer_first
):
    for one, ids in payer_and_member if is_payer_first else payer_and_member[::-1]:
        load(one, [write_csv(tmp_path / one.label, accounts(*ids))], execution=one.label)
    assert charged(organization) == {"a": ONE, "b": ONE}
    words = "Member has the same bill; it is loaded once." if is_payer_first else "from another source: Member."
    for page in ("/bills/", "/costs/?month=2026-10"):
        assert words in text(visitor.get(page))


def test_lines_that_name_no_account_count_once_from_whichever_source(organization, payer, files, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", accounts(""))])
    load(files, [write_csv(tmp_path / "b.csv", [*accounts(""), LATER | {"SubAccountId": ""}])], execution="run-2")
    assert charged(organization) == {"": 2 * ONE}
    assert current(organization) == [("Finance share", "run-2")]


def test_bills_that_share_one_of_their_accounts_are_neither_added_nor_lost(organization, payer, files, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", accounts("a", "b"))])
    with pytest.raises(BillRefused, match=r"SubAccountId: Payer has the bill of 2026-10 for b too.* take these"):
        load(files, [write_csv(tmp_path / "b.csv", accounts("b", "c"))], execution="run-2")
    assert charged(organization) == {"a": ONE, "b": ONE}
    load(files, [write_csv(tmp_path / "c.csv", accounts("c"))], execution="run-3")
    assert charged(organization) == {"a": ONE, "b": ONE, "c": ONE}


def test_files_with_less_of_the_accounts_do_not_take_the_whole_bills_place(organization, payer, files, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", [*accounts("a", "b"), LATER | {"SubAccountId": "a"}])])
    with pytest.raises(
        BillRefused,
        match=r"BilledCost: .*Finance share comes to 2\.5 USD with usage to 2026-10-05.* Payer, which has a, b too, "
        r"to 3\.75 USD with usage to 2026-10-08\.",
    ):
        load(files, [write_csv(tmp_path / "b.csv", accounts("a", "b"))], execution="run-2")
    assert current(organization) == [("Payer", "run-1")]


def test_a_few_days_of_more_accounts_do_not_keep_a_larger_bill_out(organization, payer, files, tmp_path):  # noqa: F811
    load(files, [write_csv(tmp_path / "a.csv", accounts("a", "b"))])
    whole = [LATER | {"SubAccountId": "a", "BilledCost": "7"}]
    (newer,) = load(payer, [write_csv(tmp_path / "b.csv", whole)], execution="run-2")
    assert current(organization) == [("Payer", "run-2")]
    assert (
        "That of Finance share came to 2.5 USD with usage to 2026-10-05, and this one comes to 7 USD with usage to "
        "2026-10-08; what only Finance share had, of b, is not on it." in newer.message
    )


def test_a_payers_bill_counts_though_a_member_had_another_payer_and_says_which_days_it_lacks(
    organization, payer_and_member, tmp_path
):
    (payer, _), (member, _) = payer_and_member  # noqa: F811
    own = [{"SubAccountId": "a", "BillingAccountId": "a"}, {"SubAccountId": "a"}]
    load(member, [write_csv(tmp_path / "a.csv", own)])
    (whole,) = load(payer, [write_csv(tmp_path / "b.csv", accounts("a", "b", "c"))], execution="run-2")
    assert "Days of a that a paid are on the bill of Member alone, and are not counted." in whole.message
    (same,) = load(member, [write_csv(tmp_path / "c.csv", own)], execution="run-3")
    assert (same.id, charged(organization)) == (whole.id, {"a": ONE, "b": ONE, "c": ONE})
    assert same.message.count("Days of a that a paid are on the bill of Member alone") == 1


def test_one_bill_does_not_take_the_place_of_several_that_come_to_more(organization, payer_and_member, files, tmp_path):
    (payer, _), (member, _) = payer_and_member  # noqa: F811
    load(member, [write_csv(tmp_path / "a.csv", accounts("a"))], execution="run-1")
    load(files, [write_csv(tmp_path / "b.csv", accounts("b"))], execution="run-2")
    cheap = [one | {"BilledCost": "0.7"} for one in accounts("a", "b")]
    with pytest.raises(BillRefused, match=r"Payer comes to 1\.4 USD .* which has a, b too, to 2\.5 USD"):
        load(payer, [write_csv(tmp_path / "c.csv", cheap)], execution="run-3")
    assert charged(organization) == {"a": ONE, "b": ONE}


@pytest.mark.parametrize("is_payer_named_first", [True, False])
def test_the_same_account_counts_once_where_only_one_bill_names_who_pays(
    organization, payer_and_member, tmp_path, is_payer_named_first
):
    (payer, _), (other, _) = payer_and_member  # noqa: F811
    with_payer = write_csv(tmp_path / "a.csv", accounts("a", "b"))
    without = write_csv(tmp_path / "b.csv", [one | {"BillingAccountId": ""} for one in accounts("a")])
    first, second = (with_payer, without) if is_payer_named_first else (without, with_payer)
    load(payer, [first])
    nameless = "Member" if is_payer_named_first else "Payer"
    with pytest.raises(BillRefused, match=rf"BillingAccountId: .* for a too, and {nameless}'s does not name who pays"):
        load(other, [second], execution="run-2")
    assert current(organization) == [("Payer", "run-1")]


def test_bills_that_name_no_payer_count_once(organization, payer, files, tmp_path):  # noqa: F811
    nameless = [one | {"BillingAccountId": ""} for one in accounts("a")]
    load(payer, [write_csv(tmp_path / "a.csv", nameless)])
    load(files, [write_csv(tmp_path / "b.csv", [*nameless, nameless[0] | LATER])], execution="run-2")
    assert charged(organization) == {"a": 2 * ONE}


def test_files_of_another_bill_under_a_label_that_is_taken_push_nothing_out(organization, files, tmp_path):
    load(files, [write_csv(tmp_path / "a.csv", [{}])])
    other = [write_csv(tmp_path / "b.csv", [OTHER_ACCOUNT])]
    with pytest.raises(
        BillRefused, match=r"BillingAccountId: these files are of 555555555555, and Finance share holds"
    ):
        load(files, other, execution="run-2")
    assert current(organization) == [("Finance share", "run-1")]


@pytest.mark.parametrize(
    "values", [{"label": "Finance share"}, {"label": ""}, {"label": "An export's", "connection": True}],
    ids=["a label that is taken", "of nothing", "of both"],
)  # fmt: skip
def test_a_source_is_an_export_or_has_a_label_of_its_own(organization, payer, files, values):  # noqa: F811
    del files
    values = {**values, "connection": payer if values.get("connection") else None}
    with scope.organization(organization.id), pytest.raises(IntegrityError), transaction.atomic():
        BillSource.objects.create(created_at=AT, **values)


def test_the_bills_of_a_deleted_connection_stay_and_count(organization, payer, visitor, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", [{}, LATER])])
    with scope.organization(organization.id), acting_as("cf_web"):
        delete_connection(connection=payer, by="user_1", at=AT)
    assert current(organization) == [("Payer", "run-1")]
    assert "Payer" in text(visitor.get("/bills/"))
    with scope.organization(organization.id), acting_as("cf_worker"):
        assert coverage_of({"111111111111"})["111111111111"].billed_from.replace(day=1) == OCTOBER

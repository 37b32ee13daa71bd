"""What depends on a resource that is deleted, what becomes of it, and what more is saved once that is gone too."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest

from audits.evidence import Bill, DayCost
from connections.resources import Address, Image, Instance, Snapshot, Volume
from connections.resources.backups import RecoveryPoint
from connections.resources.scaling import AutoScalingGroup
from findings import relations, whole_proofs
from findings.dependents import Dependents, Further, dependents_of, further_of, place_of, priced
from findings.relation import GOES, KEPT, LEFT
from findings.relations import BadRelations
from tests.findings.rows import ACCOUNT, ADDRESS, BASE, IDLE, REGION, TODAY

INSTANCE = IDLE
DISK = Volume(
    resource_id="vol-5", name="data", volume_type="gp3", size_gib=10, state="in-use", attached_to=("i-1",),
    attached_states=("running",), **BASE,
)  # fmt: skip
ROOT = replace(DISK, resource_id="vol-6", is_deleted_with_instance=True, is_root=True)
HELD = replace(ADDRESS, associated_with="i-1")
COPY = Snapshot(
    resource_id=f"arn:aws:ec2:{REGION}:{ACCOUNT}:snapshot/snap-5", size_gib=10, state="completed", volume_id="vol-5",
    is_volume_present=True, image_ids=(), **BASE,
)  # fmt: skip
ROWS = {one.resource_id: UUID(int=number) for number, one in enumerate((INSTANCE, DISK, ROOT, HELD, COPY), start=1)}


class Around:
    """Some resources, and what depends on one of them."""

    def __init__(self, *things):
        self.things, self.known = {}, Dependents()
        for number, one in enumerate(things):
            row_id = ROWS.get(one.resource_id, UUID(int=99 + number))
            self.things[row_id] = one
            self.known.add(row_id, one)

    def of(self, thing):
        place = place_of(thing)
        return dependents_of(self.known.behind(place), things=self.things) if place else ()


def bills(costs, *, currency="USD"):
    """The bill of each resource: what it costs a day over 30 days; without a line for those that are not named."""

    def of(thing):
        day = costs.get(thing.resource_id)
        if day is None:
            return Bill(billed_from=TODAY - timedelta(days=30), billed_until=TODAY)
        lines = tuple(
            DayCost(
                charge_date=TODAY - timedelta(days=number), billing_currency=currency, billed_cost=Decimal(day),
                effective_cost=Decimal(day), list_cost=Decimal(day), contracted_cost=Decimal(day),
                charge_category="Usage",
            )
            for number in range(1, 31)
        )  # fmt: skip
        return Bill(lines=lines, billed_from=TODAY - timedelta(days=30), billed_until=TODAY)

    return of


def test_disks_and_addresses_of_a_machine_depend_on_it_and_the_copies_of_its_disks_behind_them():
    found = Around(INSTANCE, DISK, ROOT, HELD, COPY).of(INSTANCE)
    assert {one.thing.resource_id: one.fate for one in found} == {
        "vol-5": LEFT,
        "vol-6": GOES,
        HELD.resource_id: LEFT,
        COPY.resource_id: KEPT,
    }


@pytest.mark.parametrize(
    ("kept", "image_ids", "goes"),
    [
        ("snapshot/snap-5", (), True),
        ("snapshot/snap-6", (), False),
        ("image/ami-1", ("ami-1",), True),
        ("image/ami-1", ("ami-1", "ami-2"), False),
        ("image/ami-1", None, False),
    ],
)
def test_the_snapshots_that_a_backup_is_go_with_it(kept, image_ids, goes):
    point = RecoveryPoint(
        resource_id=f"arn:aws:ec2:{REGION}::{kept}", state="COMPLETED", vault_name="main", source="arn:s", **BASE
    )
    found = Around(point, replace(COPY, resource_id="snap-5", image_ids=image_ids)).of(point)
    assert [one.fate for one in found] == ([GOES] if goes else [])


def test_machines_of_a_group_go_with_it_and_their_disks_with_them():
    group = AutoScalingGroup(
        resource_id="web", name="web", state="", min_size=1, max_size=2, desired_count=1, instance_count=1, **BASE
    )
    member = replace(INSTANCE, autoscaling_group="web")
    found = Around(group, member, replace(INSTANCE, resource_id="i-9"), DISK, ROOT).of(group)
    assert {one.thing.resource_id: one.fate for one in found} == {"i-1": GOES, "vol-5": LEFT, "vol-6": GOES}
    assert Around(replace(group, resource_id="api"), member).of(replace(group, resource_id="api")) == ()


def test_snapshots_under_an_image_are_left_but_for_those_of_another_image_too():
    image = Image(resource_id="ami-1", state="available", snapshot_ids=("snap-5", "snap-6"), **BASE)
    under = replace(COPY, image_ids=("ami-1",))
    shared = replace(COPY, resource_id="snap-6", image_ids=("ami-1", "ami-2"))
    found = Around(image, under, shared, replace(COPY, resource_id="snap-7")).of(image)
    assert [(one.thing.resource_id, one.fate) for one in found] == [(COPY.resource_id, LEFT)]


@pytest.mark.parametrize(
    "other",
    [
        replace(DISK, attached_to=("i-1", "i-2"), attached_states=("running", "running")),
        replace(DISK, attached_to=("i-2",)),
        replace(DISK, attached_to=(), attached_states=()),
        replace(DISK, region="us-east-1"),
        replace(DISK, account_id="999999999999"),
        replace(HELD, associated_with="eni-1"),
        Image(resource_id="ami-1", state="available", snapshot_ids=("snap-5",), **BASE),
    ],
)
def test_what_is_shared_or_stands_elsewhere_does_not_depend_on_it(other):
    assert Around(INSTANCE, other).of(INSTANCE) == ()


def test_what_goes_and_what_is_left_saves_further_and_a_way_back_does_not():
    found = Around(INSTANCE, DISK, ROOT, HELD, COPY).of(INSTANCE)
    costs = {"vol-5": "1", "vol-6": "2", HELD.resource_id: "0.12", COPY.resource_id: "0.5"}
    further = further_of(priced(found, bill_of=bills(costs)), currency="USD", claimed={})
    assert further.monthly == Decimal("3.12") * Decimal("30.4375")
    assert (further.currency, further.unknown) == ("USD", 0)
    by_id = {part["id"]: part for part in further.parts}
    assert by_id[COPY.resource_id]["monthly_cost"] == Decimal("0.5") * Decimal("30.4375")
    assert by_id[COPY.resource_id]["further"] is None


def test_what_findings_of_its_own_count_is_not_counted_again():
    found = Around(INSTANCE, DISK, ROOT).of(INSTANCE)
    claimed = {(ROWS["vol-5"], "USD"): Decimal("30.4375"), (ROWS["vol-6"], "USD"): Decimal("10.4375")}
    further = further_of(priced(found, bill_of=bills({"vol-5": "1", "vol-6": "2"})), currency="USD", claimed=claimed)
    assert [part["further"] for part in further.parts] == [0, Decimal("50.4375")]
    assert further.monthly == Decimal("50.4375")


def test_what_they_count_in_another_currency_is_not_taken_off():
    found = Around(INSTANCE, DISK).of(INSTANCE)
    claimed = {(ROWS["vol-5"], "EUR"): Decimal(20)}
    further = further_of(priced(found, bill_of=bills({"vol-5": "1"})), currency="USD", claimed=claimed)
    assert further.monthly == Decimal("30.4375")


def test_a_claim_larger_than_the_cost_never_makes_it_negative():
    found = Around(INSTANCE, DISK).of(INSTANCE)
    further = further_of(
        priced(found, bill_of=bills({"vol-5": "1"})), currency="USD", claimed={(ROWS["vol-5"], "USD"): Decimal(99)}
    )
    assert further.monthly == 0


def test_without_a_known_price_nothing_is_invented():
    odd = replace(DISK, volume_type="gp9")
    further = further_of(priced(Around(INSTANCE, odd).of(INSTANCE), bill_of=bills({})), currency="USD", claimed={})
    assert (further.monthly, further.currency, further.unknown) == (None, "", 1)


def test_two_currencies_are_never_added():
    found = Around(INSTANCE, DISK).of(INSTANCE)
    further = further_of(priced(found, bill_of=bills({"vol-5": "1"}, currency="EUR")), currency="USD", claimed={})
    assert (further.monthly, further.unknown) == (None, 1)


def test_a_finding_without_a_figure_takes_the_currency_of_what_depends_on_it():
    found = Around(INSTANCE, DISK).of(INSTANCE)
    further = further_of(priced(found, bill_of=bills({"vol-5": "1"}, currency="EUR")), currency="", claimed={})
    assert (further.monthly, further.currency) == (Decimal("30.4375"), "EUR")


def test_nothing_depends_on_a_resource_of_a_kind_that_is_no_parent():
    assert Around(COPY).of(COPY) == ()
    assert further_of((), currency="USD", claimed={}).monthly is None


def test_each_relation_has_words_for_every_fate_that_it_can_have():
    assert {(one.parent, one.child) for one in relations.find()} >= {(Instance, Volume), (Instance, Address)}
    for one in relations.find():
        assert one.words
        assert set(one.words) <= {GOES, LEFT, KEPT}
        assert all(text.endswith(".") for text in one.words.values())


def test_a_file_without_relations_is_refused(tmp_path, monkeypatch):
    (tmp_path / "planted.py").write_text("RELATIONS = ('none',)")
    monkeypatch.setattr(relations, "__path__", [str(tmp_path)])
    with pytest.raises(BadRelations, match="planted"):
        relations.find()


@pytest.mark.parametrize(("absorbed_by", "monthly"), [("", Decimal("30.4375")), ("aws_y", None)])
def test_a_finding_whose_saving_another_one_holds_adds_no_dependents(absorbed_by, monthly, monkeypatch):
    known = Around(INSTANCE, DISK)
    behind = {ROWS["i-1"]: known.known.behind(place_of(INSTANCE))}
    monkeypatch.setattr(whole_proofs, "things_of", lambda row_ids: {one: known.things[one] for one in row_ids})
    monkeypatch.setattr(whole_proofs, "bills_of", lambda *_, **__: SimpleNamespace(of=bills({"vol-5": "1"})))
    monkeypatch.setattr(whole_proofs, "claimed_by_row", lambda _: {})
    finding = SimpleNamespace(absorbed_by=absorbed_by, currency="USD")
    further = whole_proofs._further(behind, {ROWS["i-1"]: finding}, rates=None)
    assert further.get(ROWS["i-1"], Further()).monthly == monthly

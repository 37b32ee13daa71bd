"""For the use of what nothing is to be bought: what is wasteful or may be, and what belongs to it."""

from __future__ import annotations

import dataclasses
from itertools import chain

import pytest

from audits.models import Resource
from connections.resources.containers import ContainerCluster
from connections.resources.kubernetes import NodeGroup
from connections.resources.scaling import AutoScalingGroup
from findings import registry
from findings.evaluate import Judgement
from findings.evidence_from_rows import pages_of, sight_of
from findings.left_to_buy_for import LeftToBuyFor
from findings.models import Finding
from findings.operations import judge, price_again
from findings.rule import ALL, Fine, Unknown, Waste
from findings.whole import nothing_yet
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import AT, BASE, DAY, IDLE, REGION, UNATTACHED, judged_audit, make_audit, make_connection, see

GROUP = AutoScalingGroup(
    resource_id="web", name="web", state="", min_size=1, max_size=2, desired_count=1, instance_count=1,
    instance_types=("m7g.large",), zones=(f"{REGION}a",), **BASE,
)  # fmt: skip
CLUSTER = ContainerCluster(
    resource_id="jobs", name="jobs", state="ACTIVE", running_tasks=0, machine_count=1,
    machines_since_at=AT - 90 * DAY, **BASE,
)  # fmt: skip
NODES = NodeGroup(
    resource_id="nodes", name="nodes", state="ACTIVE", cluster_name="shop", capacity="ON_DEMAND",
    image_type="AL2023_x86_64_STANDARD", instance_types=("m4.large",), desired_count=1, **BASE,
)  # fmt: skip
IN_NODES = {"eks:cluster-name": "shop", "eks:nodegroup-name": "nodes"}


@pytest.fixture
def shop(organization):
    """A connection of Northwind, with the worker at work."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            yield shop


@pytest.mark.parametrize(
    ("parent", "member", "is_member"),
    [
        (GROUP, {"autoscaling_group": "web"}, True),
        (GROUP, {"autoscaling_group": "other"}, False),
        (CLUSTER, {"autoscaling_group": "jobs-group"}, True),
        (CLUSTER, {}, False),
        (CLUSTER, {"autoscaling_group": "eks-nodes", "tags": IN_NODES}, False),
        (NODES, {"autoscaling_group": "eks-nodes", "tags": IN_NODES}, True),
        (NODES, {"tags": {**IN_NODES, "eks:nodegroup-name": "others"}}, False),
    ],
)
@pytest.mark.parametrize("is_seen", [True, False])
def test_nothing_is_bought_for_a_member_of_what_has_a_finding(shop, parent, member, is_member, is_seen):
    audit = make_audit(shop)
    (row,) = see(audit, parent)
    (machine,) = see(audit, dataclasses.replace(IDLE, **member))
    whole = nothing_yet(audit=audit)
    for one in chain(*pages_of(audit=audit, sight=sight_of(audit=audit))):
        if is_seen or one.row_id == machine.id:
            whole.take_in(one.row_id, one.evidence.thing)
    assert whole.left.kept_out([row.id]) == {row.id} | ({machine.id} if is_member else set())


@pytest.mark.parametrize(
    ("verdict", "is_kept_out"), [(Fine(), False), (Unknown("its state"), True), (Waste(saves=ALL, because="."), True)]
)
def test_nothing_is_bought_for_what_is_wasteful_or_may_be(shop, verdict, is_kept_out):
    audit = make_audit(shop)
    (row,) = see(audit, UNATTACHED)
    ((seen,),) = pages_of(audit=audit, sight=sight_of(audit=audit))
    rule = registry.rule("aws_ebs_volume_unattached")
    whole = nothing_yet(audit=audit)
    whole.take_in_judgements([(row.id, Judgement(rule=rule, evidence=seen.evidence, verdict=verdict))])
    assert whole.left.kept_out([]) == ({row.id} if is_kept_out else set())
    assert whole.left.kept_out([row.id]) == {row.id}


@pytest.mark.parametrize(("again", "state"), [(judge, "RESOLVED"), (price_again, "OPEN")])
def test_a_finding_that_may_not_close_now_keeps_its_resource_out(shop, monkeypatch, again, state):
    audit = judged_audit(shop, UNATTACHED)
    see(audit, dataclasses.replace(UNATTACHED, detached_at=AT))
    asked = []
    monkeypatch.setattr(LeftToBuyFor, "kept_out", lambda _, rows: asked.extend(rows) or frozenset())
    again(**({"audit": audit} if again is judge else {"connection_id": shop.id}), at=AT)
    assert asked == ([] if state == "RESOLVED" else [Resource.objects.get().id])
    assert Finding.objects.get().state == state

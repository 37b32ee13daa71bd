"""Machines of a cluster of EMR depend on it, with all that depends on them; so do instances of a cluster of RDS."""

from __future__ import annotations

from dataclasses import replace

from connections.resources import Database, Volume
from connections.resources.databases import DatabaseCluster
from connections.resources.emr_clusters import EmrCluster
from findings.relation import GOES
from tests.findings.rows import ACCOUNT, BASE, IDLE, REGION
from tests.findings.test_dependents import Around

CLUSTER = EmrCluster(
    resource_id=f"arn:aws:elasticmapreduce:{REGION}:{ACCOUNT}:cluster/j-0123456789ABC", state="WAITING", **BASE
)
NODE = replace(IDLE, resource_id="i-7", tags={"aws:elasticmapreduce:job-flow-id": "j-0123456789ABC"})
DISK = Volume(
    resource_id="vol-7", volume_type="gp3", size_gib=64, state="in-use", attached_to=("i-7",),
    attached_states=("running",), is_deleted_with_instance=True, **BASE,
)  # fmt: skip
ELSEWHERE = replace(NODE, resource_id="i-8", tags={"aws:elasticmapreduce:job-flow-id": "j-999"})


def test_its_machines_and_their_disks_go_with_a_cluster_and_those_of_another_do_not():
    known = Around(CLUSTER, NODE, DISK, ELSEWHERE, IDLE)
    assert {one.thing.resource_id: one.fate for one in known.of(CLUSTER)} == {"i-7": GOES, "vol-7": GOES}


AURORA = DatabaseCluster(
    resource_id=f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:cluster-abc", state="available", engine="aurora-mysql",
    stable_id="cluster-ABC", **BASE,
)  # fmt: skip
MEMBER = Database(
    resource_id=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders-1", state="available", instance_class="db.r6g.large",
    engine="aurora-mysql", storage_gib=1, cluster_id="orders", cluster_key="cluster-abc", **BASE,
)  # fmt: skip
OTHERS = (
    replace(MEMBER, resource_id="arn:other", cluster_id="stock", cluster_key="cluster-def"),
    replace(MEMBER, resource_id="arn:alone", cluster_id=None, cluster_key=""),
)


def test_the_instances_of_a_cluster_of_rds_go_before_it_and_those_of_another_do_not():
    known = Around(AURORA, MEMBER, *OTHERS)
    assert {one.thing.resource_id: one.fate for one in known.of(AURORA)} == {MEMBER.resource_id: GOES}
    assert known.of(MEMBER) == ()

"""Every trap by a table: what is caught, what is ruled out, and what could not be looked for."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audits.billed import BilledCommitment, BilledResource
from audits.evidence import Bill, Evidence, Usage
from connections.resources import Address, Image, Instance, LoadBalancer, Snapshot, Volume
from connections.resources.classic_balancers import ClassicLoadBalancer
from connections.resources.databases import DatabaseSnapshot
from findings import traps
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL, STAGES, Fine, Rule, Unknown, Waste
from findings.trap import FINE, LOWER, Caught, Clear, Unchecked
from tests.findings.evidence import ACCOUNT, TODAY, ago, line

TRAPS = {trap.id: trap for trap in traps.find()}
OLD = {**ACCOUNT, "created_at": ago(200)}
INSTANCE = Instance(**OLD, resource_id="i-1", name="web", state="running", instance_type="m5.large")
VOLUME = Volume(**OLD, resource_id="vol-1", volume_type="gp3", size_gib=8, state="available")
IMAGE = Image(**ACCOUNT, resource_id="ami-1", created_at=ago(300), state="available", snapshot_ids=("snap-1",))
SNAPSHOT = Snapshot(
    **OLD, resource_id="snap-1", size_gib=8, state="completed", volume_id="vol-1", is_volume_present=False, image_ids=()
)
COPY = DatabaseSnapshot(
    **OLD, resource_id="arn:aws:rds:us-east-1:111122223333:snapshot:s", state="available", snapshot_of="db",
    source_name="shop", engine="mysql", size_gib=8,
)  # fmt: skip
BALANCER = LoadBalancer(**OLD, resource_id="arn:lb", balancer_type="application", state="active")
CLASSIC = ClassicLoadBalancer(**OLD, resource_id="web", instance_count=0)
ADDRESS = Address(**ACCOUNT, resource_id="eipalloc-1", public_ip="192.0.2.1")
BILLED = BilledResource(
    **ACCOUNT, resource_id="vol-1", provider_name="AWS", service_name="EC2", charges=(),
    first=TODAY - timedelta(days=40), until=TODAY,
)  # fmt: skip


def tagged(thing, **tags):
    return replace(thing, tags={key.replace("__", ":"): value for key, value in tags.items()})


def charged(days, *, known=40, **more):
    lines = tuple(line(TODAY - timedelta(days=back), "1", **more) for back in range(days, 0, -1))
    return replace(BILLED, charges=lines, first=TODAY - timedelta(days=known))


def seen(trap_id, thing, *, stage="DELETE", **known):
    evidence = Evidence(thing=thing, usage=Usage(until=TODAY), bill=Bill(), **known)
    return TRAPS[trap_id].seen(evidence, stage=stage)


@pytest.mark.parametrize(
    ("trap_id", "thing", "found"),
    [
        ("keep_tag", VOLUME, Clear),
        ("keep_tag", tagged(VOLUME, Keep="true"), Caught),
        ("keep_tag", tagged(VOLUME, keep=""), Caught),
        ("keep_tag", tagged(VOLUME, Do_Not_Delete="yes"), Caught),
        ("keep_tag", tagged(VOLUME, retain="90d"), Caught),
        ("keep_tag", tagged(VOLUME, costframe__keep="audit"), Caught),
        ("keep_tag", tagged(VOLUME, keep="false"), Clear),
        ("keep_tag", tagged(VOLUME, keep="2026-07-20"), Caught),
        ("keep_tag", tagged(VOLUME, keep="2026-07-19"), Clear),
        ("keep_tag", tagged(VOLUME, keep="2026-13-01"), Caught),
        ("keep_tag", tagged(VOLUME, keepalive="true", note="keep"), Clear),
        ("keep_tag", BILLED, Unchecked),
        ("cluster_node", INSTANCE, Clear),
        ("cluster_node", tagged(INSTANCE, aws__elasticmapreduce__job_flow_id="j-1"), Clear),
        ("cluster_node", replace(INSTANCE, tags={"aws:elasticmapreduce:job-flow-id": "j-1"}), Caught),
        ("cluster_node", VOLUME, type(None)),
        ("auto_scaling", INSTANCE, Clear),
        ("auto_scaling", replace(INSTANCE, autoscaling_group="web"), Caught),
        ("auto_scaling", VOLUME, Clear),
        ("auto_scaling", replace(VOLUME, attached_to=("i-1",), autoscaling_groups=("web",)), Caught),
        ("auto_scaling", replace(VOLUME, attached_to=("i-1",), attached_states=None), Unchecked),
        ("run_by_service", INSTANCE, Clear),
        ("run_by_service", replace(INSTANCE, operator="eks.amazonaws.com"), Caught),
        ("run_by_service", VOLUME, Clear),
        ("run_by_service", replace(VOLUME, operator="eks.amazonaws.com"), Caught),
        ("run_by_service", SNAPSHOT, type(None)),
        ("run_by_service", charged(20, usage_type="EUC1-BoxUsage:m5.large"), type(None)),
        ("snapshot_lock", SNAPSHOT, Unchecked),
        ("snapshot_lock", replace(SNAPSHOT, is_locked=False), Clear),
        ("snapshot_lock", replace(SNAPSHOT, is_locked=True), Caught),
        ("snapshot_lock", VOLUME, type(None)),
        ("snapshot_lock", charged(20, usage_type="EBS:SnapshotUsage"), Unchecked),
        ("backup", SNAPSHOT, Clear),
        ("backup", replace(SNAPSHOT, managed_by="backup"), Caught),
        ("backup", replace(SNAPSHOT, managed_by="dlm"), Caught),
        ("backup", replace(SNAPSHOT, managed_by="drs"), Caught),
        ("backup", replace(IMAGE, managed_by="backup"), Caught),
        ("backup", IMAGE, Clear),
        ("backup", COPY, Clear),
        ("backup", replace(COPY, managed_by="backup"), Caught),
        ("backup", VOLUME, type(None)),
        ("auto_scaling", charged(20, usage_type="EUC1-BoxUsage:m5.large"), Unchecked),
        ("auto_scaling", charged(20, usage_type="EUC1-EBS:VolumeUsage.gp3"), type(None)),
        ("kubernetes_volume", charged(20, usage_type="EUC1-EBS:VolumeUsage.gp3"), Unchecked),
        ("backup", charged(20, usage_type="EBS:SnapshotUsage"), Unchecked),
        ("machine_image", charged(20, usage_type="EBS:SnapshotUsage"), Unchecked),
        ("machine_image", SNAPSHOT, Clear),
        ("machine_image", replace(SNAPSHOT, image_ids=("ami-1",)), Caught),
        ("machine_image", replace(SNAPSHOT, image_ids=None), Unchecked),
        ("machine_image", INSTANCE, type(None)),
        ("launch_template", IMAGE, Unchecked),
        ("launch_template", replace(IMAGE, has_launch_templates=True), Unchecked),
        ("launch_template", replace(IMAGE, has_launch_templates=False), Clear),
        ("launch_template", SNAPSHOT, type(None)),
        ("launch_template", charged(20, usage_type="EBS:SnapshotUsage"), type(None)),
        ("kubernetes_volume", VOLUME, Clear),
        ("kubernetes_volume", replace(VOLUME, tags={"kubernetes.io/created-for/pvc/name": "data"}), Caught),
        ("kubernetes_volume", replace(VOLUME, tags={"CSIVolumeName": "pvc-1"}), Caught),
        ("kubernetes_volume", replace(VOLUME, tags={"kubernetes.io/cluster/shop": "owned"}), Clear),
        ("kubernetes_volume", SNAPSHOT, Clear),
        ("kubernetes_volume", replace(SNAPSHOT, tags={"CSIVolumeSnapshotName": "snapshot-1"}), Caught),
        ("kubernetes_volume", replace(SNAPSHOT, tags={"CSIVolumeName": "pvc-1"}), Clear),
        ("kubernetes_volume", charged(20, usage_type="EBS:SnapshotUsage"), Unchecked),
        ("kubernetes_volume", INSTANCE, type(None)),
        ("managed_balancer", BALANCER, Clear),
        ("managed_balancer", replace(BALANCER, tags={"elbv2.k8s.aws/cluster": "shop"}), Caught),
        ("managed_balancer", replace(BALANCER, tags={"ingress.k8s.aws/stack": "shop/web"}), Caught),
        ("managed_balancer", replace(BALANCER, tags={"service.k8s.aws/stack": "shop/web"}), Caught),
        ("managed_balancer", replace(CLASSIC, tags={"kubernetes.io/cluster/shop": "owned"}), Caught),
        ("managed_balancer", replace(CLASSIC, tags={"kubernetes.io/service-name": "shop/web"}), Caught),
        ("managed_balancer", tagged(CLASSIC, elasticbeanstalk__environment_name="shop"), Caught),
        ("managed_balancer", replace(BALANCER, tags={"made-for": "kubernetes.io/cluster/shop"}), Clear),
        ("managed_balancer", INSTANCE, type(None)),
        ("managed_balancer", charged(20, usage_type="EUC1-LoadBalancerUsage"), Unchecked),
        ("disaster_recovery", INSTANCE, Clear),
        ("disaster_recovery", replace(INSTANCE, name="shop-DR-1"), Caught),
        ("disaster_recovery", replace(INSTANCE, name="drive-1"), Clear),
        ("disaster_recovery", tagged(INSTANCE, purpose="warm standby"), Caught),
        ("disaster_recovery", tagged(INSTANCE, dr="true"), Caught),
        ("disaster_recovery", tagged(INSTANCE, dr="false"), Clear),
        ("recent_launch", INSTANCE, Clear),
        ("recent_launch", replace(INSTANCE, created_at=ago(14)), Clear),
        ("recent_launch", replace(INSTANCE, created_at=ago(13.9)), Caught),
        ("recent_launch", replace(INSTANCE, launched_at=ago(2)), Caught),
        ("recent_launch", ADDRESS, Unchecked),
        ("recent_launch", SNAPSHOT, type(None)),
        ("recent_launch", charged(14), Clear),
        ("recent_launch", charged(13), Caught),
        ("recent_launch", charged(10, known=10), Unchecked),
    ],
)
def test_a_trap_sees(trap_id, thing, found):
    looked = seen(trap_id, thing)
    assert type(looked) is found
    if looked is not None:
        assert looked.because.endswith(".")


def test_every_file_is_a_trap_with_its_effect():
    files = {path.stem for path in (Path(traps.__file__).parent).glob("*.py")} - {"__init__"}
    assert set(TRAPS) == files
    assert {trap.id for trap in TRAPS.values() if trap.effect == FINE} == {
        *("keep_tag", "auto_scaling", "backup", "cluster_node", "machine_image", "run_by_service", "snapshot_lock"),
    }  # fmt: skip
    assert {trap.effect for trap in TRAPS.values()} == {FINE, LOWER}
    assert all(trap.title and trap.stages <= set(STAGES) for trap in TRAPS.values())
    assert {trap.id for trap in TRAPS.values() if bool(trap.kinds) != bool(trap.meters)} == {
        "launch_template",  # an image stands on no bill, only the snapshots under it
        "run_by_service",  # a bill charges a machine or a disk alike, whoever runs it
    }, "what a bill calls its kinds"


@pytest.mark.parametrize(
    "trap_id", ["keep_tag", "backup", "cluster_node", "kubernetes_volume", "managed_balancer", "disaster_recovery"]
)
def test_a_tag_that_was_not_read_rules_nothing_out_and_one_that_was_still_counts(trap_id):
    things = {"backup": SNAPSHOT, "cluster_node": INSTANCE, "managed_balancer": BALANCER}
    thing = things.get(trap_id, VOLUME)
    assert isinstance(seen(trap_id, thing, are_tags_read=False), Unchecked)
    assert isinstance(seen("keep_tag", tagged(thing, keep="yes"), are_tags_read=False), Caught)


def test_images_that_a_gap_hides_rule_nothing_out():
    assert isinstance(seen("machine_image", SNAPSHOT, gapped_kinds=frozenset({"image"})), Unchecked)
    found = seen("machine_image", replace(SNAPSHOT, image_ids=("ami-1",)), gapped_kinds=frozenset({"image"}))
    assert isinstance(found, Caught)


def test_a_load_balancer_of_a_controller_says_what_is_to_be_deleted_instead():
    made = replace(BALANCER, tags={"elbv2.k8s.aws/cluster": "shop"})
    assert seen("managed_balancer", made).because == (
        "Made by Kubernetes: delete the Ingress or Service instead, else its controller makes it again."
    )
    made = tagged(CLASSIC, elasticbeanstalk__environment_name="shop")
    assert seen("managed_balancer", made).because == (
        "Made by Elastic Beanstalk: end the environment instead, or change it to a single instance."
    )


def test_what_is_only_made_cheaper_is_in_no_trap_but_that_of_a_service_which_alone_may_change_it():
    of_price = TRAPS.keys() - {"run_by_service"}
    assert {seen(trap_id, tagged(VOLUME, keep="yes"), stage="PRICE") for trap_id in of_price} == {None}
    assert isinstance(seen("run_by_service", VOLUME, stage="PRICE"), Clear)
    assert seen("keep_tag", INSTANCE, stage="SHRINK") is None
    assert isinstance(seen("auto_scaling", INSTANCE, stage="SHRINK"), Clear)


def test_a_commitment_on_a_bill_is_in_no_trap():
    plan = BilledCommitment(
        **ACCOUNT, resource_id="sp-1", provider_name="AWS", service_name="", charges=(), first=ago(40).date(),
        until=TODAY,
    )  # fmt: skip
    assert {seen(trap_id, plan) for trap_id in TRAPS} == {None}


def judged(thing, verdict, *, stage="DELETE", **known):
    planted = Rule(
        id="aws_planted", title="Planted", looks_at=type(thing), settings={}, action="None.", docs="https://",
        judge=lambda _: verdict, stage=stage,
    )  # fmt: skip
    evidence = Evidence(thing=thing, usage=Usage(until=TODAY), bill=Bill(), **known)
    return next(iter(evaluate([evidence], [planted], {})))


WASTE = Waste(saves=ALL, because="Idle.")


def test_what_a_service_runs_is_left_alone_whatever_is_asked_of_it():
    found = {judged(replace(VOLUME, operator="eks.amazonaws.com"), WASTE, stage=stage).verdict for stage in STAGES}
    assert found == {Fine("Run by eks.amazonaws.com, which alone may change it.")}


def test_a_lock_says_until_when_it_holds():
    locked = replace(SNAPSHOT, is_locked=True, lock_ends_at=ago(-40))
    assert judged(locked, WASTE).verdict == Fine(
        f"Locked until {ago(-40):%Y-%m-%d}: nobody can delete it while that lasts."
    )


@pytest.mark.parametrize("verdict", [WASTE, Unknown("its use")])
def test_a_trap_makes_the_verdict_fine_and_says_why(verdict):
    found = judged(tagged(VOLUME, keep="yes"), verdict)
    assert found.verdict == Fine("Its tag keep (yes) asks to keep it.")
    assert judged(tagged(VOLUME, keep="yes"), verdict, stage="PRICE").verdict == verdict


def test_a_trap_that_only_lowers_leaves_the_verdict_and_is_kept_with_it():
    found = judged(replace(INSTANCE, name="dr-1"), WASTE)
    assert found.verdict == WASTE
    caught = [one.trap.id for one in found.traps if isinstance(one.found, Caught)]
    assert caught == ["disaster_recovery"]


def test_what_is_no_waste_keeps_no_traps():
    assert judged(INSTANCE, Fine()).traps == judged(INSTANCE, Unknown("its use")).traps == ()


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"managed_by": "dlm"}, "Kept by Data Lifecycle Manager, which deletes it by its own plan."),
        ({"image_ids": ("ami-1",), "managed_by": "ami"}, "The image ami-1 stands on it."),
    ],
)
@pytest.mark.parametrize("rule_id", ["aws_ebs_snapshot_old", "aws_ebs_snapshot_orphaned"])
def test_rules_of_snapshots_say_what_the_traps_say(rule_id, changed, because):
    one = rule(rule_id)
    assert one.ask(replace(SNAPSHOT, **changed), usage=None, settings={}) == Fine(because)

"""Machines, and the disks, copies and addresses that depend on them."""

from __future__ import annotations

from connections.resources import Address, Image, Instance, Snapshot, Volume
from connections.resources.addresses import GivenAddress
from connections.resources.scaling import AutoScalingGroup
from findings.relation import GOES, KEPT, LEFT, Relation

RELATIONS = (
    Relation(
        parent=Instance,
        child=Volume,
        parents=lambda volume: volume.attached_to,
        fate=lambda volume: GOES if volume.is_deleted_with_instance else LEFT,
        words={
            GOES: "Deleted with the instance.",
            LEFT: "Stays, and is charged on, until it is deleted.",
        },
    ),
    Relation(
        parent=Instance,
        child=Address,
        parents=lambda address: (address.associated_with,) if address.associated_with else (),
        fate=lambda _: LEFT,
        words={LEFT: "Is free then, and charged on, until it is released."},
    ),
    Relation(
        parent=Instance,
        child=GivenAddress,
        parents=lambda address: (address.instance_id,) if address.instance_id else (),
        fate=lambda _: GOES,
        words={GOES: "Goes back to AWS with the instance."},
    ),
    Relation(
        parent=Volume,
        child=Snapshot,
        parents=lambda snapshot: (snapshot.volume_id,) if snapshot.volume_id else (),
        fate=lambda _: KEPT,
        words={KEPT: "Stays, as a way back, and is charged on."},
    ),
    Relation(
        parent=Image,
        child=Snapshot,
        parents=lambda snapshot: snapshot.image_ids or (),
        fate=lambda _: LEFT,
        words={LEFT: "Stays, and is charged on, until it is deleted."},
    ),
    Relation(
        parent=AutoScalingGroup,
        child=Instance,
        parents=lambda instance: (instance.autoscaling_group,) if instance.autoscaling_group else (),
        fate=lambda _: GOES,
        words={GOES: "Terminated when the group is scaled to nothing."},
    ),
)

"""For the use of which resources nothing is to be bought: what a finding may take away, by itself or with its group."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from connections.resources import Instance
from connections.resources.containers import ContainerCluster
from connections.resources.kubernetes import NodeGroup
from findings.dependents import place_of
from findings.evidence_from_rows import PAGE, things_of
from findings.rule import STAGES, Unknown, Waste

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from connections.resources import Thing
    from findings.dependents import Dependents, Place
    from findings.evaluate import Judgement

NODE_GROUP_OF, CLUSTER_OF = "eks:nodegroup-name", "eks:cluster-name"  # tags that EKS sets
Group = tuple[str, ...]


class LeftToBuyFor:
    """Gathers, a resource at a time, the rows for whose use nothing is to be bought: with a finding that is open or
    opens now, or of which nobody can tell whether it is used at all; and whatever belongs to one of these, as a machine
    to its group. Of each ids alone are held.
    """

    def __init__(self, ties: Dependents) -> None:
        self._ties = ties
        self._out: set[UUID] = set()
        self._places: set[Place] = set()
        self._groups: set[Group] = set()
        self._machines: dict[Group, list[UUID]] = defaultdict(list)

    def take_in(self, row_id: UUID, thing: Thing) -> None:
        """Take in a resource as a member of what others may be."""
        if isinstance(thing, Instance):
            for group in _groups_of(thing):
                self._machines[group].append(row_id)

    def take_in_judgement(self, row_id: UUID, judgement: Judgement) -> None:
        """Take in what a rule said of a resource."""
        is_doubtful = isinstance(judgement.verdict, Unknown) and judgement.rule.stage == STAGES[0]
        if row_id not in self._out and (is_doubtful or isinstance(judgement.verdict, Waste)):
            self._keep_out(row_id, judgement.evidence.thing)

    def kept_out(self, with_findings: Iterable[UUID]) -> frozenset[UUID]:
        """All of them, once every resource was taken in; `with_findings` are the rows that have an open finding."""
        others = list(set(with_findings) - self._out)
        for start in range(0, len(others), PAGE):
            for row_id, thing in things_of(others[start : start + PAGE]).items():
                self._keep_out(row_id, thing)
        behind = (row_id for place in self._places for row_id in self._ties.behind(place))
        of_groups = (row_id for group in self._groups for row_id in self._machines.get(group, ()))
        return frozenset(chain(self._out, others, behind, of_groups))

    def _keep_out(self, row_id: UUID, thing: Thing) -> None:
        self._out.add(row_id)
        if (place := place_of(thing)) is not None:
            self._places.add(place)
        if isinstance(thing, ContainerCluster):
            self._groups.add(_place(thing))
        elif isinstance(thing, NodeGroup):
            self._groups.add((*_place(thing), thing.cluster_name, thing.name))


def _groups_of(machine: Instance) -> Iterator[Group]:
    """ECS does not say which machines are a cluster's: any that a group keeps running there may be."""
    if machine.autoscaling_group and CLUSTER_OF not in machine.tags:
        yield _place(machine)
    if NODE_GROUP_OF in machine.tags:
        yield (*_place(machine), machine.tags.get(CLUSTER_OF, ""), machine.tags[NODE_GROUP_OF])


def _place(thing: Thing) -> Group:
    return thing.account_id, thing.region

"""For the use of which resources nothing is to be bought: what a finding may take away, by itself or with its group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.models import Resource
from audits.things import from_data
from connections.resources import KINDS, Instance
from connections.resources.containers import ContainerCluster
from connections.resources.kubernetes import NodeGroup
from findings.dependents import Dependents
from findings.models import Finding
from findings.rule import STAGES, Fine, Unknown, Waste

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from connections.resources import Thing
    from findings.claims import Key
    from findings.evaluate import Judgement
    from findings.evidence_from_rows import Seen
    from findings.rule import Rule

NODE_GROUP_OF, CLUSTER_OF = "eks:nodegroup-name", "eks:cluster-name"  # tags that EKS sets


def not_worth_a_commitment(
    judgements: Iterable[tuple[UUID, Judgement]],
    findings: Mapping[Key, Finding],
    *,
    seen: Sequence[Seen],
    may_close: Callable[[Rule], bool],
) -> frozenset[UUID]:
    """The rows for whose use nothing is to be bought: with a finding that is open or opens now, or of which nobody can
    tell whether it is used at all; and whatever belongs to one of these, as a machine to its group.

    `may_close` says of which rules a Fine closes a finding now.
    """
    open_rows = {key: key[0] for key, finding in findings.items() if finding.state == Finding.State.OPEN}
    found = set()
    for row_id, judgement in judgements:
        is_doubtful = isinstance(judgement.verdict, Unknown) and judgement.rule.stage == STAGES[0]
        if is_doubtful or isinstance(judgement.verdict, Waste):
            found.add(row_id)
        elif isinstance(judgement.verdict, Fine) and may_close(judgement.rule):
            open_rows.pop((row_id, judgement.rule.id), None)
    found.update(open_rows.values())
    return frozenset(found.union(_members([*_things(found, seen)], seen)))


def _things(row_ids: set[UUID], seen: Sequence[Seen]) -> Iterator[Thing]:
    """Those of these rows, also where this audit could not see them."""
    yield from (one.evidence.thing for one in seen if one.row_id in row_ids)
    hidden = row_ids.difference(one.row_id for one in seen)
    if hidden:
        rows = Resource.objects.filter(id__in=hidden, kind__in=KINDS)
        yield from (from_data(kind, data) for kind, data in rows.values_list("kind", "data"))


def _members(parents: Iterable[Thing], seen: Sequence[Seen]) -> Iterator[UUID]:
    around = Dependents((one.row_id, one.evidence.thing) for one in seen)
    groups = set()
    for thing in parents:
        yield from (one.row_id for one in around.of(thing))
        if isinstance(thing, ContainerCluster):
            groups.add(_place(thing))
        elif isinstance(thing, NodeGroup):
            groups.add((*_place(thing), thing.cluster_name, thing.name))
    for one in seen:
        if isinstance(machine := one.evidence.thing, Instance) and not groups.isdisjoint(_groups_of(machine)):
            yield one.row_id


def _groups_of(machine: Instance) -> Iterator[tuple[str, ...]]:
    """ECS does not say which machines are a cluster's: any that a group keeps running there may be."""
    if machine.autoscaling_group and CLUSTER_OF not in machine.tags:
        yield _place(machine)
    yield (*_place(machine), machine.tags.get(CLUSTER_OF, ""), machine.tags.get(NODE_GROUP_OF, ""))


def _place(thing: Thing) -> tuple[str, ...]:
    return thing.account_id, thing.region

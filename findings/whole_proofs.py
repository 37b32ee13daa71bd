"""What only the whole account tells of a finding: what depends on its resource, and which opinions are on it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import connection

from findings.claims import claimed_by_row
from findings.dependents import Further, dependents_of, further_of, priced
from findings.evidence_from_rows import bills_of, things_of
from findings.frozen import completed, hash_of
from findings.models import Finding
from findings.opinions import in_order, said
from findings.waste_rows import AT_ONCE
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from connections.resources import Thing
    from findings.evidence_from_rows import Rates
    from findings.relation import Relation
    from findings.whole import Whole

COMPLETE = """
update findings_finding
   set evidence = whole.evidence, evidence_hash = whole.evidence_hash,
       further_monthly_savings = whole.further, further_currency = whole.currency
  from jsonb_to_recordset(%s::jsonb)
       as whole (id uuid, evidence jsonb, evidence_hash text, further numeric, currency text)
 where findings_finding.organization_id = %s and findings_finding.id = whole.id
"""


def complete(whole: Whole, *, rates: Rates) -> None:
    """Freeze into the findings of this judging what the others tell of them, after all of them were written."""
    opinions_on: dict[UUID, list[UUID]] = defaultdict(list)
    for opinion_id, row_id in whole.heard.meant.about().items():
        opinions_on[row_id].append(opinion_id)
    for behind, heard in _some(whole, opinions_on):
        rows = Finding.objects.in_bulk(list(behind.keys() | heard.keys()))
        further = _further(behind, rows, rates=rates)
        opinions: Mapping[UUID, Any] = things_of([one for found in heard.values() for one in found])
        done = []
        for finding_id, finding in rows.items():
            more = further.get(finding_id, Further())
            beside = in_order(opinions[one] for one in heard.get(finding_id, ()) if one in opinions)
            evidence = completed(finding.evidence, further=more, opinions=_said(whole, finding, beside))
            done.append({
                "id": str(finding_id), "evidence": evidence, "evidence_hash": hash_of(evidence),
                "further": None if more.monthly is None else str(more.monthly), "currency": more.currency,
            })  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(COMPLETE, [json.dumps(done), scope.current()])


def _some(
    whole: Whole, opinions_on: Mapping[UUID, list[UUID]]
) -> Iterator[tuple[dict[UUID, dict[UUID, Relation]], dict[UUID, list[UUID]]]]:
    """So many findings at a time as memory is to hold, with what depends on each, by row, and the opinions on it."""
    behind: dict[UUID, dict[UUID, Relation]] = {}
    heard: dict[UUID, list[UUID]] = {}
    count = 0
    for finding_id in whole.places.keys() | whole.heard.ours.keys():
        place, (row_id, _) = whole.places.get(finding_id), whole.heard.ours.get(finding_id, (None, None))
        ties = whole.ties.behind(place) if place is not None else {}
        opinions = opinions_on.get(row_id, []) if row_id is not None else []
        if ties:
            behind[finding_id] = ties
        if opinions:
            heard[finding_id] = opinions
        count += (1 + len(ties) + len(opinions)) if ties or opinions else 0
        if count >= AT_ONCE:
            yield behind, heard
            behind, heard, count = {}, {}, 0
    if count:
        yield behind, heard


def _further(
    behind: Mapping[UUID, Mapping[UUID, Relation]], findings: Mapping[UUID, Finding], *, rates: Rates
) -> dict[UUID, Further]:
    """What its dependents add to each finding; nothing where another one on the same resource holds its saving."""
    counting = {key: found for key, found in behind.items() if not findings[key].absorbed_by}
    row_ids = list({row_id for found in counting.values() for row_id in found})
    things: dict[UUID, Thing] = things_of(row_ids)
    bills, claimed = bills_of(things.values(), rates=rates), claimed_by_row(row_ids)
    return {
        key: further_of(
            priced(dependents_of(found, things=things), bill_of=bills.of),
            currency=findings[key].currency,
            claimed=claimed,
        )
        for key, found in counting.items()
    }


def _said(whole: Whole, finding: Finding, opinions: list[Any]) -> list[dict[str, Any]]:
    """What others say of it beside what is left of our figure, once all that takes of it was judged."""
    if not opinions:
        return []
    _, ours = whole.heard.ours[finding.id]
    left = replace(ours, net=finding.estimated_monthly_savings, frees_commitment=finding.freed_commitment_monthly)
    return [said(one, left) for one in opinions]

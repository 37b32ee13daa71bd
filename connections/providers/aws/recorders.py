"""What AWS Config counts in each region of an account: types of resources and how many there are, and nothing of any.

It saves calls and nothing else. Whatever is missing, refused, young, off or unclear makes a region tell nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connections.provider import Record
from connections.providers.aws import calls, recorded
from connections.providers.aws.reader import THREADS, Reader
from connections.providers.aws.session import STS_REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from connections.providers.aws.reader import Listing
    from connections.providers.aws.session import AwsSession

# It has whatever recording needs. Another role may lack what a type needs, and then nothing of that type is counted.
OWN_ROLE = ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
SETTLED = timedelta(days=3)  # since when it must record: one that records once a day has been round twice by then
ALL, THESE = "ALL_SUPPORTED_RESOURCE_TYPES", "INCLUSION_BY_RESOURCE_TYPES"
BUT_THESE = "EXCLUSION_BY_RESOURCE_TYPES"


def read_records(session: AwsSession, *, regions: Sequence[str], at: datetime) -> dict[str, Record]:
    """What is recorded in each region in which AWS Config tells anything at `at`.

    One region is asked first: where that refuses, the others are not asked, since each refusal stands in the
    customer's own trail. No failure is a gap. Raises what the book raises between two calls.
    """
    known = sorted((region for region in regions if recorded.types_in(region)), key=lambda one: one != STS_REGION)
    readers = [Reader(session=session, region=region, service="config", at=at) for region in known]
    if not readers:
        return {}
    found = [_read(readers[0])]
    if not any(gap.reason == "REFUSED" for gap in readers[0].gaps):
        with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="aws") as pool:
            found += pool.map(_read, readers[1:])
    return {region: record for region, record in zip(known, found, strict=False) if record is not None}


def _read(reader: Reader) -> Record | None:
    """Each call only where the one before leaves something to tell."""
    recorders = reader.listing(calls.DESCRIBE_RECORDERS, result="ConfigurationRecorders", row=dict)
    recorder = own_recorder(recorders.rows)
    told_of = records(recorder, region=reader.region)
    if not told_of:
        return None
    states = reader.listing(calls.DESCRIBE_RECORDER_STATUS, result="ConfigurationRecordersStatus", row=dict)
    if not any(is_settled(recorder, status=one, at=reader.at) for one in states.rows):
        return None
    counts = reader.listing(
        calls.GET_RESOURCE_COUNTS, result="resourceCounts", row=lambda row: (str(row["resourceType"]), row.get("count"))
    )
    return record_of(counts, told_of=told_of)


def own_recorder(recorders: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The customer's own one, of which a region has one at most; empty where there is none.

    What a service keeps for itself, or for another cloud, counts what that service wants.
    """
    own = [
        one
        for one in recorders
        if not one.get("servicePrincipal") and not one.get("connectorArn") and one.get("recordingScope") != "INTERNAL"
    ]
    return own[0] if len(own) == 1 else {}


def records(recorder: Mapping[str, Any], *, region: str) -> frozenset[str]:
    """Of the types that are recorded in a region, those that this recorder records for certain."""
    group = recorder.get("recordingGroup", {})
    named = frozenset(group.get("resourceTypes", ()))
    strategy = group.get("recordingStrategy", {}).get("useOnly") or (ALL if group.get("allSupported") else THESE)
    possible = recorded.types_in(region) if recorder.get("roleARN", "").endswith(OWN_ROLE) else frozenset()
    if strategy == BUT_THESE:
        return possible - frozenset(group.get("exclusionByResourceTypes", {}).get("resourceTypes", ()))
    if strategy == ALL and group.get("allSupported"):
        return possible
    return possible & named if strategy == THESE else frozenset()


def is_settled(recorder: Mapping[str, Any], *, status: Mapping[str, Any], at: datetime) -> bool:
    """Whether a status is the recorder's and says that it records, has done so for days without a break, and last did
    so with success since it was started.
    """
    started_at, changed_at = status.get("lastStartTime"), status.get("lastStatusChangeTime")
    is_its = status.get("name") == recorder.get("name") and not status.get("servicePrincipal")
    last = str(status.get("lastStatus")).upper()
    does_well = status.get("recording") is True and last == "SUCCESS"
    if not is_its or not does_well or started_at is None or changed_at is None:
        return False
    return bool(started_at <= changed_at and started_at <= at - SETTLED)


def record_of(counts: Listing[tuple[str, int | None]], *, told_of: frozenset[str]) -> Record | None:
    """What types and their numbers say; None where not all were read, or there are none at all.

    None at all is what a recorder answers that is off or has not counted yet: a region has something by itself.
    """
    if not counts.rows or not counts.is_complete:
        return None
    return Record(told_of=told_of, standing=frozenset(name for name, count in counts.rows if count != 0))

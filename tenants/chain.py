"""The chain of an organisation's activity trail: what a seal is a hash of, and whether the chain holds.

What it proves and what not is said in docs/decisions/0040-the-trail-is-sealed-into-a-chain.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from tenants.models import Activity, ActivitySeal, UnsealedActivity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

VERSION = 1
LABEL = "costframe activity seal 1"
BEGINNING = "0" * 64  # what stands for the hash before the first position
BATCH = 2000
NOTED = re.compile(r"\s*(?P<position>[1-9][0-9]{0,17})\s*:\s*(?P<hash>[0-9a-f]{64})\s*")


class NotAHead(ValueError):
    """What was given is not a head as the trail's page shows it. Copy the whole of it: position, colon, hash."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """A position with its hash: whoever noted one can tell later whether anything up to it was changed."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a look at the chain came to.

    `head` and `sealed_at` are of the last position that holds. `broken` is a sentence that names the first position
    that does not, or what else is wrong; "" where all that was looked at holds. `is_whole`: the look reached the end.
    `waiting` lines are not sealed yet.
    """

    head: Head
    sealed_at: datetime | None
    broken: str
    is_whole: bool
    waiting: int


def link(*, previous: str, position: int, sealed_at: datetime, line: Activity) -> str:
    """The hash, in hex, that seals `line` at `position` after the hash `previous`.

    SHA-256 over texts in UTF-8, each led by its length in eight bytes, so that no two different lists of texts are
    the same bytes. Moments are UTC to the microsecond; the detail is JSON with sorted keys and no spaces.
    """
    texts = (
        LABEL,
        previous,
        str(position),
        _moment(sealed_at),
        str(line.organization_id),
        str(line.id),
        _moment(line.at),
        line.actor,
        line.verb,
        line.subject_kind,
        str(line.subject_id or ""),
        json.dumps(line.detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    )
    digest = hashlib.sha256()
    for text in texts:
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


def _moment(moment: datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_head(text: str) -> Head:
    """A head as it is shown, "position:hash". Raises NotAHead."""
    found = NOTED.fullmatch(text)
    if found is None:
        raise NotAHead("Not a head. One looks like 12:9f86d0…, a position, a colon and 64 hexadecimal digits.")
    return Head(position=int(found["position"]), hash=found["hash"])


def last_seal() -> ActivitySeal | None:
    """The newest seal of the open scope's organisation."""
    return ActivitySeal.objects.order_by("-position").first()


def verify(*, noted: Head | None = None, after: Head | None = None, most: int | None = None) -> Report:
    """Compute the open scope's chain again and compare, from the beginning or `after` a position that is known to hold.

    Looks at `most` positions where that is given. `noted` is a head that somebody kept: the chain must still have it.
    """
    head, sealed_at = after or Head(position=0, hash=BEGINNING), None
    end = None if most is None else head.position + most
    for seal, line in _links(after=head.position, until=end):
        broken = _fault(seal, line, head) or _contradiction(seal, noted)
        if broken:
            return _report(head, sealed_at, broken=broken)
        head, sealed_at = Head(position=seal.position, hash=seal.hash), seal.sealed_at
    if end is not None and head.position >= end and _goes_on(head):
        return _report(head, sealed_at, is_whole=False)
    return _report(head, sealed_at, broken=_cut(head, noted) or _strangers(), is_whole=True)


def _links(*, after: int, until: int | None) -> Iterator[tuple[ActivitySeal, Activity | None]]:
    """Each seal in order with its line, as far as there is one."""
    seals = ActivitySeal.objects.order_by("position")
    if until is not None:
        seals = seals.filter(position__lte=until)
    while batch := list(seals.filter(position__gt=after)[:BATCH]):
        lines = Activity.objects.in_bulk([seal.activity_id for seal in batch])
        for seal in batch:
            yield seal, lines.get(seal.activity_id)
        after = batch[-1].position


def _fault(seal: ActivitySeal, line: Activity | None, before: Head) -> str:
    if seal.position != before.position + 1:
        return f"Position {before.position + 1} is missing: the next seal is that of position {seal.position}."
    if seal.version != VERSION:
        return f"Position {seal.position} is sealed in form {seal.version}, which this release does not know."
    if line is None:
        return f"The line that was sealed at position {seal.position} is gone."
    expected = link(previous=before.hash, position=seal.position, sealed_at=seal.sealed_at, line=line)
    if seal.hash != expected:
        return f"Position {seal.position} does not hold: its line, its place or its seal is not what was sealed."
    return ""


def _contradiction(seal: ActivitySeal, noted: Head | None) -> str:
    if noted is None or seal.position != noted.position or seal.hash == noted.hash:
        return ""
    return (
        f"Position {seal.position} has another hash than the one that was noted: something up to it was changed, and "
        "the chain written anew."
    )


def _cut(head: Head, noted: Head | None) -> str:
    if noted is None or noted.position <= head.position:
        return ""
    return f"The chain ends at position {head.position}, but position {noted.position} was noted: its end was cut off."


def _strangers() -> str:
    """Lines that neither have a seal nor wait for one: nobody who may only append can make such a line."""
    strangers = Activity.objects.exclude(Exists(ActivitySeal.objects.filter(activity_id=OuterRef("id")))).exclude(
        Exists(UnsealedActivity.objects.filter(id=OuterRef("id")))
    )
    first = strangers.order_by("at", "id").first()
    if first is None:
        return ""
    return (
        f"Lines that are neither sealed nor waiting to be: {strangers.count()}, the first of {_moment(first.at)}. They "
        "were written past the trail, or their seals were taken away."
    )


def _goes_on(head: Head) -> bool:
    return ActivitySeal.objects.filter(position__gt=head.position).exists()


def _report(head: Head, sealed_at: datetime | None, *, broken: str = "", is_whole: bool = False) -> Report:
    waiting = UnsealedActivity.objects.count()
    return Report(head=head, sealed_at=sealed_at, broken=broken, is_whole=is_whole, waiting=waiting)

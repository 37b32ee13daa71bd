"""What the trail's page shows: lines in words, narrowed by filters, with the place of each in the chain."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from tenants.models import Activity, ActivitySeal
from tenants.paging import Sort

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

NEWEST_FIRST = Sort(name="time", fields=("at", "id"), is_descending=True, reads_down=True)
LATE = dt.timedelta(hours=1)
WORDS = {
    "person.signed_in": "signed in",
    "member.first_seen": "came in for the first time",
    "member.added": "added a member",
    "member.removed": "removed a member",
    "member.role_changed": "changed a member's role",
    "organization.nights_changed": "changed when nights begin",
    "organization.rates_replaced": "replaced the exchange rates",
    "organization.rates_removed": "removed the exchange rates",
    "organization.deleted": "ended the organisation",
    "connection.drafted": "made the connection",
    "connection.submitted": "submitted the connection's access",
    "connection.tried_again": "asked for the access to be checked again",
    "connection.checked": "checked the access",
    "connection.paused": "paused the connection",
    "connection.resumed": "resumed the connection",
    "connection.deleted": "deleted the connection",
    "credential.sealed": "sealed a credential",
    "credential.opened": "opened the credential",
    "audit.requested": "asked for an audit",
    "audit.stop_requested": "asked the audit to stop",
    "finding.opened": "opened a finding",
    "finding.reopened": "opened a finding again",
    "finding.resolved": "resolved a finding",
    "rule.thresholds_changed": "changed the thresholds of a rule",
    "bill.handed_in": "handed in files of a bill",
    "bill.read": "ended the loading of handed-in files",
    "bill.stop_requested": "asked that files of a bill be given up",
    "export.csv": "downloaded the action list",
    "export.costs": "downloaded costs",
    "export.opinions": "downloaded what the provider's advisors say",
    "export.bill_list": "downloaded what a bill proves",
    "export.focus": "downloaded a bill as FOCUS",
    "export.rows_left_out": "downloaded the rows that a bill left out",
    "export.evidence": "downloaded a finding's evidence",
    "operator.viewed": "looked at a page, as an operator of Costframe",
}
KINDS = (
    ("person", "Sign-ins"),
    ("connection", "Connections"),
    ("credential", "Credentials"),
    ("audit", "Audits"),
    ("finding", "Findings"),
    ("rule", "Rules"),
    ("bill", "Bills handed in"),
    ("export", "Downloads"),
    ("operator", "Operators of Costframe"),
    ("member", "Members and roles"),
    ("organization", "The organisation"),
)
# The page of a subject, by the name that the app of each has given it.
PAGES = {
    "connection": "connections:detail",
    "audit": "audits:detail",
    "upload": "audits:upload_detail",
    "finding": "findings:finding",
    "preview": "findings:preview",
}


@dataclass(frozen=True, kw_only=True)
class TrailRow:
    """A line of the trail for a reader. `position` is None while it waits for its seal; `late`: how much it waited."""

    at: datetime
    actor: str
    words: str
    facts: tuple[tuple[str, str], ...]
    subject: str
    url: str
    position: int | None
    late: str


class TrailFilter(forms.Form):
    """The filters of the trail, as the page's URL has them."""

    what = forms.ChoiceField(label="What", choices=[("", "Everything"), *KINDS], required=False)
    who = forms.CharField(label="Who contains", max_length=200, required=False)
    about = forms.UUIDField(label="About the id", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def rows(self) -> QuerySet[Activity]:
        """The lines that are asked for. What cannot be used is left out, see `complaints`."""
        self.is_valid()
        asked, rows = self.cleaned_data, Activity.objects.all()
        if asked.get("what"):
            rows = rows.filter(verb__startswith=f"{asked['what']}.")
        if asked.get("who"):
            rows = rows.filter(actor__icontains=asked["who"])
        if asked.get("about"):
            rows = rows.filter(subject_id=asked["about"])
        if asked.get("since"):
            rows = rows.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until") and asked["until"] < dt.date.max:  # no day comes after that one
            rows = rows.filter(at__lt=_midnight(asked["until"]) + dt.timedelta(days=1))
        return rows

    @property
    def complaints(self) -> list[str]:
        """A sentence for each value that cannot be used, with the name of its field."""
        return [f"{self.fields[name].label}: {error}" for name, errors in self.errors.items() for error in errors]

    def url(self, **place: str | None) -> str:
        """The page's query with the filters in force, at another place of the list."""
        used = {name: str(value) for name, value in self.cleaned_data.items() if value}
        return "?" + urlencode({**used, **{name: value for name, value in place.items() if value}})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered, so that an empty list says little."""
        return any(self.cleaned_data.values())


def _midnight(date: dt.date) -> datetime:
    return dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)


def trail_rows(lines: Iterable[Activity]) -> list[TrailRow]:
    """Lines with their places in the chain, in one question."""
    lines = list(lines)
    seals = {seal.activity_id: seal for seal in ActivitySeal.objects.filter(activity_id__in=[one.id for one in lines])}
    return [_row(line, seals.get(line.id)) for line in lines]


def _row(line: Activity, seal: ActivitySeal | None) -> TrailRow:
    page = PAGES.get(line.subject_kind)
    waited = seal.sealed_at - line.at if seal else dt.timedelta()
    return TrailRow(
        at=line.at,
        actor=line.actor,
        words=WORDS.get(line.verb, line.verb),
        facts=tuple(sorted(line.detail.items())),
        subject=line.subject_kind,
        url=reverse(page, args=[line.subject_id]) if page and line.subject_id else "",
        position=seal.position if seal else None,
        late=str(waited).split(".", maxsplit=1)[0] if waited > LATE else "",
    )

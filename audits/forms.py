"""When the organisation's nights begin, as a person says it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django import forms

if TYPE_CHECKING:
    from tenants.models import Organization


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]


class NightsForm(forms.Form):
    """The local hour at which audits begin. Errors name the value and the remedy."""

    night_time = forms.TimeField(
        label="Nights begin at",
        help_text="Local time, as in 02:00. The audits of a night begin within the hour after it.",
        error_messages={"invalid": "Write hours and minutes, as in 02:00."},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=_zones,
        help_text="Where the organisation's nights are.",
        error_messages={"invalid_choice": "“%(value)s” is no time zone: choose one from the list."},
    )

    @classmethod
    def of(cls, organization: Organization) -> NightsForm:
        """The form with what holds now."""
        return cls(initial={"night_time": organization.night_time, "timezone": organization.timezone})

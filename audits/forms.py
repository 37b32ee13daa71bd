"""What people type on pages of audits and bills: when the nights begin, and which files a bill is in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms

from audits import exchange

if TYPE_CHECKING:
    from audits.bill_files import BillFiles
    from audits.exchange import Rate
    from tenants.models import Organization


@cache  # some 600 files are opened to tell
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


class ManyFiles(forms.FileInput):
    """An input for several files. What they hold never comes here: BillFiles takes it while it is read."""

    allow_multiple_selected = True


class ReceivedFiles(forms.Field):
    """Files that were taken already: what there is to say of them, the form says."""

    def validate(self, value: object) -> None:
        """Nothing is wrong with there being no value."""


class UploadForm(forms.Form):
    """Which files, and under which label. `received` is what came of the files."""

    label = forms.CharField(
        label="Source",
        max_length=120,
        help_text="What the bill is called here, as in “Azure, shop”. Under one label lies one bill: files that are "
        "handed in under it later take the place of the same months.",
        error_messages={"required": "Say what the bill is called here, as in “Azure, shop”."},
        widget=forms.TextInput(attrs={"list": "labels", "autocomplete": "off"}),
    )
    parts = ReceivedFiles(label="Files", widget=ManyFiles(attrs={"multiple": True}))

    def __init__(self, *args: Any, received: BillFiles | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.received = received

    def clean_label(self) -> str:
        """Without spaces that one does not see, so that one label is not two."""
        label: str = " ".join("".join(one if one.isprintable() else " " for one in self.cleaned_data["label"]).split())
        if not label:
            raise forms.ValidationError("Say what the bill is called here, as in “Azure, shop”.")
        return label

    def clean_parts(self) -> None:
        """Whether all of them came, and each holds something."""
        received = self.received
        if received is None or not (received.files or received.problem):
            raise forms.ValidationError("Choose the files of the bill, all parts of a month at once.")
        if received.problem:
            raise forms.ValidationError(received.problem)
        if empty := [file.name for file in received.files if not file.size]:
            raise forms.ValidationError(f"{empty[0]} is empty: export it anew, or leave it out.")


class RatesForm(forms.Form):
    """Exchange rates as the text of a CSV file. The error names line, field, value and remedy."""

    rates = forms.CharField(
        label="Rates as CSV",
        help_text=(
            "The columns are date, from, to, rate and source, as in 2026-11-25,EUR,USD,1.0834,European Central Bank: "
            "one EUR was worth 1.0834 USD. The European Central Bank's own layout (Date, USD, JPY, …) is taken too."
        ),
        error_messages={"required": "Paste the file's text, or choose the file."},
        max_length=exchange.MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_rates(self) -> tuple[Rate, ...]:
        """The rates."""
        try:
            return exchange.read_rates(self.cleaned_data["rates"])
        except exchange.BadRates as error:
            raise forms.ValidationError(str(error)) from None

"""What a reader of the cost page asks for: the state of its form is the page's URL."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from audits.bill_sums import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from django.http import QueryDict

Choices = list[tuple[str, str]]
NONE = "(none)"  # in a URL: charges that name no account, service, region or provider
MOST_DAYS = 366
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
# What costs are added up by and narrowed to: in the URL, its words, its column.
DIMENSIONS: Mapping[str, tuple[str, str]] = {
    "service": ("Service", "service_name"),
    "account": ("Account", "sub_account_id"),
    "region": ("Region", "region_id"),
    "provider": ("Provider", "provider_name"),
    "kind": ("Kind of charge", "kind"),
}
DAY = "day"
GROUPS: Mapping[str, tuple[str, str]] = {**DIMENSIONS, DAY: ("Day", "charge_date")}
BASES: Mapping[str, tuple[str, str]] = {
    "effective": (
        "Effective",
        (
            "What things really cost: after all discounts, and with prepaid purchases spread over what they cover. The "
            "purchase itself then counts 0, so the sum need not be the invoice's."
        ),
    ),
    "billed": (
        "Billed",
        (
            "What invoices are made of: after all discounts, purchases in full on the day they are charged, nothing "
            "spread. What a prepaid purchase covers counts 0."
        ),
    ),
    "list": (
        "List",
        (
            "The public price times the quantity, before any discount. A commitment's purchase has a list cost besides "
            "that of the usage it covers, so it stands apart: leave it out to compare."
        ),
    ),
    "contracted": (
        "Contracted",
        (
            "The negotiated price times the quantity, before commitments; the list price where none is negotiated. A "
            "commitment's purchase stands apart: leave it out to compare."
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class CostChoice:
    """What is asked for. Either `month`, the first day of a billing period, or both dates, the last one included."""

    month: date | None = None
    since: date | None = None
    until: date | None = None
    by: str = "service"
    cost: str = "effective"
    currency: str = ""
    only: Mapping[str, str] = field(default_factory=dict)  # by DIMENSIONS, as in the URL

    @property
    def column(self) -> str:
        """The cost's column."""
        return f"{self.cost}_cost"

    @property
    def query(self) -> dict[str, str]:
        """As the URL has it, what goes without saying left out."""
        dates = {"since": self.since, "until": self.until}
        asked = {
            "month": f"{self.month:%Y-%m}" if self.month else "",
            **{name: day.isoformat() if day else "" for name, day in dates.items()},
            "by": "" if self.by == CostChoice.by else self.by,
            "cost": "" if self.cost == CostChoice.cost else self.cost,
            "currency": self.currency,
            **self.only,
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def url(self) -> str:
        return "?" + urlencode(self.query)


class CostForm(forms.Form):
    """The page's controls. A value that cannot be used is left out, and `complaints` say which and what to do."""

    month = forms.ChoiceField(
        label="Bill of",
        required=False,
        error_messages={"invalid_choice": "“%(value)s” is none of the loaded bills: choose one from the list."},
    )
    since = forms.DateField(label="Or from", required=False)
    until = forms.DateField(label="Until, that day too", required=False)
    by = forms.ChoiceField(label="By", required=False, choices=[(name, title) for name, (title, _) in GROUPS.items()])
    cost = forms.ChoiceField(
        label="Cost", required=False, choices=[(name, title) for name, (title, _) in BASES.items()]
    )
    currency = forms.CharField(label="Currency", required=False, max_length=20, widget=forms.Select)

    def __init__(self, data: QueryDict, *, months: Iterable[date]) -> None:
        """`months` are the first days of the billing periods that are loaded, the newest first."""
        super().__init__(data)
        months = list(months)
        newest = f"The newest ({months[0]:%Y-%m})" if months else "The newest"
        self.choices_of("month").choices = [("", newest), *((f"{one:%Y-%m}", f"{one:%Y-%m}") for one in months)]
        for name, (title, _) in DIMENSIONS.items():
            self.fields[name] = forms.CharField(label=title, required=False, max_length=500, widget=forms.Select)
        for name in ("since", "until"):
            of_time = f"“%(show_value)s” is no day from {FIRST_DAY} to {LAST_DAY}: choose one in between."
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name].input_formats = ["%Y-%m-%d"]  # type: ignore[attr-defined]
            self.fields[name].validators += [
                MinValueValidator(FIRST_DAY, of_time),
                MaxValueValidator(LAST_DAY, of_time),
            ]
            written = data.get(name, "")[:40]
            self.fields[name].error_messages["invalid"] = f"“{written}” is no date: write it like 2026-10-31."
        for name in ("by", "cost"):
            there = ", ".join(GROUPS if name == "by" else BASES)
            self.fields[name].error_messages["invalid_choice"] = f"“%(value)s” is none of: {there}."

    def choices_of(self, name: str) -> forms.ChoiceField:
        found = self.fields[name]
        if not isinstance(found, forms.ChoiceField):
            raise TypeError(name)
        return found

    def offer(self, name: str, *, any_label: str, choices: Sequence[tuple[str, str]]) -> None:
        """What there is to choose from; the value in force stays among it."""
        value = self.cleaned_data.get(name, "")
        lost = [(value, value)] if value and value not in {one for one, _ in choices} else []
        self.fields[name].widget.choices = [("", any_label), *choices, *lost]

    def clean(self) -> None:
        """Dates come in pairs, in order, and not beside a bill."""
        since, until, data = self.cleaned_data.get("since"), self.cleaned_data.get("until"), self.cleaned_data
        if {"since", "until"} & set(self.errors):
            data["since"] = data["until"] = None
        elif bool(since) != bool(until):
            name = "until" if since else "since"
            self.add_error(name, "is missing: give both dates, or neither to see a bill.")
        elif since and until and until < since:
            self.add_error("until", f"{until} is before {since}: give the later day here.")
        elif since and until and (until - since).days >= MOST_DAYS:
            self.add_error(
                "until", f"{since} to {until} is {(until - since).days + 1:,} days: give at most {MOST_DAYS}."
            )
        elif since and data.get("month"):
            self.add_error("month", f"{data['month']} and dates are both given, so the dates count: clear one of them.")

    @property
    def complaints(self) -> list[str]:
        """A sentence for each value that could not be used, with the name of its field."""
        return [f"{self.fields[name].label}: {error}" for name, errors in self.errors.items() for error in errors]

    def choice(self) -> CostChoice:
        """What can be used of what is asked for."""
        self.is_valid()
        held = {name: value for name, value in self.cleaned_data.items() if value}
        has_dates = "since" in held and "until" in held
        month = None if has_dates or "month" not in held else dt.date.fromisoformat(f"{held['month']}-01")
        return CostChoice(
            month=month,
            since=held["since"] if has_dates else None,
            until=held["until"] if has_dates else None,
            by=held.get("by", CostChoice.by),
            cost=held.get("cost", CostChoice.cost),
            currency=held.get("currency", ""),
            only={name: held[name] for name in DIMENSIONS if name in held},
        )


def kind_choices() -> Choices:
    """Kinds of charge, usage first."""
    return list(KINDS.items())[::-1]

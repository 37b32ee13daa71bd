"""What a reader of the cost page asks for: the state of its form is the page's URL."""

from __future__ import annotations

import datetime as dt
import re
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
DAY, OWNER, TAG = "day", "owner", "tag:"  # what is added up by besides: an owner's tag, or tag:<key>
WITHOUT, OTHERS = "without", "others"  # charges without a tag, and those of its values that are kept as one sum
MOST_TAGS = 2  # that are crossed: charges of one tag's value by another, or of two tags' values
# In the URL, of the first tag that charges are narrowed to and of a second: its key, its value, or WITHOUT or OTHERS.
TAG_FIELDS = (("tag", "value", "tagged"), ("and_tag", "and_value", "and_tagged"))
# By whose tag an owner is told, whatever prefix a provider gives the key: the first that a bill has.
OWNERS = ("owner", "ownedby", "team", "costcenter", "costcentre", "department", "project")
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
class TagChoice:
    """Only charges with a tag: of `value`, or as `tagged` says."""

    key: str
    value: str = ""
    tagged: str = ""

    @property
    def words(self) -> str:
        """Which charges these are."""
        if self.tagged == WITHOUT:
            return f"without the tag {self.key}, or without a value for it"
        return f"with other values of the tag {self.key}" if self.tagged else f"tagged {self.key} = {self.value}"


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
    by_tag: str = ""  # the tag's key where `by` means one
    tags: tuple[TagChoice, ...] = ()  # all of which the charges are

    @property
    def by_title(self) -> str:
        """What costs are added up by, in words."""
        return f"Tag {self.by_tag}" if self.by_tag else GROUPS[self.by][0]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all tags that are asked for, what is added up by last."""
        return (*(one.key for one in self.tags), *([self.by_tag] if self.by_tag else []))

    @property
    def is_crossed(self) -> bool:
        """Whether tags are crossed, which sums by one tag each cannot answer."""
        return len(self.keys) > 1

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
            **{
                name: value
                for names, one in zip(TAG_FIELDS, self.tags, strict=False)
                for name, value in zip(names, (one.key, one.value, one.tagged), strict=True)
            },
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
    by = forms.ChoiceField(label="By", required=False)
    cost = forms.ChoiceField(
        label="Cost", required=False, choices=[(name, title) for name, (title, _) in BASES.items()]
    )
    currency = forms.CharField(label="Currency", required=False, max_length=20, widget=forms.Select)

    def __init__(self, data: QueryDict, *, months: Iterable[date], tags: Iterable[str] = ()) -> None:
        """`months` are the first days of the billing periods that are loaded, the newest first; `tags` their keys."""
        super().__init__(data)
        self.tags = tuple(dict.fromkeys(tags))
        self.owner = owner_among(self.tags)
        months = list(months)
        newest = f"The newest ({months[0]:%Y-%m})" if months else "The newest"
        self.choices_of("month").choices = [("", newest), *((f"{one:%Y-%m}", f"{one:%Y-%m}") for one in months)]
        for name, (title, _) in DIMENSIONS.items():
            self.fields[name] = forms.CharField(label=title, required=False, max_length=500, widget=forms.Select)
        for name in ("since", "until"):
            of_time = f"“%(show_value)s” is no day from {FIRST_DAY} to {LAST_DAY}: choose one in between."
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name].input_formats = ["%Y-%m-%d"]  # type: ignore[attr-defined]  # of a DateField, which these are
            self.fields[name].validators += [
                MinValueValidator(FIRST_DAY, of_time),
                MaxValueValidator(LAST_DAY, of_time),
            ]
            written = data.get(name, "")[:40]
            self.fields[name].error_messages["invalid"] = f"“{written}” is no date: write it like 2026-10-31."
        for name in ("by", "cost"):
            there = ", ".join((*GROUPS, "or tag: and the key of a tag that is loaded") if name == "by" else BASES)
            self.fields[name].error_messages["invalid_choice"] = f"“%(value)s” is none of: {there}."
        owner = [(OWNER, f"Owner (tag {self.owner})")] if self.owner else []
        by_tags = [(f"{TAG}{key}", f"Tag {key}") for key in self.tags]
        self.choices_of("by").choices = [*((name, title) for name, (title, _) in GROUPS.items()), *owner, *by_tags]
        for names, second in zip(TAG_FIELDS, ("", "second "), strict=True):
            self.fields.update(zip(names, _tag_fields(second, self.tags), strict=True))

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
        """Dates come in pairs, in order, and not beside a bill; a tag's value with its tag, and MOST_TAGS in all."""
        self._clean_dates()
        for names in TAG_FIELDS:
            self._clean_tag(*names)
        data = self.cleaned_data
        first, second = (data.get(names[0], "") for names in TAG_FIELDS)
        by, name = self._key_of(data.get("by", "")), data.get("by", "")
        if first and first == second:
            self.add_error(
                "and_tag", f"{second} is chosen already: choose a value of another tag, or take this one back."
            )
        elif by and by in (first, second):
            self.add_error("by", f"{name} is one value already among the charges that are shown: choose another.")
        elif by and first and second:
            self.add_error(
                "by",
                f"{name} would be a third tag, and {MOST_TAGS} at most are crossed: take one back, or choose another.",
            )

    def _clean_tag(self, tag: str, value: str, tagged: str) -> None:
        data = self.cleaned_data
        if not data.get(tag):
            for name in (value, tagged):
                if data.get(name) and tag not in self.errors:
                    self.add_error(
                        name,
                        f"is given without {self.fields[tag].label}: choose a tag under By, and a row of the table.",
                    )
        elif not data.get(value) and not data.get(tagged):
            self.add_error(tag, f"{data[tag]} is given without a value: choose it under By, and a row of the table.")

    def _clean_dates(self) -> None:
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

    def _key_of(self, by: str) -> str:
        if by == OWNER:
            return self.owner
        return by.removeprefix(TAG) if by.startswith(TAG) else ""

    @property
    def complaints(self) -> list[str]:
        """A sentence for each value that could not be used, with the name of its field."""
        return [f"{self.fields[name].label}: {error}" for name, errors in self.errors.items() for error in errors]

    def choice(self) -> CostChoice:
        """What can be used of what is asked for."""
        self.is_valid()
        held = {name: value for name, value in self.cleaned_data.items() if value}
        by = held.get("by", CostChoice.by)
        tags = [
            TagChoice(key=held[tag], value="" if tagged in held else held.get(value, ""), tagged=held.get(tagged, ""))
            for tag, value, tagged in TAG_FIELDS
            if tag in held
        ]
        has_dates = "since" in held and "until" in held
        month = None if has_dates or "month" not in held else dt.date.fromisoformat(f"{held['month']}-01")
        return CostChoice(
            month=month,
            since=held["since"] if has_dates else None,
            until=held["until"] if has_dates else None,
            by=by,
            by_tag=self._key_of(by),
            tags=tuple(tags),
            cost=held.get("cost", CostChoice.cost),
            currency=held.get("currency", ""),
            only={name: held[name] for name in DIMENSIONS if name in held},
        )

    def choice_uncrossed(self, reason: str) -> CostChoice:
        """What can be used where tags cannot be crossed: one tag less, and `reason` among the complaints."""
        name = "by" if self._key_of(self.cleaned_data.get("by", "")) else TAG_FIELDS[1][0]
        self.add_error(name, reason)
        return self.choice()


def _tag_fields(second: str, keys: Iterable[str]) -> tuple[forms.Field, ...]:
    """Hidden: they are chosen by a row of the table."""
    return (
        forms.ChoiceField(
            label=f"{second}tag".capitalize(),
            required=False,
            widget=forms.HiddenInput,
            choices=[("", ""), *((key, key) for key in keys)],
            error_messages={"invalid_choice": "“%(value)s” is no key of a tag that is loaded: choose one under By."},
        ),
        forms.CharField(
            label=f"Value of the {second}tag", required=False, max_length=8192, strip=False, widget=forms.HiddenInput
        ),
        forms.ChoiceField(
            label=f"{second}tagged".capitalize(),
            required=False,
            widget=forms.HiddenInput,
            choices=[("", ""), (WITHOUT, ""), (OTHERS, "")],
            error_messages={"invalid_choice": f"“%(value)s” is none of: {WITHOUT}, {OTHERS}."},
        ),
    )


def asks_for_two_tags(data: QueryDict) -> bool:
    """Whether a query may cross tags, which reads a bill's lines; looked at before anything is read."""
    by = data.get("by", "")
    return sum((by == OWNER or by.startswith(TAG), *(bool(data.get(names[0])) for names in TAG_FIELDS))) > 1


def owner_among(keys: Iterable[str]) -> str:
    """The key by which an owner is told, of those that there are: `user:Cost-Center` is a cost centre. Empty: none."""
    plain = {
        key: "".join(letter for letter in re.split("[:/]", key)[-1].lower() if letter.isalnum()) for key in sorted(keys)
    }
    return next((key for name in OWNERS for key, word in plain.items() if word == name), "")


def kind_choices() -> Choices:
    """Kinds of charge, usage first."""
    return list(KINDS.items())[::-1]

"""Which findings a reader asks for: the state of the list's form is the page's URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q

from connections.resources.opinions import SOURCES
from findings import registry
from findings.models import Finding, Opinion
from findings.opinion_page import ACTIONS, ALONE, STANDINGS
from findings.queries import latest_audits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import QueryDict

Choices = list[tuple[str, str]]
# What is wrong with a value, after the name of its field and the value itself.
NOT_THERE = {"invalid_choice": "is not there to choose."}
NO_POINTS = dict.fromkeys(
    ("invalid", "min_value", "max_value", "max_decimal_places", "max_digits"), "is no whole number from 0 to 100."
)
NO_TEXT = {"null_characters_not_allowed": "holds a character that is in no text."}
NO_BEGINNING = {**NO_TEXT, "max_length": "is longer than 200 characters: write the beginning alone."}
MOST_SHOWN = 80


def _choice(field: str, *, label: str, any_label: str, choices: Choices | None = None) -> django_filters.ChoiceFilter:
    """A filter by one value of a field; without `choices` they are given once it is known what there is."""
    return django_filters.ChoiceFilter(
        field_name=field,
        label=label,
        choices=choices or [],
        empty_label=any_label,
        error_messages=NOT_THERE,
    )


def _begins_with(field: str, value: str) -> Q:
    """Ids in `field` that begin so; of one that is an ARN, its last part too."""
    is_arn = Q(**{f"{field}__istartswith": "arn:"})
    inside = (Q(**{f"{field}__icontains": f"{mark}{value}"}) for mark in "/:")
    return Q(**{f"{field}__istartswith": value}) | is_arn & (next(inside) | next(inside))


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A sentence on a value that could not be used; `id` is the one by which its field says what describes it."""

    sentence: str
    id: str = ""

    def __str__(self) -> str:
        return self.sentence


def complaints_of(form: forms.Form) -> list[Complaint]:
    """A sentence for each value that could not be used, with the name of its field, of which the first has its id."""
    return [
        Complaint(
            sentence=f"{form.fields[name].label}: {_shown(form.data.get(name, ''))} {error}",
            id="" if number else f"{form[name].auto_id}_error",
        )
        for name, errors in form.errors.items()
        for number, error in enumerate(errors)
    ]


def _shown(value: object) -> str:
    text = "".join(one if one.isprintable() else " " for one in str(value))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _tick(method: str, *, label: str) -> django_filters.BooleanFilter:
    return django_filters.BooleanFilter(method=method, label=label, widget=forms.CheckboxInput())


class FindingFilter(django_filters.FilterSet):
    """The filters of the action list; open findings unless another state is asked for."""

    q = django_filters.CharFilter(
        method="begins_with", label="Name or id begins with", max_length=200, error_messages=NO_BEGINNING
    )
    state = _choice("state", label="State", any_label="Open and resolved", choices=list(Finding.State.choices))
    confidence = _choice("confidence", label="Confidence", any_label="Any", choices=list(Finding.Confidence.choices))
    points = django_filters.NumberFilter(
        field_name="confidence_points",
        lookup_expr="gte",
        label="Confidence at least",
        min_value=0,
        max_value=100,
        decimal_places=0,
        error_messages=NO_POINTS,
    )
    rule = _choice("rule_id", label="Rule", any_label="All rules")
    account = _choice("account_id", label="Account", any_label="All accounts")
    region = _choice("region", label="Region", any_label="All regions")
    currency = _choice("currency", label="Currency", any_label="All, apart")
    new = _tick("only_new", label="New since the last audit")
    price_unknown = _tick("only_without_price", label="Price unknown")

    def __init__(self, data: QueryDict, *, labels: Mapping[str, str]) -> None:
        """`data` is the URL's query; `labels` are the connections' names by account."""
        given = data.copy()
        given.setdefault("state", Finding.State.OPEN)
        super().__init__(given, queryset=Finding.objects.all())
        for name, choices in _choices(labels).items():
            self.filters[name].extra["choices"] = choices

    def filter_queryset(self, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        """Filter by what can be used; a state that is none never mixes open and resolved."""
        rows: QuerySet[Finding] = super().filter_queryset(queryset)
        return rows.filter(state=Finding.State.OPEN) if "state" in self.form.errors else rows

    def begins_with(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        """Names and ids that begin so; of an id that is an ARN, its last part too."""
        del name
        return rows.filter(Q(resource_name__istartswith=value) | _begins_with("provider_resource_id", value))

    def only_new(self, rows: QuerySet[Finding], name: str, value: bool) -> QuerySet[Finding]:  # noqa: FBT001 - django-filter calls it so
        """Those that each connection's latest audit opened."""
        del name
        return rows.filter(opened_audit_id__in=[audit.id for audit in latest_audits()]) if value else rows

    def only_without_price(self, rows: QuerySet[Finding], name: str, value: bool) -> QuerySet[Finding]:  # noqa: FBT001 - as above
        """Those whose saving nobody can tell."""
        del name
        return rows.filter(estimated_monthly_savings=None, apart="") if value else rows

    @property
    def complaints(self) -> list[Complaint]:
        """A sentence for each value that could not be used, with the name of its field."""
        return complaints_of(self.form)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state is filtered, so that an empty list says little."""
        asked = {name: value for name, value in self.form.cleaned_data.items() if value and name != "state"}
        return bool(asked) or self.form.cleaned_data.get("state") != Finding.State.OPEN

    @property
    def query(self) -> dict[str, str]:
        """The filters in force, as the URL has them."""
        return {
            name: str(value)
            for name, value in self.data.items()
            if name in self.form.fields and name not in self.form.errors and (value or name == "state")
        }


class OpinionFilter(django_filters.FilterSet):
    """The filters of the page; what they say alone unless something else is asked for."""

    q = django_filters.CharFilter(
        method="begins", label="Name or id begins with", max_length=200, error_messages=NO_BEGINNING
    )
    standing = django_filters.ChoiceFilter(
        method="stands", label="How it stands to ours", choices=STANDINGS, empty_label=None, error_messages=NOT_THERE
    )
    source = _choice("source", label="Who says it", any_label="All of them", choices=list(SOURCES.items()))
    action = _choice("action", label="Action", any_label="Any", choices=list(ACTIONS.items()))
    account = _choice("account_id", label="Account", any_label="All accounts")
    region = _choice("region", label="Region", any_label="All regions")

    def __init__(self, data: QueryDict, *, labels: Mapping[str, str]) -> None:
        """`data` is the URL's query; `labels` are the connections' names by account."""
        given = data.copy()
        given.setdefault("standing", ALONE)
        super().__init__(given, queryset=Opinion.objects.all())
        there = list(Opinion.objects.values_list("account_id", "region").distinct())
        accounts, regions = ({row[column] for row in there} for column in (0, 1))
        self.filters["account"].extra["choices"] = [
            (one, f"{labels[one]} ({one})" if labels.get(one) else one) for one in sorted(accounts)
        ]
        self.filters["region"].extra["choices"] = [(one, one) for one in sorted(regions) if one]

    def begins(self, rows: QuerySet[Opinion], name: str, value: str) -> QuerySet[Opinion]:
        """Names and ids that begin so; of an ARN its last part too."""
        del name
        return rows.filter(
            Q(about_name__istartswith=value) | _begins_with("about_id", value) | _begins_with("about_arn", value)
        )

    def stands(self, rows: QuerySet[Opinion], name: str, value: str) -> QuerySet[Opinion]:
        """As the chosen word says."""
        del name
        if value == ALONE:
            return rows.exclude(standing=Opinion.Standing.AGREED)
        return rows if value == "ALL" else rows.filter(standing=value)

    def filter_queryset(self, queryset: QuerySet[Opinion]) -> QuerySet[Opinion]:
        """Filter by what can be used; a standing that is none never mixes theirs alone with what is ours too."""
        rows: QuerySet[Opinion] = super().filter_queryset(queryset)
        return rows.exclude(standing=Opinion.Standing.AGREED) if "standing" in self.form.errors else rows

    @property
    def complaints(self) -> list[Complaint]:
        """A sentence for each value that could not be used, with the name of its field."""
        return complaints_of(self.form)

    @property
    def query(self) -> dict[str, str]:
        """The filters in force, as the URL has them."""
        return {
            name: str(value)
            for name, value in self.data.items()
            if name in self.form.fields and name not in self.form.errors and value
        }


def _choices(labels: Mapping[str, str]) -> dict[str, Choices]:
    """What there is to choose from: what findings of this organisation have."""
    there = list(Finding.objects.values_list("rule_id", "account_id", "region", "currency").distinct())
    titles = {rule.id: rule.title for rule in (*registry.RULES, *registry.BILL_RULES)}
    columns: Sequence[set[Any]] = [set(column) for column in zip(*there, strict=True)] or [set()] * 4
    rules, accounts, regions, currencies = columns
    return {
        "rule": sorted(((one, titles.get(one, one)) for one in rules), key=lambda choice: choice[1]),
        "account": [(one, f"{labels[one]} ({one})" if labels.get(one) else one) for one in sorted(accounts)],
        "region": [(one, one) for one in sorted(regions)],
        "currency": [(one, one) for one in sorted(currencies - {""})],
    }

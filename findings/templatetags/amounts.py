"""Amounts in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from findings.reports import money

register = template.Library()


@register.filter
def amount(value: Decimal | str | None) -> str:
    """As findings.reports.money.amount; the evidence's decimal text is taken too."""
    return money.amount(Decimal(value) if isinstance(value, str) else value)


@register.filter
def digits(value: Decimal | str | None) -> str:
    """Every digit, for bill lines that must stand beside the invoice."""
    return money.plain(Decimal(value) if isinstance(value, str) else value)


@register.filter
def has_more_digits(value: Decimal) -> bool:
    """Whether `amount` does not say all of it."""
    return len(money.plain(value).partition(".")[2]) > 2  # noqa: PLR2004 - cents

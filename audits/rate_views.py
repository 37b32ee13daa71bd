"""The page of exchange rates: which there are, new ones in their place, none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audits.exchange import MOST_AGE_DAYS, MOST_CHARACTERS, MOST_RATES
from audits.forms import RatesForm
from audits.rates import pairs, remove_rates, replace_rates
from tenants.access import Permission, named, needs

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tenants.requests import TenantRequest


@needs(Permission.CHANGE_RATES)
@require_http_methods(["GET", "HEAD", "POST"])
def rates(request: TenantRequest) -> HttpResponse:
    """See the rates; put others in their place."""
    form = RatesForm(request.POST) if request.method == "POST" else RatesForm()
    if form.is_bound and form.is_valid():
        found = form.cleaned_data["rates"]
        replace_rates(rates=found, by=named(request.identity), at=timezone.now())
        messages.success(request, f"{len(found):,} exchange rates are kept. They are in the place of all before them.")
        return redirect("audits:rates")
    context = {
        "form": form,
        "pairs": pairs(),
        "most_rates": MOST_RATES,
        "most_characters": MOST_CHARACTERS,
        "most_age_days": MOST_AGE_DAYS,
    }
    return render(request, "audits/rates.html", context, status=422 if form.is_bound else 200)


@needs(Permission.CHANGE_RATES)
@require_POST
def remove(request: TenantRequest) -> HttpResponse:
    """Remove them all: every amount is shown in its own currency again."""
    if removed := remove_rates(by=named(request.identity), at=timezone.now()):
        messages.success(request, f"{removed:,} exchange rates are removed.")
    else:
        messages.info(request, "There were no exchange rates to remove.")
    return redirect("audits:rates")

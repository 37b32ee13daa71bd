"""The page of a rule, where other thresholds are tried, and that of a preview, where they are kept with a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from findings import registry, thresholds
from findings.forms import NoteForm, ThresholdsForm
from findings.rule_page import in_force_of, preview_page, rule_page
from findings.threshold_models import ThresholdPreview
from tenants.access import Permission, get_or_404, named, needs

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from findings.rule import Rule
    from tenants.requests import TenantRequest

STOP_POLLING = 286  # htmx swaps this answer and polls no more
UNUSABLE, OVERTAKEN = 422, 409


@needs(Permission.CHANGE_THRESHOLDS)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: TenantRequest, rule_id: str) -> HttpResponse:
    """See how strict a rule is and what it found; ask what other thresholds would change."""
    found = _rule_or_404(rule_id)
    is_asked = request.method == "POST"
    form = ThresholdsForm(request.POST if is_asked else None, rule=found, in_force=in_force_of(found))
    if is_asked and form.is_valid():
        try:
            preview = thresholds.request_preview(
                rule=found, values=form.cleaned_data, by=named(request.identity), at=timezone.now()
            )
        except (thresholds.NothingChanges, thresholds.TooManyPreviews) as error:
            form.add_error(None, str(error))
        else:
            return redirect("findings:preview", preview.id)
    context = {"page": rule_page(found), "form": form}
    return render(request, "findings/rule.html", context, status=UNUSABLE if is_asked else 200)


@require_safe
def preview(request: HttpRequest, preview_id: UUID) -> HttpResponse:
    """What the thresholds would change, polled until a worker has worked it out."""
    page = preview_page(get_or_404(ThresholdPreview, preview_id))
    context = {"page": page, "form": NoteForm()}
    if getattr(request, "htmx", False):
        status = 200 if page.is_under_way else STOP_POLLING
        return render(request, "findings/_preview.html", context, status=status)
    return render(request, "findings/preview.html", context)


@needs(Permission.CHANGE_THRESHOLDS)
@require_POST
def keep(request: TenantRequest, preview_id: UUID) -> HttpResponse:
    """Make the previewed thresholds the organisation's, with a note."""
    found = get_or_404(ThresholdPreview, preview_id)
    rule, form = _rule_or_404(found.rule_id), NoteForm(request.POST)
    status = UNUSABLE
    if form.is_valid():
        try:
            thresholds.keep(
                preview=found, rule=rule, note=form.cleaned_data["note"], by=named(request.identity), at=timezone.now()
            )
        except (thresholds.NotPreviewed, thresholds.Overtaken) as error:
            form.add_error(None, str(error))
            status = OVERTAKEN
        else:
            messages.success(request, "These thresholds are kept. The next audit of each connection judges by them.")
            return redirect("findings:rule", rule.id)
    return render(request, "findings/preview.html", {"page": preview_page(found), "form": form}, status=status)


def _rule_or_404(rule_id: str) -> Rule:
    try:
        return registry.rule(rule_id)
    except registry.UnknownRule:
        raise Http404("There is no such page.") from None

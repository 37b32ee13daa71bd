"""`{% csrf_token %}` of our pages also says of which organisation the form is, so that no form can forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants.visits import ORGANIZATION

if TYPE_CHECKING:
    from django.template.context import Context

    from tenants.identity import Identity

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's own hidden field and, for somebody in an organisation, the page's mark (see tenants/tabs.py)."""
    field = CsrfTokenNode().render(context)
    value = context.get("form_mark") or _mark(context)
    if value:
        field += format_html('<input type="hidden" name="{}" value="{}">', ORGANIZATION, value)
    return SafeString(field)


@register.simple_tag(takes_context=True)
def form_address(context: Context, name: str) -> str:
    """The address of a form with files, with the page's mark: its body is not read before the mark is compared."""
    mark = context.get("form_mark") or _mark(context)
    return f"{reverse(name)}?{urlencode({ORGANIZATION: mark})}"


def _mark(context: Context) -> str:
    """The organisation's id, and its name for people."""
    identity: Identity | None = context.get("identity")
    if identity is None or identity.clerk_organization_id is None:
        return ""
    organization = context.get("organization")
    return f"{identity.clerk_organization_id} {organization.name if organization else ''}".strip()

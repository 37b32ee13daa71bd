"""The request as views behind TenantMiddleware get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_htmx.middleware import HtmxDetails

    from tenants.access import Permission
    from tenants.identity import Identity
    from tenants.models import Member, Organization


class TenantRequest(HttpRequest):
    """A request of somebody who is signed in to an organisation. For type checkers: nothing makes one of these."""

    identity: Identity
    organization: Organization
    member: Member | None
    permissions: frozenset[Permission]
    browser_session: Mapping[str, str]
    htmx: HtmxDetails

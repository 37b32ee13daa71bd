"""The request as views behind each process's middleware get it. For type checkers: nothing makes one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_htmx.middleware import HtmxDetails

    from tenants.access import Permission
    from tenants.identity import Identity
    from tenants.models import Member, Organization
    from tenants.operators import Operator
    from tenants.viewing import Reason


class TenantRequest(HttpRequest):
    """A request of somebody who is signed in to an organisation."""

    identity: Identity
    organization: Organization
    member: Member | None
    permissions: frozenset[Permission]
    browser_session: Mapping[str, str]
    htmx: HtmxDetails


class OperatorRequest(HttpRequest):
    """A request of an operator. `organization` and `reason` are those of the page, None outside of any."""

    user: Operator  # type: ignore[assignment]  # the admin asks no more of a user
    organization: Organization | None
    reason: Reason | None
    browser_session: Mapping[str, str]

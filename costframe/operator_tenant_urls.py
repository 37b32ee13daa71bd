"""What the operator process serves below /organizations/<id>/: read-only lists of that organisation's rows.

No page of it can be reached without the middleware's way in (tenants.operators), which books the view first.
"""

from __future__ import annotations

from django.urls import path

from costframe.operator_urls import handler400, handler403, handler404, handler500
from tenants.admin import tenant_site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("", tenant_site.urls)]

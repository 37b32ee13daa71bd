"""The operator's read-only pages: Django's admin without its users, sessions, log and everything that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import path, re_path

from tenants.models import Organization
from tenants.operators import Operator

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern, URLResolver

    ModelAdmin = admin.ModelAdmin[Organization]
else:
    ModelAdmin = admin.ModelAdmin  # not generic at run time


class OperatorSite(admin.AdminSite):
    """Only the pages named here exist: no login, no passwords, no forms, no history."""

    site_header = "Costframe operators"
    site_title = "Costframe operators"
    index_title = "Read-only"
    site_url = None
    enable_nav_sidebar = False
    index_template = "tenants/operator_index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """The middleware let an operator in; nothing else makes such a user."""
        return isinstance(request.user, Operator)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The first page, the app's page that breadcrumbs lead to, and one list for each table."""
        lists: list[URLPattern | URLResolver] = [
            path(
                f"{model._meta.app_label}/{model._meta.model_name}/",  # noqa: SLF001 - Django's own way to name it
                self.admin_view(model_admin.changelist_view),
                name=f"{model._meta.app_label}_{model._meta.model_name}_changelist",  # noqa: SLF001
            )
            for model, model_admin in self._registry.items()
        ]
        return [
            path("", self.admin_view(self.index), name="index"),
            *lists,
            re_path(r"^(?P<app_label>tenants)/$", self.admin_view(self.app_index), name="app_list"),
        ]


class ReadOnlyAdmin(ModelAdmin):
    """A list to look at."""

    actions = None
    list_display_links = None
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False


class OrganizationAdmin(ReadOnlyAdmin):
    """Every customer, across tenants."""

    list_display = ["name", "clerk_id", "issuer", "timezone", "night_time", "created_at"]
    search_fields = ["name", "clerk_id"]
    ordering = ["name", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        """Not the open scope's rows: an operator is in none."""
        del request
        return Organization.across_tenants.order_by("name", "id")


site = OperatorSite(name="admin")
site.register(Organization, OrganizationAdmin)

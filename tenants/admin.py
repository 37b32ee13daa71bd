"""The operator's read-only pages: Django's admin without its users, sessions, log, forms and everything that writes.

There are two sites. One lists the organisations. The other lies below each organisation's address and shows the rows
of that one: each app registers its tables with `tenant_site`, in its own admin.py.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.db.models import ForeignKey
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse
from django.utils.html import format_html

from tenants import scope
from tenants.models import Activity, ActivitySeal, Member, Organization
from tenants.operators import Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from django.db.models import Field, Model, QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern, URLResolver

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # not generic at run time

NOTHING = "none"


class OperatorSite(admin.AdminSite):
    """Only the pages named here exist: no login, no passwords, no forms, no history."""

    site_header = "Costframe operators"
    site_title = "Costframe operators"
    site_url = None
    enable_nav_sidebar = False
    index_template = "tenants/operator_index.html"
    app_index_template = "tenants/operator_index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """The middleware let an operator in; nothing else makes such a user."""
        return isinstance(request.user, Operator)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The first page, the apps' pages that Django's own links lead to, and what each table has."""
        labels = "|".join(sorted({model._meta.app_label for model in self._registry}))  # noqa: SLF001 - Django's way
        tables = [route for model_admin in self._registry.values() for route in model_admin.get_urls()]
        return [
            path("", self.admin_view(self.first_page), name="index"),
            *tables,
            re_path(rf"^(?P<app_label>{labels})/$", self.admin_view(self.app_index), name="app_list"),
        ]

    def first_page(self, request: HttpRequest) -> HttpResponse:
        """The tables."""
        return self.index(request)


class OrganizationsSite(OperatorSite):
    """The one list that goes across tenants: who our customers are."""

    def first_page(self, request: HttpRequest) -> HttpResponse:
        """There is one table, so it is the first page."""
        del request
        return HttpResponseRedirect(reverse("admin:tenants_organization_changelist"))


site = OrganizationsSite(name="admin")
tenant_site = OperatorSite(name="admin")


class ReadOnlyAdmin(ModelAdmin):
    """A list to look at."""

    actions = None
    change_list_template = "tenants/operator_list.html"
    list_per_page = 50
    preserve_filters = False  # else the link to a row, and so the trail, repeats what the list was asked for
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """The list, and nothing that Django would add."""
        return [path(f"{self._place}/", self._guarded(self.changelist_view), name=f"{self.page_name}_changelist")]

    @property
    def _place(self) -> str:
        return f"{self.opts.app_label}/{self.opts.model_name}"

    @property
    def page_name(self) -> str:
        """What the names of its pages begin with, as Django's own links have it."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _guarded(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return self.admin_site.admin_view(view)

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


@admin.register(Organization, site=site)
class OrganizationAdmin(ReadOnlyAdmin):
    """Every customer, across tenants."""

    list_display = ["link", "clerk_id", "issuer", "timezone", "night_time", "created_at"]
    list_display_links = None
    search_fields = ["name", "clerk_id", "id"]
    ordering = ["name", "id"]

    @admin.display(description="Name", ordering="name")
    def link(self, organization: Organization) -> str:
        """To the organisation's own pages."""
        return format_html('<a href="/organizations/{}/">{}</a>', organization.id, organization.name)

    def get_urls(self) -> list[URLPattern]:
        """The list, at a short address."""
        return [path("organizations/", self._guarded(self.changelist_view), name=f"{self.page_name}_changelist")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        """Not the open scope's rows: an operator is in none."""
        del request
        return Organization.across_tenants.order_by("name", "id")


class TenantAdmin(ReadOnlyAdmin):
    """A table of one organisation: a list, and a page for each row with every column that an operator may see.

    `hidden` are the model's columns that the operator's login may not select; naming one too few is an error of
    PostgreSQL, not a leak. `names` says which column of a referred row stands for it; else it is a part of its id.
    """

    hidden: tuple[str, ...] = ()
    names: dict[str, str] = {"connection": "label"}

    @property
    def columns(self) -> list[Field[Any, Any]]:
        """What may be seen, in the model's order, without the organisation that the whole page is about."""
        left_out = {*self.hidden, "organization"}
        return [field for field in self.opts.concrete_fields if field.name not in left_out]

    def get_urls(self) -> list[URLPattern]:
        """The list and the rows' pages. Django's links to a row call its page `change`."""
        row = path(f"{self._place}/<uuid:row_id>/", self._guarded(self.row_view), name=f"{self.page_name}_change")
        return [*super().get_urls(), row]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the page's organisation, whatever a list or a filter asks for. PostgreSQL shows no others."""
        del request
        shown = {field.name for field in self.columns}
        named = {name: column for name, column in self.names.items() if name in shown}
        rows: QuerySet[Any] = self.model._default_manager.filter(organization_id=scope.current())  # noqa: SLF001 - Django's way
        rows = rows.select_related(*named) if named else rows
        return rows.only(*shown, *(f"{name}__{column}" for name, column in named.items()))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Filters in the address go by columns that are shown."""
        shown = {field.name for field in self.columns}
        return lookup.partition("__")[0] in shown and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]  # Django's stub leaves out None

    def row_view(self, request: HttpRequest, row_id: UUID) -> TemplateResponse:
        """Everything of one row, and where the rows are that refer to it."""
        row = self.get_queryset(request).filter(pk=row_id).first()
        if row is None:
            raise Http404("There is no such row.")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self.opts.verbose_name} {row.pk}".capitalize(),
            "opts": self.opts,
            "facts": [self._fact(row, field) for field in self.columns],
            "lists": list(self._lists_of(row)),
        }
        return TemplateResponse(request, "tenants/operator_row.html", context)

    def _fact(self, row: Model, field: Field[Any, Any]) -> dict[str, object]:
        value = getattr(row, field.attname)
        if isinstance(field, ForeignKey):
            return {"name": field.verbose_name, "value": refer(row, field, name=self.names.get(field.name))}
        if isinstance(value, dict | list):
            return {"name": field.verbose_name, "text": json.dumps(value, indent=1, ensure_ascii=False)}
        if isinstance(value, Decimal):
            value = f"{value.normalize():f}"  # without the zeros that the column's room is filled up with
        return {"name": field.verbose_name, "value": display_for_value(value, NOTHING)}

    def _lists_of(self, row: Model) -> Iterator[dict[str, str]]:
        for other in tenant_site._registry.values():  # noqa: SLF001 - there is no other way to ask for all
            for field in other.opts.concrete_fields:
                if field.related_model is self.model and isinstance(other, TenantAdmin) and field in other.columns:
                    url = reverse(f"admin:{other.page_name}_changelist")
                    label = f"{other.opts.verbose_name_plural} by {field.verbose_name}".capitalize()
                    yield {"url": f"{url}?{field.name}={row.pk}", "label": label}


def refer(row: Model, field: ForeignKey[Any, Any], *, name: str | None) -> str:
    """A link to the row that a reference names, by its `name` where it has one."""
    row_id = getattr(row, field.attname)
    if row_id is None:
        return NOTHING
    text = getattr(getattr(row, field.name), name) if name else str(row_id)[:8]
    meta = field.related_model._meta  # noqa: SLF001 - Django's own way to name it
    return format_html(
        '<a href="{}">{}</a>', reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row_id]), text
    )


def referring(field_name: str) -> Callable[[Model], str]:
    """A column of a list that leads to what the row refers to."""

    @admin.display(description=field_name.replace("_", " "), ordering=field_name)
    def column(row: Model) -> str:
        field: Any = row._meta.get_field(field_name)  # noqa: SLF001 - Django's own way to name it
        return refer(row, field, name=TenantAdmin.names.get(field_name))

    return column


@admin.register(Activity, site=tenant_site)
class ActivityAdmin(TenantAdmin):
    """The trail, operators' own views among it."""

    list_display = ["at", "actor", "verb", "subject_kind", "subject_id", "detail"]
    list_filter = ["verb"]
    search_fields = ["actor", "subject_id"]
    ordering = ["-at", "-id"]


@admin.register(Member, site=tenant_site)
class MemberAdmin(TenantAdmin):
    """Who is in the organisation, and since when who was is no more."""

    hidden = ("named_at",)
    list_display = ["name", "user_id", "role", "first_seen_at", "last_seen_at", "removed_at"]
    search_fields = ["name", "user_id"]
    ordering = ["name", "id"]


@admin.register(ActivitySeal, site=tenant_site)
class ActivitySealAdmin(TenantAdmin):
    """The trail's chain, its head first."""

    list_display = ["position", "sealed_at", "hash", referring("activity")]
    ordering = ["-position"]

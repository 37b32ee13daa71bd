"""What bills say, as it is kept: lines, what describes them, and what pages add up. Part of `audits.models`."""

from __future__ import annotations

from typing import Any

from django.db import models

from tenants import scope
from tenants.models import Organization, TenantModel

# A line of a bill holds what the file says to the last digit: a DOUBLE's shortest text has up to 24 after the point.
LINE_COST: dict[str, Any] = {"max_digits": 38, "decimal_places": 24}
# 32 before it: a day's rows of storage in byte-seconds, each of up to 20.
LINE_QUANTITY: dict[str, Any] = {"max_digits": 50, "decimal_places": 18}


class CostLine(TenantModel):
    """The charges of one resource on one day under one price, summed from the bill's rows. Names as in FOCUS."""

    load = models.ForeignKey(
        "audits.BillLoad", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="lines"
    )
    # The load's tie is over the organisation too and says from which source a line came. Each further foreign
    # key would be looked up for every line once more, a third of what writing it costs.
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        default=scope.current,
        db_index=False,
        db_constraint=False,
    )
    billing_period = models.DateField()
    billing_account_id = models.TextField(blank=True)
    sub_account_id = models.TextField(blank=True)
    charge_date = models.DateField()
    charge_days = models.PositiveIntegerField(default=1)
    provider_name = models.TextField(blank=True)
    service_name = models.TextField(blank=True)
    region_id = models.TextField(blank=True)
    resource_id = models.TextField(blank=True)
    charge_category = models.TextField()
    charge_class = models.TextField(blank=True)
    charge_description = models.TextField(blank=True)
    sku_id = models.TextField(blank=True)
    usage_type = models.TextField(blank=True)
    pricing_category = models.TextField(blank=True)
    commitment_discount_id = models.TextField(blank=True)
    commitment_discount_status = models.TextField(blank=True)
    consumed_quantity = models.DecimalField(**LINE_QUANTITY, null=True)
    consumed_unit = models.TextField(blank=True)
    pricing_quantity = models.DecimalField(**LINE_QUANTITY, null=True)
    commitment_discount_quantity = models.DecimalField(**LINE_QUANTITY, null=True)
    billing_currency = models.TextField()
    billed_cost = models.DecimalField(**LINE_COST)
    effective_cost = models.DecimalField(**LINE_COST)
    list_cost = models.DecimalField(**LINE_COST)
    contracted_cost = models.DecimalField(**LINE_COST)
    invoice_id = models.TextField(blank=True)
    row_count = models.PositiveIntegerField(default=1)
    detail_number = models.IntegerField(null=True)  # of a CostDetail of the same load; null: the bill tells no more

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "sub_account_id", "resource_id", "charge_date"], name="cost_line_by_resource"
            ),
            models.Index(fields=["organization", "load"], name="cost_line_by_load"),
        ]


class CostDetail(TenantModel):
    """What further describes lines of a load, once for each combination: lines name it by its number."""

    load = models.ForeignKey(
        "audits.BillLoad", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="details"
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        default=scope.current,
        db_index=False,
        db_constraint=False,
    )
    number = models.IntegerField()
    columns = models.JSONField(default=dict)  # FOCUS' column: its text; of audits.charge_details.DIMENSIONS
    tags = models.JSONField(default=dict)  # key: value, as the bill has them, provider's prefixes included
    extra = models.JSONField(default=dict)  # columns that FOCUS 1.2 does not know, under their own names

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "load", "number"], name="cost_detail_once")]


class CostDay(TenantModel):
    """A load's charges by day, account, service, region and kind, for pages: its lines, added up when it is loaded."""

    load = models.ForeignKey(
        "audits.BillLoad", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="days"
    )
    organization = models.ForeignKey(  # tied through the load, as a line's
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        default=scope.current,
        db_index=False,
        db_constraint=False,
    )
    charge_date = models.DateField()
    charge_days = models.PositiveIntegerField(default=1)
    provider_name = models.TextField(blank=True)
    sub_account_id = models.TextField(blank=True)
    service_name = models.TextField(blank=True)
    region_id = models.TextField(blank=True)
    kind = models.TextField()  # of audits.bill_sums.KINDS
    is_prepaid = models.BooleanField(default=False)  # a purchase whose cost is spread over the usage that it covers
    billing_currency = models.TextField()
    billed_cost = models.DecimalField(**LINE_COST)
    effective_cost = models.DecimalField(**LINE_COST)
    list_cost = models.DecimalField(**LINE_COST)
    contracted_cost = models.DecimalField(**LINE_COST)
    row_count = models.BigIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "load", "charge_date"], name="cost_day_by_load"),
            models.Index(fields=["organization", "charge_date"], name="cost_day_by_date"),
        ]


class CostRate(TenantModel):
    """What a load charges for usage by day, region, meter and unit, without commitments: what a unit has cost."""

    load = models.ForeignKey(
        "audits.BillLoad", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    organization = models.ForeignKey(  # tied through the load, as a line's
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        default=scope.current,
        db_index=False,
        db_constraint=False,
    )
    charge_date = models.DateField()
    region_id = models.TextField(blank=True)
    usage_type = models.TextField(blank=True)
    charge_description = models.TextField(blank=True)  # where there is no usage type
    consumed_unit = models.TextField(blank=True)
    billing_currency = models.TextField()
    # Sums of what is above zero alone, so they may be longer than what a day's costs add up to.
    effective_cost = models.DecimalField(max_digits=60, decimal_places=24)
    consumed_quantity = models.DecimalField(max_digits=60, decimal_places=18)

    class Meta:
        indexes = [models.Index(fields=["organization", "load", "charge_date"], name="cost_rate_by_load")]


class CostTagKey(TenantModel):
    """A tag's key by which a load is added up. `other_count` of its values are kept as one sum."""

    load = models.ForeignKey(
        "audits.BillLoad", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    key = models.TextField()
    value_count = models.IntegerField()
    other_count = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["organization", "load"], name="cost_tag_key_by_load")]


class CostTag(TenantModel):
    """A load's charges with one tag as CostDay has them, by its value; null: all values that are kept as one sum."""

    tag_key = models.ForeignKey(
        CostTagKey, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    organization = models.ForeignKey(  # tied through the key, and that through the load
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        default=scope.current,
        db_index=False,
        db_constraint=False,
    )
    value = models.TextField(null=True)
    charge_date = models.DateField()
    charge_days = models.PositiveIntegerField(default=1)
    provider_name = models.TextField(blank=True)
    sub_account_id = models.TextField(blank=True)
    service_name = models.TextField(blank=True)
    region_id = models.TextField(blank=True)
    kind = models.TextField()
    is_prepaid = models.BooleanField(default=False)
    billing_currency = models.TextField()
    billed_cost = models.DecimalField(**LINE_COST)
    effective_cost = models.DecimalField(**LINE_COST)
    list_cost = models.DecimalField(**LINE_COST)
    contracted_cost = models.DecimalField(**LINE_COST)
    row_count = models.BigIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["organization", "tag_key", "charge_date"], name="cost_tag_by_key")]


class QuarantinedRow(TenantModel):
    """A row of a bill that could not be read and was left out. It goes when its load's lines go."""

    load = models.ForeignKey(
        "audits.BillLoad",
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="quarantined_rows",
    )
    part = models.TextField()
    row_number = models.BigIntegerField()  # after the header
    column = models.TextField()  # the file's own name
    value = models.TextField(blank=True)  # printable, and cut to a length
    reason = models.TextField()
    remedy = models.TextField()
    currency = models.TextField(blank=True)
    billed_cost = models.DecimalField(**LINE_COST, null=True)  # None: it is what cannot be read

    class Meta:
        indexes = [models.Index(fields=["organization", "load", "row_number"], name="quarantined_row_by_load")]

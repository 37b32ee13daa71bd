"""What loads charge by day, account, service, region and kind, for pages; added up for the loads that are there."""

import django.db.models.deletion
import tenants.scope
import uuid
from django.db import migrations, models

from tenants.rls import Access, LeadKeyWithOrganization, LiftRowSecurity, ProtectTable, TieToOrganization

LINE_COST = {"max_digits": 38, "decimal_places": 24}
ADD_UP_WHAT_IS_LOADED = """
    insert into audits_costday (id, organization_id, load_id, charge_date, charge_days, provider_name, sub_account_id,
           service_name, region_id, kind, is_prepaid, billing_currency, billed_cost, effective_cost, list_cost,
           contracted_cost, row_count)
    select gen_random_uuid(), days.*
      from (select organization_id, load_id, charge_date, charge_days, provider_name, sub_account_id, service_name,
                   region_id,
                   case when charge_class = 'Correction' then 'Correction'
                        when charge_category in ('Tax', 'Credit') then charge_category
                        when service_name ~* '(^|[^a-z0-9_])support([^a-z0-9_]|$)' then 'Support'
                        when charge_category in ('Purchase', 'Usage') then charge_category else 'Adjustment' end,
                   charge_category = 'Purchase'
                   and (commitment_discount_id <> '' or (billed_cost <> 0 and effective_cost = 0)),
                   billing_currency, sum(billed_cost), sum(effective_cost), sum(list_cost), sum(contracted_cost),
                   sum(row_count)
              from audits_costline
             group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) as days
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0090_bill_sources"),
        ("costframe", "0071_owners_functions"),
        ("tenants", "0070_views_by_ticket"),
    ]

    operations = [
        migrations.CreateModel(
            name="CostDay",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("charge_date", models.DateField()),
                ("charge_days", models.PositiveIntegerField(default=1)),
                ("provider_name", models.TextField(blank=True)),
                ("sub_account_id", models.TextField(blank=True)),
                ("service_name", models.TextField(blank=True)),
                ("region_id", models.TextField(blank=True)),
                ("kind", models.TextField()),
                ("is_prepaid", models.BooleanField(default=False)),
                ("billing_currency", models.TextField()),
                ("billed_cost", models.DecimalField(**LINE_COST)),
                ("effective_cost", models.DecimalField(**LINE_COST)),
                ("list_cost", models.DecimalField(**LINE_COST)),
                ("contracted_cost", models.DecimalField(**LINE_COST)),
                ("row_count", models.BigIntegerField(default=1)),
                ("load", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="days", to="audits.billload")),
                ("organization", models.ForeignKey(db_constraint=False, db_index=False, default=tenants.scope.current, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "load", "charge_date"], name="cost_day_by_load"),
                    models.Index(fields=["organization", "charge_date"], name="cost_day_by_date"),
                ],
            },
        ),
        LeadKeyWithOrganization("audits_costday"),
        LiftRowSecurity("audits_costline", [migrations.RunSQL(ADD_UP_WHAT_IS_LOADED, migrations.RunSQL.noop)]),
        # After the rows: a tie's checks that wait for the end would keep the table from being altered. It looks for each
        # row's load as the owner.
        LiftRowSecurity("audits_billload", [TieToOrganization("audits_costday", "load_id", "audits_billload")]),
        ProtectTable(
            "audits_costday",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert", "delete")),
            ],
        ),
    ]

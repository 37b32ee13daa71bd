"""What a unit has cost by day, region and meter, kept by the load; added up for the loads that are there."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tenants.scope
from tenants.rls import Access, LeadKeyWithOrganization, LiftRowSecurity, ProtectTable, TieToOrganization

LOOSE = {"db_constraint": False, "db_index": False, "on_delete": django.db.models.deletion.CASCADE, "related_name": "+"}
ADD_UP_WHAT_IS_LOADED = """
    insert into audits_costrate (id, organization_id, load_id, charge_date, region_id, usage_type, charge_description,
           consumed_unit, billing_currency, effective_cost, consumed_quantity)
    select gen_random_uuid(), rates.*
      from (select organization_id, load_id, charge_date, region_id, usage_type,
                   case when usage_type = '' then charge_description else '' end,
                   consumed_unit, billing_currency, sum(effective_cost), sum(consumed_quantity)
              from audits_costline
             where charge_category = 'Usage' and charge_class <> 'Correction' and commitment_discount_id = ''
               and effective_cost > 0 and consumed_quantity > 0
             group by 1, 2, 3, 4, 5, 6, 7, 8) as rates
"""


class Migration(migrations.Migration):
    dependencies = [("audits", "0104_stop_uploads")]

    operations = [
        migrations.CreateModel(
            name="CostRate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("charge_date", models.DateField()),
                ("region_id", models.TextField(blank=True)),
                ("usage_type", models.TextField(blank=True)),
                ("charge_description", models.TextField(blank=True)),
                ("consumed_unit", models.TextField(blank=True)),
                ("billing_currency", models.TextField()),
                ("effective_cost", models.DecimalField(decimal_places=24, max_digits=60)),
                ("consumed_quantity", models.DecimalField(decimal_places=18, max_digits=60)),
                ("load", models.ForeignKey(to="audits.billload", **LOOSE)),
                (
                    "organization",
                    models.ForeignKey(default=tenants.scope.current, to="tenants.organization", **LOOSE),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "load", "charge_date"], name="cost_rate_by_load")],
            },
        ),
        LeadKeyWithOrganization("audits_costrate"),
        LiftRowSecurity("audits_costline", [migrations.RunSQL(ADD_UP_WHAT_IS_LOADED, migrations.RunSQL.noop)]),
        # After the rows: a tie's checks that wait for the end would keep the table from being altered.
        LiftRowSecurity("audits_billload", [TieToOrganization("audits_costrate", "load_id", "audits_billload")]),
        ProtectTable("audits_costrate", [Access(role="cf_worker", commands=("select", "insert", "delete"))]),
    ]

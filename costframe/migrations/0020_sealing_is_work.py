"""The worker enters an organisation for the sake of a line of its trail that waits for its seal, too."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("costframe.migrations.0010_clerk_events_are_work").WORK_ON
LINES = "audits_step,tenants_unsealedactivity}"


class Migration(migrations.Migration):
    dependencies = [("costframe", "0010_clerk_events_are_work"), ("tenants", "0021_trail_walls")]

    operations = [migrations.RunSQL(BEFORE.replace("audits_step}", LINES), BEFORE)]

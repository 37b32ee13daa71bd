"""The worker enters an organisation for the sake of a line of its trail that waits for its seal, too."""

from importlib import import_module

from django.db import migrations

work = import_module("costframe.migrations.0001_work")


class Migration(migrations.Migration):
    dependencies = [("costframe", "0001_work"), ("tenants", "0021_trail_walls")]

    operations = [
        migrations.RunSQL(work.work_on((*work.WORK, "tenants_unsealedactivity")), work.work_on(work.WORK)),
    ]

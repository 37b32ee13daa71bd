"""A worker may count what a sealing key opens, across organisations, and learns nothing else of those rows."""

from django.db import migrations

from connections.key_use import COUNT_ROWS, COUNT_ROWS_REVERSE


class Migration(migrations.Migration):
    dependencies = [("connections", "0002_walls")]

    operations = [migrations.RunSQL(list(COUNT_ROWS), list(COUNT_ROWS_REVERSE))]

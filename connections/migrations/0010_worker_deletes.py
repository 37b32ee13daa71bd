"""A worker deletes the connections of an organisation that its provider says is deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("connections", "0004_confirmation")]

    operations = [
        migrations.RunSQL(
            "grant update (deleted_at) on connections_connection to cf_worker",
            "revoke update (deleted_at) on connections_connection from cf_worker",
        )
    ]

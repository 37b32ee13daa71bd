"""The worker enters an organisation for the sake of a preview of thresholds, too, and may book that its message was lost."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("costframe.migrations.0091_uploads_are_work")
OWNER_LOOKS = "create policy cf_owner on findings_thresholdpreview for select to cf_owner using (true)"
WORK_ON = BEFORE.WORK_ON.replace("audits_billupload,", "audits_billupload,findings_thresholdpreview,")
BOOK_LOST = BEFORE.BOOK_LOST.replace("load_upload,", "load_upload,preview_thresholds,")


class Migration(migrations.Migration):
    dependencies = [("costframe", "0091_uploads_are_work"), ("findings", "0112_rule_settings")]

    operations = [
        migrations.RunSQL(OWNER_LOOKS, "drop policy cf_owner on findings_thresholdpreview"),
        migrations.RunSQL(WORK_ON, BEFORE.WORK_ON),
        migrations.RunSQL(BOOK_LOST, BEFORE.BOOK_LOST),
    ]

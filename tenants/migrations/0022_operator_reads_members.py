"""What an operator may see of an organisation's people: all that its own page shows of them."""

from django.db import migrations

from tenants.operator_reads import LetOperatorRead

MEMBER = (
    *("id", "organization_id", "user_id", "name", "role"),
    *("joined_at", "updated_at", "removed_at", "first_seen_at", "last_seen_at"),
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0021_trail_walls")]

    operations = [LetOperatorRead("tenants_member", MEMBER)]

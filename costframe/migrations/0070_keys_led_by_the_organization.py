"""Every key of a tenant's table starts with the organisation, the primary key too.

But for the inbox's: a message of the identity provider is one message, whatever organisation a second one of the same
id names. Its key is told from the provider's own, which nobody guesses, and who may add to the inbox may not look.
"""

from django.db import migrations

from tenants.rls import LeadKeyWithOrganization

TABLES = (
    "tenants_activity",
    "tenants_activityseal",
    "tenants_unsealedactivity",
    "tenants_member",
    "connections_connection",
    "connections_sealedcredential",
    "connections_accesscheck",
    "connections_confirmation",
    "audits_schedule",
    "audits_audit",
    "audits_step",
    "audits_gap",
    "audits_apicall",
    "audits_resource",
    "audits_usage",
    "audits_billload",
    "audits_costline",
    "audits_lostmessage",
    "findings_verdict",
    "findings_finding",
)


class Migration(migrations.Migration):
    dependencies = [
        ("costframe", "0020_sealing_is_work"),
        ("tenants", "0070_views_by_ticket"),
        ("connections", "0070_access_check_tied"),
        ("audits", "0070_calls_without_a_step"),
        ("findings", "0020_operator_reads"),
    ]

    operations = [LeadKeyWithOrganization(table) for table in TABLES]

"""Row-level security of the trail's chain, a mark beside every new line, and how an operator's view is booked."""

from django.db import migrations

from tenants.operator_reads import FUNCTIONS, FUNCTIONS_REVERSE, LetOperatorRead
from tenants.rls import Access, LiftRowSecurity, ProtectTable, TieToOrganization

# Whoever appends a line cannot leave out the mark that has it sealed: the owner's trigger makes it.
MARK = (
    """
create function cf_mark_unsealed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
    begin
        insert into public.tenants_unsealedactivity (id, organization_id, due_at)
        select id, organization_id, now() + interval '10 seconds' from appended;
        return null;
    end $$
""",
    "revoke all on function cf_mark_unsealed() from public",
    "create trigger mark_unsealed after insert on tenants_activity referencing new table as appended "
    "for each statement execute function cf_mark_unsealed()",
)
MARK_REVERSE = ("drop trigger mark_unsealed on tenants_activity", "drop function cf_mark_unsealed()")
OLD_LINES = [
    "insert into tenants_unsealedactivity (id, organization_id, due_at) select id, organization_id, now() "
    "from tenants_activity",
    "set constraints all immediate",  # a table with checks outstanding cannot be altered
    "set constraints all deferred",
]
# The trigger writes marks as the owner, and the owner looks whether a mark is work (costframe.migrations).
MARKS_BY_OWNER = (
    'create policy cf_owner on "tenants_unsealedactivity" for all to cf_owner using (true) with check (true)'
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0020_activity_seals")]

    operations = [
        # A line that is sealed cannot go while its seal stands.
        TieToOrganization("tenants_activityseal", "activity_id", "tenants_activity", on_delete="restrict"),
        migrations.RunSQL(list(MARK), list(MARK_REVERSE)),
        LiftRowSecurity("tenants_activity", [migrations.RunSQL(OLD_LINES, migrations.RunSQL.noop)]),
        ProtectTable(
            "tenants_activityseal",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert")),
            ],
        ),
        ProtectTable(
            "tenants_unsealedactivity",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "delete")),
                Access(role="cf_scheduler", columns={"select": ("id", "organization_id", "due_at")}, sees_all=True),
            ],
        ),
        migrations.RunSQL(MARKS_BY_OWNER, 'drop policy cf_owner on "tenants_unsealedactivity"'),
        migrations.RunSQL(list(FUNCTIONS), list(FUNCTIONS_REVERSE)),
        LetOperatorRead("tenants_activity"),
        LetOperatorRead("tenants_activityseal"),
        LetOperatorRead("tenants_unsealedactivity"),
    ]

"""What runs as the owner takes no name from its caller's temporary schema, and books no words of its caller's."""

from django.db import migrations

# Where pg_temp is not named it is searched first: for types, too. A worker may make temporary objects, so a domain of
# its own called text would have had its check run inside these functions, as the owner.
PINNED = ("cf_organization()", "cf_context_mac(text, text)", "cf_work_on(text, uuid, uuid)")

# In its own scope a worker says why in a sentence. Of a message that named no row of the organisation there is a line in
# our words, and no more of them an hour than somebody reads.
BOOK_LOST = """
create or replace function cf_book_lost(organization uuid, actor text, work_id uuid, reason text) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    is_own constant boolean := organization is not distinct from public.cf_organization();
begin
    if actor is null or actor <> all ('{check_access,plan_night,run_audit,run_step,take_in_event}'::text[])
            or reason is null or not is_own and reason <> 'NO_SUCH_ROW' then
        raise invalid_parameter_value using message = 'There is no such actor or reason to book.',
            hint = 'A new word needs a migration of cf_book_lost().';
    end if;
    insert into public.audits_lostmessage (id, organization_id, at, actor, row_id, reason)
        select gen_random_uuid(), o.id, now(), actor, work_id, left(reason, 255)
          from public.tenants_organization o
         where o.id = organization and (is_own or 100 > (
               select count(*) from public.audits_lostmessage l
                where l.organization_id = o.id and l.at > now() - interval '1 hour'));
    return found;
end $$
"""
# The owner's own policy lets it add; this one lets it count.
COUNTED = "create policy cf_owner_counts on audits_lostmessage for select to cf_owner using (true)"


class Migration(migrations.Migration):
    dependencies = [("costframe", "0070_keys_led_by_the_organization")]

    operations = [
        *(
            migrations.RunSQL(f"alter function {name} set search_path = pg_catalog, pg_temp", migrations.RunSQL.noop)
            for name in PINNED
        ),
        migrations.RunSQL(COUNTED, "drop policy cf_owner_counts on audits_lostmessage"),
        migrations.RunSQL(BOOK_LOST, migrations.RunSQL.noop),
        # The function alone adds lines.
        migrations.RunSQL(
            "revoke insert on audits_lostmessage from cf_worker", "grant insert on audits_lostmessage to cf_worker"
        ),
    ]

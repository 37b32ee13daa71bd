"""The operator of a worker may name a source of bills, as a connection, for files on that machine to be loaded into."""

from django.db import migrations

# As in 0020, with one more place, and pg_temp last as 0071 has it.
WORK_ON = """
create or replace function cf_work_on(work text, organization uuid, work_id uuid) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    is_due boolean;
    key_id text := (select k.id from public.tenants_contextkey k order by k.made_at desc, k.id limit 1);
    expiry text := (extract(epoch from now())::bigint + 30)::text;
begin
    if work = 'tenants_clerkevent' then
        select e.due_at is not null and (e.state in ('RECEIVED', 'WAITING') or e.due_at <= now())
          from public.tenants_clerkevent e where e.organization_id = organization and e.id = work_id
            into is_due;
    elsif work = any ('{connections_accesscheck,audits_schedule,audits_audit,audits_step,tenants_unsealedactivity}'::text[]) then
        execute format('select due_at is not null from public.%I where organization_id = $1 and id = $2', work)
            into is_due using organization, work_id;
    elsif work = any ('{connections_connection,audits_billsource}'::text[]) then
        execute format('select true from public.%I where organization_id = $1 and id = $2', work)
            into is_due using organization, work_id;
    end if;
    if is_due is null then
        raise no_data_found using message = 'There is no such work in this organisation.';
    elsif not is_due then
        raise object_not_in_prerequisite_state using message = 'This work is over.';
    elsif key_id is null then
        raise config_file_error using message = 'There is no context key.',
            hint = 'Run manage.py context_key make as the migrate process.';
    end if;
    return concat_ws('|', key_id, organization, expiry, '', public.cf_context_mac(key_id, concat_ws(
        '|', 'costframe-context-1', organization, pg_backend_pid()::text, expiry, '')));
end $$;
"""
OWNER_LOOKS = "create policy cf_owner on audits_billsource for select to cf_owner using (true)"


class Migration(migrations.Migration):
    dependencies = [("costframe", "0071_owners_functions"), ("audits", "0090_bill_sources")]

    operations = [
        migrations.RunSQL(OWNER_LOOKS, "drop policy cf_owner on audits_billsource"),
        migrations.RunSQL(WORK_ON, migrations.RunSQL.noop),
    ]

"""The worker enters by an event that the identity provider sent, too: until what it says is done."""

from django.db import migrations

# As in 0001, and one more kind of row. An event that is done stays until it is forgotten, and is work again only then.
WORK_ON = """
create or replace function cf_work_on(work text, organization uuid, work_id uuid) returns text
    language plpgsql volatile security definer set search_path = pg_catalog
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
    elsif work = any ('{connections_accesscheck,audits_schedule,audits_audit,audits_step}'::text[]) then
        execute format('select due_at is not null from public.%I where organization_id = $1 and id = $2', work)
            into is_due using organization, work_id;
    elsif work = any ('{connections_connection}'::text[]) then
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


class Migration(migrations.Migration):
    dependencies = [("costframe", "0001_work"), ("tenants", "0011_member_walls")]

    operations = [migrations.RunSQL(WORK_ON, migrations.RunSQL.noop)]

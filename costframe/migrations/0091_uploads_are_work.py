"""The worker enters an organisation for the sake of files that were handed in, too, and may book that a message was lost."""

from django.db import migrations

# As in 0090, with one more table of work.
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
    elsif work = any ('{connections_accesscheck,audits_schedule,audits_audit,audits_step,audits_billupload,tenants_unsealedactivity}'::text[]) then
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
# As in 0071, with one more actor.
BOOK_LOST = """
create or replace function cf_book_lost(organization uuid, actor text, work_id uuid, reason text) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    is_own constant boolean := organization is not distinct from public.cf_organization();
begin
    if actor is null or actor <> all ('{check_access,plan_night,run_audit,run_step,load_upload,take_in_event}'::text[])
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
OWNER_LOOKS = "create policy cf_owner on audits_billupload for select to cf_owner using (true)"


class Migration(migrations.Migration):
    dependencies = [("costframe", "0090_bill_sources_are_places"), ("audits", "0091_uploads")]

    operations = [
        migrations.RunSQL(OWNER_LOOKS, "drop policy cf_owner on audits_billupload"),
        migrations.RunSQL(WORK_ON, migrations.RunSQL.noop),
        migrations.RunSQL(BOOK_LOST, migrations.RunSQL.noop),
    ]

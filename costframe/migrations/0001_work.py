"""How the worker enters an organisation: by a row of it that is work, and of which it was told."""

from django.db import migrations

from tenants.rls import Access

# Rows that are waiting for a worker or held by one, and those that a worker's command is given by its operator.
WORK = ("connections_accesscheck", "audits_schedule", "audits_audit", "audits_step")
PLACES = ("connections_connection",)

# The worker has no key. It gets a proof for the organisation of a row that is work now, and of which it was told.
def work_on(tables):
    """The function, for rows of `tables` that are due."""
    return f"""
create or replace function cf_work_on(work text, organization uuid, work_id uuid) returns text
    language plpgsql volatile security definer set search_path = pg_catalog
    as $$
declare
    is_due boolean;
    key_id text := (select k.id from public.tenants_contextkey k order by k.made_at desc, k.id limit 1);
    expiry text := (extract(epoch from now())::bigint + 30)::text;
begin
    if work = any ('{{{",".join(tables)}}}'::text[]) then
        execute format('select due_at is not null from public.%I where organization_id = $1 and id = $2', work)
            into is_due using organization, work_id;
    elsif work = any ('{{{",".join(PLACES)}}}'::text[]) then
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
revoke all on function cf_work_on(text, uuid, uuid) from public;
grant execute on function cf_work_on(text, uuid, uuid) to cf_worker;
"""

# A message about a row that is nobody's comes with no proof, and is booked all the same.
BOOK_LOST = """
create function cf_book_lost(organization uuid, actor text, work_id uuid, reason text) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog
    as $$
begin
    insert into public.audits_lostmessage (id, organization_id, at, actor, row_id, reason)
        select gen_random_uuid(), o.id, now(), left(actor, 64), work_id, left(reason, 255)
          from public.tenants_organization o where o.id = organization;
    return found;
end $$;
revoke all on function cf_book_lost(uuid, text, uuid, text) from public;
grant execute on function cf_book_lost(uuid, text, uuid, text) to cf_worker;
"""

# Row-level security is forced on the owner too, whom nobody logs in as: these let the functions above look.
OWNERS_POLICIES = [
    *(Access(role="cf_owner", sees_all=True).policy(table, "organization_id") for table in (*WORK, *PLACES)),
    Access(role="cf_owner", sees_all=True).policy("tenants_organization", "id"),
    'create policy cf_owner on "audits_lostmessage" for insert to cf_owner with check (true)',
]


class Migration(migrations.Migration):
    dependencies = [("tenants", "0030_context_proof"), ("connections", "0002_walls"), ("audits", "0002_walls")]

    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in (*OWNERS_POLICIES, work_on(WORK), BOOK_LOST)
    ]

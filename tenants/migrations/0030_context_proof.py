"""cf_organization() believes a proof only: the transaction's setting alone opens nothing any more."""

from django.db import migrations

KEYS = """
create table tenants_contextkey (
    id text primary key,
    inner_pad bytea not null check (length(inner_pad) = 64),
    outer_pad bytea not null check (length(outer_pad) = 64),
    made_at timestamptz not null default now()
);
revoke all on tenants_contextkey from public;
"""

# HMAC-SHA-256 as RFC 2104 has it. No grant to anybody: the two functions below run as its owner.
MAC = """
create function cf_context_mac(key_id text, told text) returns text
    language sql stable parallel safe security definer set search_path = pg_catalog
    as $$ select encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(told, 'UTF8'))), 'hex')
            from public.tenants_contextkey k where k.id = key_id $$;
revoke all on function cf_context_mac(text, text) from public;
"""

# now() is when the transaction began, so a long one does not lose its scope in the middle.
# Parallel restricted, because a parallel worker has another pid; the sub-select in the policies runs in the leader.
ORGANIZATION = """
create or replace function cf_organization() returns uuid
    language plpgsql stable parallel restricted security definer set search_path = pg_catalog
    as $$
declare
    proof text[] := string_to_array(nullif(current_setting('costframe.organization', true), ''), '|');
begin
    if proof is null then
        return null;
    end if;
    if array_length(proof, 1) = 5 and proof[5] = public.cf_context_mac(proof[1], concat_ws(
            '|', 'costframe-context-1', proof[2], pg_backend_pid()::text, proof[3], proof[4])) then
        if to_timestamp(proof[3]::bigint) between now() and now() + interval '60 seconds' then
            return proof[2]::uuid;
        end if;
        raise invalid_authorization_specification using message = 'The proof of the organisation has run out.',
            hint = 'Clocks of web and database must agree within half a minute.';
    end if;
    raise invalid_authorization_specification using message = 'There is no proof for this organisation.';
end $$;
"""

class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_walls")]

    operations = [
        migrations.RunSQL(KEYS, "drop table tenants_contextkey"),
        migrations.RunSQL(MAC, "drop function cf_context_mac(text, text)"),
        migrations.RunSQL(ORGANIZATION, migrations.RunSQL.noop),
    ]

"""How many credentials a sealing key still opens: counted across organisations without seeing any of them."""

from __future__ import annotations

from django.db import connection

# Row-level security is forced on the owner too, so without a policy of its own the function would always count 0,
# and a key in use would look free to destroy. Only the migrator may become the owner, and it may not log in.
COUNT_ROWS = (
    'create policy cf_owner on "connections_sealedcredential" for select to cf_owner using (true)',
    """
create function cf_sealed_rows(key text) returns bigint
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select count(*) from public.connections_sealedcredential where key_id = key $$
""",
    "revoke all on function cf_sealed_rows(text) from public",
    "grant execute on function cf_sealed_rows(text) to cf_worker",
)
COUNT_ROWS_REVERSE = (
    "drop function cf_sealed_rows(text)",
    'drop policy cf_owner on "connections_sealedcredential"',
)


def count_rows_using(key_id: str) -> int:
    """How many sealed credentials, of all organisations, are sealed to the key. A number is all that comes back."""
    with connection.cursor() as cursor:
        cursor.execute("select cf_sealed_rows(%s)", [key_id])
        return int(cursor.fetchone()[0])

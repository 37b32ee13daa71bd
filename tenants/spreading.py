"""What concerns a person alone, told to each organisation that they are in. The one thing here that crosses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from uuid import UUID

# Whoever calls it names a row of the scope that is open and learns a number. In which organisations the person is
# stays in the database: each gets a row of its own in its inbox, and some worker takes that in that one's own scope.
# Row-level security is forced on the owner too, hence its policies (the one on organisations is made with cf_work_on);
# nobody logs in as the owner.
SPREAD = (
    'create policy cf_owner on "tenants_member" for select to cf_owner using (true)',
    'create policy cf_owner on "tenants_clerkevent" for all to cf_owner using (true) with check (true)',
    """
create function cf_spread_person_event(event uuid) returns bigint
    language sql security definer set search_path = pg_catalog, pg_temp
    as $$
with added as (
    insert into public.tenants_clerkevent
           (id, organization_id, issuer, type, payload, state, reason, received_at, due_at, attempt)
    select md5(e.id::text || m.organization_id::text)::uuid, m.organization_id, e.issuer, e.type, e.payload,
           'RECEIVED', '', e.received_at, now(), 0
      from public.tenants_clerkevent e
      join public.tenants_member m on m.user_id = e.payload -> 'data' ->> 'id'
      join public.tenants_organization o on o.id = m.organization_id and o.issuer = e.issuer
     where e.id = event and e.organization_id = public.cf_organization()
       and e.type in ('user.updated', 'user.deleted')
    on conflict do nothing
    returning 1)
select count(*) from added
$$
""",
    "revoke all on function cf_spread_person_event(uuid) from public",
    "grant execute on function cf_spread_person_event(uuid) to cf_worker",
)
SPREAD_REVERSE = (
    "drop function cf_spread_person_event(uuid)",
    'drop policy cf_owner on "tenants_clerkevent"',
    'drop policy cf_owner on "tenants_member"',
)


def spread(event_id: UUID) -> int:
    """Put a person's event into the inbox of each organisation that they are in. Returns how many were new."""
    with connection.cursor() as cursor:
        cursor.execute("select cf_spread_person_event(%s)", [event_id])
        return int(cursor.fetchone()[0])

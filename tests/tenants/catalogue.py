"""PostgreSQL's own picture of the database: tables, grants, policies, functions, and everything that could leak."""

from __future__ import annotations

from uuid import UUID, uuid4

from psycopg import sql

A = UUID("00000000-0000-4000-8000-00000000000a")
B = UUID("00000000-0000-4000-8000-00000000000b")
ROLES = ("cf_web", "cf_worker", "cf_scheduler", "cf_operator", "cf_operator_trail")
OURS = (*ROLES, "cf_migrator", "cf_owner")
VALUES = {"state": "OPEN"}  # where a check constraint asks for one of its words
ONE_OF_TWO = {"audit_id", "upload_id"}  # where a check constraint asks for one of two references
FIRST_OF_OURS = 16384  # what PostgreSQL brings along has a smaller oid
NOT_PUBLISHED = "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'"

# Kinds of object by which rows can leave a table, or by which what a query means can be changed. We use none.
LEAKY = {
    "pg_cast": "true",
    "pg_class": "relkind not in ('r', 'i', 't', 'S', 'I') and not relnamespace::regnamespace::text ~ '^pg_'",
    "pg_collation": "true",
    "pg_conversion": "true",
    "pg_event_trigger": "true",
    "pg_extension": "true",
    "pg_foreign_data_wrapper": "true",
    "pg_foreign_server": "true",
    "pg_language": "true",
    "pg_largeobject_metadata": "true",
    "pg_namespace": "nspname !~ '^pg_'",
    "pg_opclass": "true",
    "pg_operator": "true",
    "pg_proc": "proleakproof",
    "pg_publication": "true",
    "pg_rewrite": "true",
    "pg_statistic_ext": "true",
    "pg_subscription": "subdbid = (select oid from pg_database where datname = current_database())",
    "pg_transform": "true",
    "pg_trigger": "not tgisinternal",
    "pg_type": "typtype <> 'c' and typcategory <> 'A'",
}


def tenant_tables(connection) -> list[str]:
    """Every table that holds a tenant's rows: those with an organisation, and the organisations themselves."""
    rows = connection.execute(
        """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and (c.relname = 'tenants_organization' or exists (
                  select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id'))
            order by 1"""
    )
    return [name for (name,) in rows]


def owner_column(table: str) -> str:
    return "id" if table == "tenants_organization" else "organization_id"


def columns_of(connection, table: str) -> list[tuple[str, str, bool]]:
    """(name, type, whether it may be empty) of each column."""
    return connection.execute(
        """select column_name, data_type, is_nullable = 'YES' from information_schema.columns
            where table_schema = 'public' and table_name = %s order by ordinal_position""",
        [table],
    ).fetchall()


def grants(connection, table: str | None = None) -> list[str]:
    """Every grant on a relation or a column to anybody but its owner, one line each, columns in order."""
    rows = connection.execute(
        f"""with relation as (
              select c.oid, c.relname, c.relowner, c.relacl from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where {NOT_PUBLISHED} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                 and (%(table)s::text is null or c.relname = %(table)s)),
            grants as (
              select relname, a.grantee, a.privilege_type, '*' as columns, a.is_grantable
                from relation, aclexplode(relacl) a where a.grantee <> relowner
              union all
              select relname, a.grantee, a.privilege_type,
                     string_agg(attname, ',' order by attname collate "C"), a.is_grantable
                from relation join pg_attribute on attrelid = relation.oid, aclexplode(attacl) a
               where a.grantee <> relowner group by 1, 2, 3, 5)
            select concat_ws(' ', relname, case grantee when 0 then 'PUBLIC' else grantee::regrole::text end,
                             lower(privilege_type), columns, case when is_grantable then 'and may grant it' end)
              from grants""",
        {"table": table},
    )
    return sorted(line for (line,) in rows)


def policies(connection, table: str | None = None) -> list[tuple[str, ...]]:
    """(table, policy, kind, command, roles, using, check) of every policy; no expression is ''."""
    return connection.execute(
        """select tablename, policyname, permissive, cmd, array_to_string(roles, ','), coalesce(qual, ''),
                  coalesce(with_check, '') from pg_policies
            where %(table)s::text is null or tablename = %(table)s order by 1, 2""",
        {"table": table},
    ).fetchall()


def unforced(connection, tables: list[str]) -> list[str]:
    """Tables whose row-level security is off or does not bind their owner."""
    rows = connection.execute(
        "select relname from pg_class where relname = any(%s) and not (relrowsecurity and relforcerowsecurity)",
        [tables],
    )
    return [name for (name,) in rows]


def functions(connection) -> list[str]:
    """Every function of ours: how it runs, as whom, and who may call it."""
    rows = connection.execute(
        f"""select p.oid::regprocedure::text, concat_ws(', ', 'of ' || p.proowner::regrole,
                   case when p.prosecdef then 'runs as its owner' else 'runs as its caller' end,
                   case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
                   coalesce(array_to_string(p.proconfig, ' '), 'no settings of its own'),
                   case when p.proleakproof then 'LEAKPROOF' end), (
                   select coalesce(string_agg(case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end
                                              || case when a.is_grantable then ' and may grant it' else '' end, ' '
                                              order by a.grantee::regrole::text collate "C"), 'nobody')
                     from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee <> p.proowner)
              from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where {NOT_PUBLISHED}"""
    )
    return sorted(f"function {name}: {how}: {callers}" for name, how, callers in rows)


def powers(connection) -> list[str]:
    """What roles may do besides: database, schemas, parameters, defaults for what is made later, roles themselves."""
    grantee = "case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end || ' ' || lower(a.privilege_type)"
    rows = connection.execute(
        f"""select 'database of ' || datdba::regrole || ': ' || {grantee} from pg_database,
                   aclexplode(coalesce(datacl, acldefault('d', datdba))) a
             where datname = current_database() and a.grantee <> datdba and a.grantee::regrole::text <> all(%(others)s)
            union all
            select 'schema ' || nspname || ' of ' || nspowner::regrole || ': ' || {grantee} from pg_namespace n,
                   aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
             where {NOT_PUBLISHED} and a.grantee <> nspowner
            union all
            select concat_ws(' ', 'later', case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
                   when 'f' then 'functions' when 'T' then 'types' else defaclobjtype::text end, 'of',
                   defaclrole::regrole || ':', coalesce(string_agg({grantee}, ', ' order by a.grantee::regrole::text)
                   filter (where a.grantee <> defaclrole), 'nobody else'))
              from pg_default_acl left join aclexplode(defaclacl) a on true group by defaclrole, defaclobjtype
            union all
            select 'language ' || lanname || ': ' || {grantee} from pg_language,
                   aclexplode(coalesce(lanacl, acldefault('l', lanowner))) a where lanpltrusted and a.grantee <> lanowner
            union all
            select 'parameter ' || parname || ': ' || {grantee} from pg_parameter_acl, aclexplode(paracl) a
             where a.grantee::regrole::text = any(%(ours)s) or a.grantee = 0
            union all
            select concat_ws(' ', 'setting of', coalesce(nullif(setrole, 0)::regrole::text, 'everybody') || ':',
                   array_to_string(setconfig, ' ')) from pg_db_role_setting
             where setrole::regrole::text = any(%(ours)s)
                or setrole = 0 and setdatabase = (select oid from pg_database where datname = current_database())
            union all
            select concat_ws(' ', 'role', rolname || ':', case when rolcanlogin then 'logs in' else 'does not log in' end,
                   case when rolsuper then 'SUPERUSER' end, case when rolbypassrls then 'BYPASSRLS' end,
                   case when rolcreaterole then 'CREATEROLE' end, case when rolcreatedb then 'CREATEDB' end,
                   case when rolreplication then 'REPLICATION' end, array_to_string(rolconfig, ' '))
              from pg_roles where rolname = any(%(ours)s)
            union all
            select 'role ' || member::regrole || ' may become ' || roleid::regrole
                   || case when admin_option then ' and let others' else '' end
              from pg_auth_members where member::regrole::text = any(%(ours)s)""",
        {"ours": list(OURS), "others": ["cf_test"]},
    )
    return sorted(line for (line,) in rows)


def leaks(connection) -> list[str]:
    """Every object of a kind by which rows could leave their table."""
    looks = " union all ".join(
        f"select pg_describe_object(replace('{catalog}', '_metadata', '')::regclass, oid, 0) from {catalog} "
        f"where oid >= {FIRST_OF_OURS} and {which}"
        for catalog, which in LEAKY.items()
    )
    return sorted(name for (name,) in connection.execute(looks))


def owners(connection) -> set[str]:
    """Who owns the database and anything in it that is ours."""
    rows = connection.execute(
        f"""select datdba::regrole::text from pg_database where datname = current_database()
            union select nspowner::regrole::text from pg_namespace n where {NOT_PUBLISHED}
            union select relowner::regrole::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where {NOT_PUBLISHED}
            union select proowner::regrole::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                   where {NOT_PUBLISHED}"""
    )
    return {name for (name,) in rows}


def fill(connection, table: str) -> None:
    """One row of A and one of B, past every wall and reference, as the superuser may."""
    connection.execute("set local session_replication_role = replica")
    for organization in (A, B):
        connection.execute(insertion(connection, table, organization))
    connection.execute("set local session_replication_role = origin")


def insertion(connection, table: str, organization: UUID, **given: object) -> sql.Composed:
    """The statement that makes a row of `organization` with all that a row must have, and what is `given`."""
    row = {
        name: value_for(name, kind)
        for name, kind, may_be_empty in columns_of(connection, table)
        if not may_be_empty or name in VALUES or name in ONE_OF_TWO
    }
    row |= {owner_column(table): organization, **given}
    return sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Literal, row.values())),
    )


def value_for(name: str, kind: str):
    if name in VALUES:
        return VALUES[name]
    if name == "user_id":
        return uuid4().hex  # or giving a row away would meet the key that one organisation's members have
    return {
        "uuid": uuid4(),
        "character varying": "x",
        "text": "x",
        "boolean": False,
        "jsonb": "{}",
        "bytea": b"x",
        "ARRAY": [],
        "date": "2026-01-01",
        "timestamp with time zone": "2026-01-01T00:00:00Z",
        "time without time zone": "02:00",
        "numeric": 1,
    }.get(kind, 0)

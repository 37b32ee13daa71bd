"""Every question of every page goes by an index that starts with the organisation, under row-level security."""

from __future__ import annotations

import re

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.plans import scans_of
from tenants import scope
from tests.database import acting_as
from tests.tenants.planted import plant
from tests.tenants.url_map import every_route, filled_in

CURSOR = re.compile(r"^DECLARE .*? CURSOR FOR ")  # what is read row by row
QUERIES = ("?state=&sort=age", "?q=vol&new=on", "?rule=aws_ebs_volume_unattached&price_unknown=on", "?sort=-region",
           "?since=2026-10-01&until=2026-11-30&by=day", "?region=x&kind=Tax&cost=list&by=account&currency=USD",
           "?by=tag:team", "?since=2026-10-01&until=2026-11-30&tag=team&tagged=without")  # fmt: skip


@pytest.fixture
def theirs(organization):
    return plant(organization, "Northwindmark", account_id="222222222222", size_gib=100)


@pytest.fixture
def asked(theirs, visitor):
    """(page, question) of everything that pages ask to read."""
    found = []
    for _, pattern, converters in every_route():
        for query in ("",) if converters else ("", *QUERIES):
            with CaptureQueriesContext(connection) as captured:
                visitor.get(filled_in(pattern, theirs.ids) + query)
            statements = [CURSOR.sub("", one["sql"]).strip() for one in captured.captured_queries]
            found += [(pattern + query, one) for one in statements if one.upper().startswith("SELECT")]
    return found


def plans(asked, organization_id):
    """(page, scan) of every table that is read. Tables this small would else be read from end to end."""
    found = []
    with scope.organization(organization_id), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        for page, question in asked:
            cursor.execute(f"explain (format json) {question}")
            found += [(page, scan) for scan in scans_of(cursor.fetchone()[0])]
    return found


def loose(found):
    # A member is looked up by both of organisation and person, and in a table of a few rows PostgreSQL takes either.
    apart = [(page, scan) for page, scan in found if not scan.is_led_by_the_organisation]
    return sorted({f"{page}: {scan}" for page, scan in apart if "by member_by_person" not in str(scan)})


def test_every_question_of_a_page_goes_by_an_index_that_starts_with_the_organisation(asked, theirs):
    for role in ("cf_web", "cf_worker"):
        with acting_as(role):
            found = plans(asked, theirs.organization_id)
        assert loose(found) == [], role
    assert {scan.table for _, scan in found} >= {
        "audits_apicall", "audits_audit", "audits_billload", "audits_costday", "audits_costtag", "audits_costtagkey", "audits_gap", "audits_schedule", "audits_step",
        "audits_usage", "connections_accesscheck", "connections_connection", "findings_finding", "findings_verdict",
        "tenants_organization",
    }  # fmt: skip


SLOW = {
    "of cases": "(case when cf_organization() is null then false else organization_id = cf_organization() end)",
    "with another way in": "(organization_id = (select cf_organization()) or (select current_user = 'x'))",
    "of text": "(organization_id::text = (select cf_organization()::text))",
}


@pytest.mark.parametrize("shape", SLOW.values(), ids=SLOW)
def test_a_policy_of_another_shape_would_read_everybodys_rows(cluster, shape):
    """Where a question does not name the organisation itself, the shape of the policy decides."""

    def scan():
        (plan,) = admin.execute("explain (format json) select count(*) from findings_finding").fetchone()
        return scans_of(plan)[0]

    with psycopg.connect(cluster.postgres.url(database="costframe_test")) as admin:
        admin.execute("set local enable_seqscan = off")
        admin.execute("set local role cf_web")
        assert scan().is_led_by_the_organisation
        admin.execute("reset role")
        admin.execute(f"alter policy cf_web on findings_finding using {shape}")
        admin.execute("set local role cf_web")
        assert not scan().is_led_by_the_organisation
        admin.rollback()

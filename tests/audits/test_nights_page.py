"""When the organisation's nights begin: an admin says so, and every connection's next night moves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Schedule
from tenants import scope
from tenants.models import Activity, Organization
from tests.connections.test_views import text
from tests.database import acting_as
from tests.findings.rows import make_connection
from tests.web import Visitor

URL = "/audits/nights/"
TYPED = {"night_time": "23:30", "timezone": "Asia/Kolkata"}


@pytest.fixture
def admin(organization, provider_key):
    return Visitor(role="admin")


@pytest.fixture
def planned(organization):
    """A connection that is looked at every night."""
    with scope.organization(organization.id):
        connection = make_connection()
        with acting_as("cf_worker"):
            return Schedule.objects.create(connection=connection, due_at=timezone.now() + dt.timedelta(hours=40))


def now_set(organization):
    with scope.organization(organization.id):
        one = Organization.objects.get()
    return f"{one.night_time:%H:%M}", one.timezone


def test_an_admin_sets_the_hour_and_the_place_and_the_nights_are_planned_anew(organization, admin, planned):
    answer = admin.post(URL, TYPED, follow=True)
    assert "The nights are planned anew." in text(answer)
    assert now_set(organization) == ("23:30", "Asia/Kolkata")
    with scope.organization(organization.id):
        planned.refresh_from_db()
        booked = Activity.objects.get(verb="organization.nights_changed")
    assert (planned.due_at.hour, planned.due_at.minute) == (18, 0)
    assert booked.detail == {"before": "02:00 UTC", "after": "23:30 Asia/Kolkata"}
    assert booked.actor == "Ada (user_ada)"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"night_time": "25:00"}, "Write hours and minutes"),
        ({"night_time": ""}, "This field is required"),
        ({"timezone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone"),
        ({"timezone": "../../etc/passwd"}, "is no time zone"),
    ],
)
def test_what_is_no_hour_or_no_place_changes_nothing_and_says_why(organization, admin, change, said):
    answer = admin.post(URL, {**TYPED, **change})
    assert answer.status_code == 422
    assert said in text(answer)
    assert now_set(organization) == ("02:00", "UTC")


def test_the_form_shows_what_holds(organization, admin):
    page = admin.get(URL).content.decode()
    assert 'value="02:00"' in page
    assert '<option value="UTC" selected>' in page


def test_others_read_it_and_send_nothing(organization, visitor):
    assert "An admin of the organisation can change it" in text(visitor.get(URL))
    assert visitor.post(URL, TYPED).status_code == 403
    assert now_set(organization) == ("02:00", "UTC")

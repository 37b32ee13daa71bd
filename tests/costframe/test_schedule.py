"""What is due is sent once, again when its message was lost, and never by anything but its ids."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, transaction
from redis.exceptions import ConnectionError as RedisIsAway

from audits.models import Audit, Schedule, Step
from connections.models import AccessCheck, Connection
from costframe import schedule
from costframe.schedule import EAGER_SECONDS, IDLE_SECONDS, MOST_WAITING, TABLES, Scheduler, due_rows, next_due_at
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as
from tests.tenants import trails

SECOND = dt.timedelta(seconds=1)


class Sent:
    """A queue that remembers."""

    def __init__(self):
        self.messages, self.unread, self.away = [], 0, False

    def send(self, actor_name, organization_id, row_id):
        if self.away:
            raise RedisIsAway
        self.messages.append((actor_name, organization_id, row_id))

    def waiting(self):
        return self.unread


@pytest.fixture
def sent():
    return Sent()


@pytest.fixture
def scheduler(sent):
    return Scheduler(queue=sent, resend_seconds=20)


@pytest.fixture
def audit(organization):
    """An audit that is due at AT."""
    with scope.organization(organization.id):
        shop = Connection.objects.create(label="Shop", state="CONNECTED", account_id="222233334444", created_at=AT)
        return Audit.objects.create(connection=shop, requested_by="a test", requested_at=AT, due_at=AT)


@pytest.fixture
def as_scheduler(audit):
    with acting_as("cf_scheduler"):
        yield


def test_a_row_is_sent_when_it_is_due_and_not_before(scheduler, sent, audit, as_scheduler):
    assert scheduler.look(at=AT - 3 * SECOND) == 3
    assert sent.messages == []
    scheduler.look(at=AT)
    assert sent.messages == [("run_audit", audit.organization_id, audit.id)]


def test_a_row_that_was_sent_is_not_sent_again_at_once(scheduler, sent, as_scheduler):
    for seconds in range(20):
        assert scheduler.look(at=AT + seconds * SECOND) == EAGER_SECONDS
    assert len(sent.messages) == 1


def test_a_row_that_stays_due_is_sent_again(scheduler, sent, as_scheduler):
    scheduler.look(at=AT)
    scheduler.look(at=AT + 20 * SECOND)
    assert len(sent.messages) == 2


def test_a_row_whose_message_still_waits_is_given_more_time(scheduler, sent, as_scheduler):
    sent.unread = 1
    scheduler.look(at=AT)
    scheduler.look(at=AT + 20 * SECOND)
    assert len(sent.messages) == 1
    scheduler.look(at=AT + 200 * SECOND)
    assert len(sent.messages) == 2


def test_a_row_that_became_due_anew_is_sent_at_once(scheduler, sent, audit, organization, as_scheduler):
    scheduler.look(at=AT)
    with acting_as("cf_worker"), scope.organization(organization.id):
        Audit.objects.filter(id=audit.id).update(due_at=AT + SECOND)
    scheduler.look(at=AT + SECOND)
    assert len(sent.messages) == 2


def test_what_could_not_be_sent_is_sent_at_the_next_look(scheduler, sent, as_scheduler):
    sent.away = True
    assert scheduler.look(at=AT) == EAGER_SECONDS
    sent.away = False
    scheduler.look(at=AT + SECOND)
    assert len(sent.messages) == 1


def test_two_schedulers_send_twice_and_one_worker_takes(scheduler, sent, audit, organization, as_scheduler):
    scheduler.look(at=AT)
    Scheduler(queue=sent, resend_seconds=20).look(at=AT)
    assert len(sent.messages) == 2
    with acting_as("cf_worker"), scope.organization(organization.id):
        taken = [Audit.take(audit.id, at=AT, seconds=60) for _ in sent.messages]
    assert [row is None for row in taken] == [False, True]


def test_with_nothing_due_it_waits_no_longer_than_the_bound(scheduler, audit, organization, as_scheduler):
    assert scheduler.look(at=AT - dt.timedelta(hours=3)) == IDLE_SECONDS


def test_rows_of_every_table_are_found(audit, organization):
    with scope.organization(organization.id):
        check = AccessCheck.objects.create(connection=audit.connection, generation=1, requested_at=AT, due_at=AT)
        night = Schedule.objects.create(connection=audit.connection, due_at=AT)
        with acting_as("cf_worker"):
            step = Step.objects.create(
                audit=audit, connection=audit.connection, kind="JUDGE", account_id="2", due_at=AT + SECOND
            )
    with acting_as("cf_scheduler"):
        found = {row.actor: row.row_id for row in due_rows(at=AT + SECOND)}
        assert next_due_at(at=AT) == AT + SECOND
    assert found == {"check_access": check.id, "plan_night": night.id, "run_audit": audit.id, "run_step": step.id}


def steps_of(organization, count, *, due_at):
    """So many steps of an account of the organisation, due at once."""
    with scope.organization(organization.id):
        one = Connection.objects.create(label="One", state="CONNECTED", account_id="1", created_at=AT)
        audit = Audit.objects.create(connection=one, requested_by="a test", requested_at=AT)
        with acting_as("cf_worker"):
            made = [
                Step(audit=audit, connection=one, kind="INVENTORY", account_id="1", service=f"{at}", due_at=due_at)
                for at in range(count)
            ]
            return [step.id for step in Step.objects.bulk_create(made)]


def test_whatever_is_no_step_goes_first_however_many_steps_have_waited_for_longer(audit, organization, monkeypatch):
    monkeypatch.setattr(schedule, "MOST_AT_ONCE", 3)
    steps = steps_of(organization, 5, due_at=AT - 3600 * SECOND)
    with acting_as("cf_scheduler"):
        first, *others = due_rows(at=AT)
    assert first.row_id == audit.id
    assert {row.row_id for row in others} < set(steps)
    assert len(others) == 2


def test_organisations_take_turns_with_their_steps(organization, other_organization):
    many = steps_of(organization, 6, due_at=AT - 3600 * SECOND)
    few = steps_of(other_organization, 2, due_at=AT)
    with acting_as("cf_scheduler"):
        found = [row.row_id for row in due_rows(at=AT)]
    assert sorted(found) == sorted([*many, *few])
    assert set(few) < set(found[:4])


def test_steps_that_are_due_a_minute_earlier_go_first_and_those_of_one_minute_in_no_order_of_their_accounts(
    organization,
):
    steps_of(organization, 40, due_at=AT + 60 * SECOND)
    with acting_as("cf_worker"), scope.organization(organization.id):
        last = Step.objects.first()
        Step.objects.filter(id=last.id).update(due_at=AT)
    with acting_as("cf_scheduler"):
        found = [row.row_id for row in due_rows(at=AT + 60 * SECOND)]
    assert found[0] == last.id
    assert found[1:] == sorted(found[1:])


def test_no_more_is_sent_than_workers_take_soon(scheduler, sent, organization):
    steps_of(organization, MOST_WAITING + 10, due_at=AT)
    with acting_as("cf_scheduler"):
        scheduler.look(at=AT)
        assert len(sent.messages) == MOST_WAITING
        sent.unread = MOST_WAITING
        scheduler.look(at=AT + SECOND)
        assert len(sent.messages) == MOST_WAITING
        sent.unread = MOST_WAITING - 4
        scheduler.look(at=AT + 2 * SECOND)
    assert len({row_id for *_, row_id in sent.messages}) == len(sent.messages) == MOST_WAITING + 4


@pytest.fixture
def soon():
    """A moment at which lines of the trail that are appended now are due. Their clock is the database's."""
    return dt.datetime.now(dt.UTC) + 60 * SECOND


def test_the_lines_of_a_trail_are_sealed_by_one_message_an_organisation(
    scheduler, sent, organization, other_organization, soon
):
    trails.append(organization, count=5)
    trails.append(other_organization, count=1)
    with acting_as("cf_scheduler"):
        assert due_rows(at=soon - 60 * SECOND) == [], "a burst of lines is sealed together, a little later"
        for seconds in range(5):
            scheduler.look(at=soon + seconds * SECOND)
    assert sorted((actor, owner) for actor, owner, _ in sent.messages) == sorted(
        ("seal_trail", one.id) for one in (organization, other_organization)
    )
    waiting = {line.id for one in (organization, other_organization) for line in trails.lines(one)}
    assert {row_id for *_, row_id in sent.messages} <= waiting


def test_a_trail_that_is_sealed_is_not_sent_again(scheduler, sent, organization, soon):
    trails.append(organization)
    trails.seal(organization)
    with acting_as("cf_scheduler"):
        scheduler.look(at=soon)
    assert sent.messages == []


@pytest.mark.parametrize("table", TABLES.values())
@pytest.mark.parametrize("column", ["state", "claim", "connection_id"])
def test_the_scheduler_may_read_nothing_but_ids_and_times(db, table, column):
    with (
        acting_as("cf_scheduler"),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError),
        transaction.atomic(),
    ):
        cursor.execute(f"select {column} from {table}")


@pytest.mark.parametrize("table", TABLES.values())
def test_the_scheduler_may_claim_nothing(db, table):
    with (
        acting_as("cf_scheduler"),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError),
        transaction.atomic(),
    ):
        cursor.execute(f"update {table} set due_at = null")

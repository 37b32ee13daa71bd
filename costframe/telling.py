"""Tells how far a load is while it runs, in short transactions of its own, and never fails it. The worker only."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import Error, connection
from django.utils import timezone

from audits import load_progress
from audits.meanwhile import said_meanwhile
from costframe.broker import release_connections
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from audits.load_meter import Meter
    from audits.models import Step
    from audits.upload_models import BillUpload

log = logging.getLogger(__name__)
EVERY_SECONDS = 2.0
MOST_MILLISECONDS = 1000  # that one telling may take: the next one tells more


@contextmanager
def told(*, work: Step | BillUpload, organization_id: UUID, meter: Meter) -> Iterator[None]:
    """Tell what `meter` says while the block runs, for whoever looks at the page of `work`; at its end it is forgotten.

    No transaction may be open in the calling thread when the block begins or ends.
    """
    try:
        with said_meanwhile(
            lambda: say(work=work, organization_id=organization_id, meter=meter), every_seconds=EVERY_SECONDS
        ):
            yield
    finally:
        _forget(work=work, organization_id=organization_id)


def say(*, work: Step | BillUpload, organization_id: UUID, meter: Meter) -> bool:
    """Tell once. False: there is nothing to be told any more, since the work is over or another's."""
    extent = meter.extent()
    if extent is None:
        return True
    try:
        with scope.organization(organization_id):
            _hurry()
            return load_progress.tell(work=work, extent=extent, at=timezone.now())
    except (scope.WorkIsOver, scope.NoSuchWork):
        return False
    except Error as error:
        log.warning("How far a load is could not be told this time (%s).", type(error).__name__)
        return True
    finally:
        release_connections()


def _forget(*, work: Step | BillUpload, organization_id: UUID) -> None:
    """What stays, should it fail, is not shown: the work has another state or claim, or is not heard of."""
    try:
        with scope.organization(organization_id):
            load_progress.forget(work=work)
    except (scope.WorkIsOver, scope.NoSuchWork):
        return
    except Error as error:
        log.warning("How far a load was could not be forgotten (%s).", type(error).__name__)
    finally:
        release_connections()


def _hurry() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, true)", [str(MOST_MILLISECONDS)])

"""What stands in one account's region, service by service: the entry that an audit's step calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.provider import Collected
from connections.providers.aws import ec2, elb, rds
from connections.providers.aws.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from connections.providers.aws.session import AwsSession

COLLECTORS = {collector.service: collector for collector in (ec2.COLLECTOR, elb.COLLECTOR, rds.COLLECTOR)}


class UnknownService(Exception):
    """There is no collector of that name. Steps are made from `COLLECTORS`; an older step may be dropped."""

    permanent = True


def collect(*, session: AwsSession, service: str, region: str, at: datetime) -> Collected:
    """Read `service` in `region`: its resources, and a gap for every call that failed. `session.book` counts calls."""
    if service not in COLLECTORS:
        raise UnknownService(f"Nothing collects {service!r}; known are {', '.join(sorted(COLLECTORS))}.")
    reader = Reader(session=session, region=region, service=service, at=at)
    resources = tuple(COLLECTORS[service].collect(reader))
    return Collected(resources=resources, gaps=reader.gaps)

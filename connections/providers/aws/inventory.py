"""What stands in one account's region, service by service: the entry that an audit's step calls."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from connections.provider import NOTHING_KNOWN, Collected, Collector, Scope
from connections.providers.aws import calls, collectors, recorded
from connections.providers.aws.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from types import ModuleType

    from connections.provider import Call, Known, MetricPlace
    from connections.providers.aws.session import AwsSession
    from connections.resources import Thing


class UnknownService(Exception):
    """There is no collector of that name. Steps are made from `COLLECTORS`; an older step may be dropped."""

    permanent = True


class BadCollector(Exception):
    """A module in collectors/ does not hold what belongs there. The message says what to change."""


def find(modules: Iterable[ModuleType]) -> dict[str, Collector]:
    """The collectors of some modules by service, in its order; `BadCollector` where one does not keep to the rules."""
    found: dict[str, Collector] = {}
    owners: dict[type[Thing], str] = {}
    reads = {(call.service, call.operation): call.read for call in (*calls.METRICS, *calls.ACCESS, *calls.RECORDS)}
    for module in modules:
        name = module.__name__.rpartition(".")[2].removesuffix("_")  # lambda is a word of Python's
        collector = getattr(module, "COLLECTOR", None)
        if not isinstance(collector, Collector) or name != collector.service.replace("-", "_"):
            raise BadCollector(f"{module.__name__} must hold one COLLECTOR whose service is {name} (- for _).")
        for fault in (*_faults(collector, owners), *_recorded_otherwise(collector), *_read_otherwise(collector, reads)):
            raise BadCollector(f"{module.__name__}: {fault}")
        owners |= dict.fromkeys(collector.kinds, collector.service)
        found[collector.service] = collector
    return dict(sorted(found.items()))


def _faults(collector: Collector, owners: Mapping[type[Thing], str]) -> Iterable[str]:
    declared = set(collector.calls)
    for kind, needed in collector.needs.items():
        if collector.service != kind.SERVICE:
            yield f"{kind.__name__} is of {kind.SERVICE}, not of {collector.service}."
        if kind in owners:
            yield f"{kind.__name__} is collected by {owners[kind]} already."
        if not needed or not set(needed) <= declared:
            yield f"{kind.__name__} must need some of the collector's own calls."
    if not set(collector.places) <= set(collector.needs):
        yield "a place of usage is given for a type that it does not collect."
    if (collector.scope is Scope.REGIONAL) != (collector.home_region == ""):
        yield "whatever is not read in every region, and nothing else, has a home_region."
    if not set(collector.free) <= set(collector.needs):
        yield "a type that it does not collect is said to be free."
    if collector.scope is Scope.PAYER and collector.billed_as:
        yield "what is read for all accounts is not told by the bill of one: leave billed_as empty."


def _recorded_otherwise(collector: Collector) -> Iterable[str]:
    names = collector.recorded_as
    if names and (names.keys() != collector.needs.keys() or not all(names.values())):
        yield "a record tells of all of its types or of none: name them for each, or leave recorded_as empty."
    if unknown := {name for kind in names.values() for name in kind} - recorded.WHERE.keys():
        yield f"it is not known where {', '.join(sorted(unknown))} is recorded: say so in recorded.py."


def _read_otherwise(collector: Collector, reads: dict[tuple[str, str], tuple[str, ...]]) -> Iterable[str]:
    """A client's model is cut down to what one call reads: another of the same operation would miss what it reads."""
    for call in collector.calls:
        if reads.setdefault((call.service, call.operation), call.read) != call.read:
            yield f"{call.service} {call.operation} is declared to read something else elsewhere: declare it once."


COLLECTORS = find(
    import_module(f"{collectors.__name__}.{found.name}") for found in pkgutil.iter_modules(collectors.__path__)
)
_COLLECTOR_OF = {kind: collector for collector in COLLECTORS.values() for kind in collector.kinds}
# What the kit asks for where no export is read: every collector's calls, their usage, and what an access check reads.
DECLARED: tuple[Call, ...] = tuple(
    dict.fromkeys(
        (
            *(call for collector in COLLECTORS.values() for call in collector.calls),
            *(*calls.METRICS, *calls.ACCESS, *calls.RECORDS),
        )
    )
)


def calls_of(service: str) -> tuple[Call, ...]:
    """Every call that a step of `service` may make: its collector's, and usage where that keeps any."""
    collector = collector_of(service)
    return (*collector.calls, *calls.METRICS) if collector.places else collector.calls


def collector_of(service: str) -> Collector:
    """The collector of a service; `UnknownService` where there is none."""
    if service not in COLLECTORS:
        raise UnknownService(f"Nothing collects {service!r}; known are {', '.join(sorted(COLLECTORS))}.")
    return COLLECTORS[service]


def places(
    *, regions: Sequence[str], is_payer: bool, among: Iterable[Collector] = tuple(COLLECTORS.values())
) -> list[tuple[str, str]]:
    """Where an account is read: (region, service) for each region and regional collector, then the others' homes.

    `regions` are those that are switched on and wanted. A collector that reads for all accounts reads where `is_payer`.
    """
    found = list(among)
    regional = [one for one in found if one.scope is Scope.REGIONAL]
    elsewhere = [one for one in found if one.scope is Scope.GLOBAL or (one.scope is Scope.PAYER and is_payer)]
    return [(region, one.service) for region in regions for one in regional] + [
        (one.home_region, one.service) for one in elsewhere
    ]


def place_of(thing: Thing) -> MetricPlace | None:
    """Where CloudWatch keeps the usage of a resource; None where it keeps nothing that is worth asking for."""
    collector = _COLLECTOR_OF.get(type(thing))
    place = collector.places.get(type(thing)) if collector else None
    return place(thing) if place else None


def collect(*, session: AwsSession, service: str, region: str, at: datetime, known: Known = NOTHING_KNOWN) -> Collected:
    """Read `service` in `region`: its resources, and a gap for every call that failed. `session.book` counts calls.

    Of `known` resources that the lists show as they were, the details are taken over instead of being asked for.
    """
    collector = collector_of(service)
    reader = Reader(session=session, region=region, service=service, at=at, known=known)
    resources = tuple(collector.collect(reader))
    return Collected(resources=resources, gaps=reader.gaps, notes=reader.notes)

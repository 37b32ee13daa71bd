"""What a provider of cloud resources is: declared calls, collectors that make them, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime
    from decimal import Decimal

    from connections.resources import Metric, Thing


SETTLING = timedelta(hours=1)  # providers may still add to yesterday's usage shortly after midnight


def usage_complete_until(at: datetime) -> date:
    """The first day whose usage is not complete at `at`, in UTC as the providers count days."""
    return (at.astimezone(UTC) - SETTLING).date()


def other_account(*, pinned: str, given: str) -> str:
    """What to say of a role that is of another account than its connection is held to."""
    return (
        f"This connection is of account {pinned}, and the ARN is of {given}. Give a role of {pinned}, or make a new "
        "connection for the other account."
    )


OWN_ROLE = "{role_arn}"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One read that we make of the customer's cloud.

    `service` and `operation` are the SDK's words (ec2, DescribeVolumes), `action` is the permission it needs
    (ec2:DescribeVolumes; s3 ListBuckets needs s3:ListAllMyBuckets), `why` is the reason shown to the customer.
    `usd_per_1000` is what the provider charges the customer for a thousand units (requests or metrics), or 0.
    `resources` are what the permission is asked for, as IAM writes it: everything, or ARNs; `OWN_ROLE` stands for the
    role that was made for us.
    `cheapest` are parameters with which it answers as little as it can, for the access check: {account_id} and {region}
    in their texts are filled in. Permission is looked at before existence, so `cheapest` may name what is not there:
    `answers_cheapest` are the error codes that then say so. `absent` are error codes by which the provider says that
    nothing of what was asked for is set up, which is an answer and no failure wherever the call is made; `absent_words`
    are words of its message that say so where the code alone does not (a support plan that an account lacks).
    `besides` are permissions that the provider looks for in the caller besides `action`: reads that it makes in the
    caller's name, and that we do not make ourselves.

    `withheld` are members of the answer that are never parsed, so that no value of them is ever made: dotted paths of
    the SDK's own names, through lists and maps ("Functions.Environment"). `kept` are members whose name sounds like
    content and that are parsed all the same, each with the reason.
    `read` are the members of which alone values are made, each with all beneath it, where the answer is long and little
    of it is used; empty: all that is not withheld. Plain values beside the lists of an answer, such as the tokens of
    its pages, are always read.
    `post_path` is set where a read is a POST that names no operation: the one path it goes to. `bucket_setting` is set
    where a read is of an S3 bucket's setting: the sub-resource that it names ("lifecycle").
    """

    service: str
    operation: str
    action: str
    why: str
    usd_per_1000: float = 0.0
    resources: tuple[str, ...] = ("*",)
    cheapest: Mapping[str, Any] = field(default_factory=dict, hash=False)
    answers_cheapest: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    absent_words: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict, hash=False)
    post_path: str = ""
    bucket_setting: str = ""

    @property
    def permissions(self) -> tuple[str, ...]:
        """Everything that the caller must be allowed."""
        return (self.action, *self.besides)


def beneath(path: str, *names: str) -> tuple[str, ...]:
    """Members of an answer that lie beneath one path, each with its own."""
    return tuple(f"{path}.{name}" for name in names)


class Scope(Enum):
    """Where a collector reads: in every region, once an account, or once for all accounts where the bill is held."""

    REGIONAL = "regional"
    GLOBAL = "global"
    PAYER = "payer"


@dataclass(frozen=True, kw_only=True)
class MetricPlace:
    """Under which namespace and dimensions (name and value) the provider keeps a resource's usage.

    `elsewhere` has the dimensions of the resource under other namespaces, for metrics that name one: by namespace, or
    by the name of a metric that has dimensions of its own there. `further` are the dimensions of more parts of it, for
    a kind of which only sums are asked for: the resource's are those of all parts. `regions` names, by namespace, where
    the provider keeps one in another region than the resource's.
    """

    namespace: str
    dimensions: tuple[tuple[str, str], ...]
    elsewhere: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, hash=False)
    further: tuple[tuple[tuple[str, str], ...], ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict, hash=False)

    def all_of(self, metric: Metric) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Namespace and dimensions of each part of one metric; empty where the resource has none there."""
        found = self.of(metric)
        if found is None:
            return ()
        further = self.further if found[0] == self.namespace else ()
        return (found, *((self.namespace, one) for one in further))

    def of(self, metric: Metric) -> tuple[str, tuple[tuple[str, str], ...]] | None:
        """Namespace and dimensions of one metric; None where the resource has none there."""
        if metric.namespace in {"", self.namespace}:
            return self.namespace, self.dimensions
        found = self.elsewhere.get(metric.name, self.elsewhere.get(metric.namespace))
        return (metric.namespace, found) if found else None


@dataclass(frozen=True, kw_only=True)
class Collector:
    """What reads one service in one region: its declared calls, the kinds it yields, and the function that does it.

    `service` is the name of its steps, of its module (_ for -, and lambda_ for lambda) and of the types that it
    yields. `collect(reader)` yields resources; a failed call is reported through `reader.gap(...)`, never as an empty
    answer. `needs` are the kinds, each with the calls without which it is not seen, or not seen whole, so that a rule
    has to say Unknown of it; the first of them lists it. `places` says where a kind's usage is kept: a kind that is not
    there has none, and a resource for which it answers None has none worth asking for. Anything but a REGIONAL one
    reads in `home_region`, wherever the provider answers for it.

    `billed_as` are the services, by FOCUS' ServiceName, under which the provider bills whatever it yields: where a bill
    names none of them in a region, nothing that costs stands there, and an audit leaves the call out. Empty: no bill
    tells, and it is always read. A name counts with whatever follows it, and with or without Amazon or AWS before it.
    `free` are the kinds that may stand for weeks without a line of their own: where a rule looks at one of them, no
    bill tells either. A kind that matters only beside something billed under the same names is not one of them.

    `recorded_as` are, for each kind, the types under which the provider's own record of an account (AWS Config) has
    whatever is yielded of it. Where it records all of them and has none in a region, nothing stands there. Empty where
    a kind has none: then no record tells.
    """

    service: str
    needs: Mapping[type[Thing], tuple[Call, ...]]
    calls: tuple[Call, ...]
    collect: Callable[[Any], Iterator[Thing]]
    places: Mapping[type[Thing], Callable[[Any], MetricPlace | None]] = field(default_factory=dict)
    scope: Scope = Scope.REGIONAL
    home_region: str = ""
    billed_as: tuple[str, ...] = ()
    free: tuple[type[Thing], ...] = ()
    recorded_as: Mapping[type[Thing], tuple[str, ...]] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[type[Thing], ...]:
        """The types that it yields."""
        return tuple(self.needs)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the provider's own record of an account says of one region.

    `told_of` are the types of which it tells whether any stand there, `standing` those of which some do. A type that is
    in neither may stand there or not.
    """

    told_of: frozenset[str]
    standing: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class GapFound:
    """Something we wanted to know and could not read.

    `reason` is REFUSED (permission), THROTTLED, FAILED (the provider's error), CAPPED (our own cost cap) or
    NOT_LOOKED_AT (region switched off). `action` is the permission that is missing where one is, else the call made.
    `kinds` are the resource kinds that cannot be judged complete because of it.
    """

    account_id: str
    region: str
    service: str
    action: str
    reason: str
    message: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CallCount:
    """How often one operation was called in one step, by outcome (OK, REFUSED, THROTTLED, FAILED)."""

    service: str
    operation: str
    outcome: str
    count: int
    units: int = 0
    error_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One resource's usage from midnight UTC of `first_date` on, in whole days: one value a day, or 24 of an hourly
    metric. None is a day or an hour for which the provider has no data.
    """

    resource_id: str
    metric: Metric
    first_date: date
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """Everything that one step brought home. `notes` are sentences about what there was to read, which are no gaps."""

    resources: tuple[Thing, ...] = ()
    series: tuple[Series, ...] = ()
    gaps: tuple[GapFound, ...] = ()
    calls: tuple[CallCount, ...] = ()
    notes: tuple[str, ...] = ()


# Resources as an earlier audit saw them, by kind and id, whose details may stand in for those of tonight: `observed_at`
# is tonight's, `details_read_at` says when the details were read.
Known = Mapping[tuple[str, str], "Thing"]
NOTHING_KNOWN: Known = MappingProxyType({})


class Purse(Protocol):
    """What reads that the provider charges for may cost, shared by all who spend from it at the same time."""

    def take(self, units: int, *, usd_each: Decimal) -> int:
        """How many of `units` may be asked for; what they cost is taken from then on."""

    def give_back(self, units: int, *, usd_each: Decimal) -> None:
        """Return units that cost nothing in the end."""


class Pace(Protocol):
    """What slows our calls down where a provider asks for it, for all who make calls there."""

    def before_call(self, *, service: str, region: str) -> None:
        """Come back when it is the turn of a call or of a further try; raise where the work is over meanwhile."""

    def throttled(self, *, service: str, region: str) -> None:
        """The provider asked us to slow down there."""

    def further_try(self, *, tries: int) -> float | None:
        """After how many seconds a call goes again that was throttled in each of so many tries; None: not any more.

        Raises where the work is over.
        """


class Unlimited:
    """A purse that never ends, for whoever pays for their own reads."""

    def take(self, units: int, *, usd_each: Decimal) -> int:
        """All of them."""
        del usd_each
        return units

    def give_back(self, units: int, *, usd_each: Decimal) -> None:
        """Nothing was taken."""


@dataclass(frozen=True, kw_only=True)
class ExportPlace:
    """Where a cost export lies: `path` is the folder that holds its data/ and metadata/, without a slash at the end."""

    bucket: str
    prefix: str
    name: str
    region: str

    @property
    def path(self) -> str:
        """The export's own folder, the only place below which objects are ever read."""
        return "/".join(part for part in (self.prefix.strip("/"), self.name) if part)


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """One part of a cost export in the customer's bucket."""

    key: str
    size: int
    etag: str


@dataclass(frozen=True, kw_only=True)
class ExportPeriod:
    """One billing period of a cost export: which files hold it, and which run of the export wrote them.

    `billing_period` is the period's first day. `execution_id` changes when the provider restates the period.
    """

    billing_period: date
    execution_id: str
    files: tuple[ExportFile, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccessLine:
    """One row of the access matrix: a declared action and what came of trying it (OK, REFUSED, NOT_NEEDED, UNKNOWN)."""

    action: str
    result: str
    why: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class AccessReport:
    """What an access check found. `refusals` are sentences; any of them refuses the connection.

    `warnings` do not refuse it but are shown: a permission that is missing, or a policy that could not be read.
    `field` names the form field that each refusal is about ("role_arn", "export", ...), same order as `refusals`.
    """

    account_id: str | None
    refusals: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    matrix: tuple[AccessLine, ...] = ()
    regions: tuple[str, ...] = ()
    periods: tuple[ExportPeriod, ...] = ()
    calls: tuple[CallCount, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether the connection must not be used."""
        return bool(self.refusals)

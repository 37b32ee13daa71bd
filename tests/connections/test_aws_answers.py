"""Of a long answer that is read which is declared, which is what its adapters use, as the SDK would read it."""

from __future__ import annotations

import datetime as dt
import json
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserError, ResponseParserFactory

from connections.providers.aws import answers, calls, ec2_calls, inventory, metrics, recorders
from connections.providers.aws.answers import _Parser
from connections.providers.aws.database_calls import DESCRIBE_DATABASES
from connections.providers.aws.reader import Reader
from connections.providers.aws.withholding import CUT, withhold
from connections.resources.thing import Metric
from tests.connections.aws import guarded
from tests.promises.content import MODELS, lies_in, members

LONG = tuple(call for call in inventory.DECLARED if call.read)
AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
VARIANTS = 12
# What the model does not list, and an adapter tells apart.
WORDS = {
    "Engine": ("mysql", "docdb", "neptune"),
    "Id": ("m0", "m1"),
    "EngineVersion": ("8.0.35", "16.4"),
    "AllocationId": ("eipalloc-1", ""),
    "IpOwnerId": ("123456789012", "amazon"),
}
CUT_MODELS = Loader()
for _service in {call.service for call in LONG}:
    withhold(CUT_MODELS, _service, LONG)


def model(call, loader):
    return ServiceModel(loader.load_service_model(call.service, "service-2"), call.service)


def shape_of(call, loader=MODELS):
    return model(call, loader).operation_model(call.operation).output_shape


def general(protocol):
    factory = ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=answers.moment)
    return factory.create_parser(protocol)


def made(shape, variant, name=""):
    """A value with every member that the model has, in one of several variants; in the last one it is bare."""
    is_bare = variant == VARIANTS
    if shape.type_name == "structure":
        return {member: made(inner, variant, member) for member, inner in shape.members.items()}
    if shape.type_name == "list":
        return [] if is_bare else [made(shape.member, variant + more, name) for more in range(2)]
    if shape.type_name == "timestamp":
        return AT + dt.timedelta(days=variant)
    if shape.type_name == "boolean":
        return not is_bare and variant % 2 == 0
    if shape.type_name == "string":
        words = WORDS.get(name) or (
            shape.enum if shape.enum and not is_bare else ("" if is_bare else f"{AT:%Y-%m-%d}",)
        )
        return words[variant % len(words)]
    return {"integer": int, "long": int, "double": float, "float": float}[shape.type_name](not is_bare and variant)


def answer(call):
    """An answer of one page with an item of each variant in its lists."""
    output, found = shape_of(call), {}
    for name, member in output.members.items():
        is_list = member.type_name == "list"
        found[name] = [made(member.member, one) for one in range(VARIANTS + 1)] if is_list else "token"
    return found


def as_json(value):
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return value.timestamp() if isinstance(value, dt.datetime) else value


def add_xml(parent, name, shape, value):
    node = ET.SubElement(parent, shape.serialization.get("name", name))
    if shape.type_name == "structure":
        for member, inner in value.items():
            add_xml(node, member, shape.members[member], inner)
    elif shape.type_name == "list":
        for one in value:
            add_xml(node, "member", shape.member, one)
    else:
        node.text = f"{value:%Y-%m-%dT%H:%M:%S.000Z}" if isinstance(value, dt.datetime) else str(value)
        node.text = node.text.lower() if isinstance(value, bool) else node.text


def body_of(call, said):
    """An answer as the service would send it."""
    output, operation = shape_of(call), call.operation
    if model(call, MODELS).resolved_protocol == "json":
        return json.dumps(as_json(said)).encode()
    root = ET.Element(f"{operation}Response", xmlns="http://example.com/doc/")
    if wrapper := output.serialization.get("resultWrapper"):
        ET.SubElement(ET.SubElement(root, "ResponseMetadata"), "RequestId").text = "r-1"
    else:
        ET.SubElement(root, "requestId").text = "r-1"
    start = ET.SubElement(root, wrapper) if wrapper else root
    for name, value in said.items():
        add_xml(start, name, output.members[name], value)
    return ET.tostring(root)


def parsed(call, body, *, loader, parser, status=200):
    response = {"status_code": status, "headers": {"x-amzn-requestid": "r-1", "Date": "today"}, "body": body}
    return parser.parse(response, shape_of(call, loader))


def as_sdk(call, body, *, loader=MODELS, status=200):
    parser = general(model(call, loader).resolved_protocol)
    return parsed(call, body, loader=loader, parser=parser, status=status)


def as_ours(call, body, *, status=200):
    parser = answers.AnswerParsers().create_parser(model(call, MODELS).resolved_protocol)
    return parsed(call, body, loader=CUT_MODELS, parser=parser, status=status)


class Watched(dict):
    """A part of an answer that notes which of its members are looked for."""

    def __init__(self, told, path, seen):
        super().__init__({name: watched(one, (*path, name), seen) for name, one in told.items()})
        self.path, self.seen = path, seen

    def _note(self, name):
        self.seen.add(".".join((*self.path, name)))

    def __getitem__(self, name):
        self._note(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self._note(name)
        return super().get(name, default)

    def __contains__(self, name):
        self._note(name)
        return super().__contains__(name)

    def __iter__(self):
        raise AssertionError(f"{'.'.join(self.path)} is gone through whole: read its members by name")

    keys = values = items = __iter__


def watched(told, path, seen):
    if isinstance(told, list):
        return [watched(one, path, seen) for one in told]
    return Watched(told, path, seen) if isinstance(told, dict) else told


class Given(Reader):
    """A reader of answers that are given by call; every other call answers nothing."""

    def __init__(self, *, service, pages):
        session = SimpleNamespace(account_id="123456789012")
        super().__init__(session=session, region="us-east-1", service=service, at=AT)
        self.pages = pages

    def _pages(self, call, *, page_size, parameters):
        del page_size, parameters
        yield self.pages.get(call, {})

    def one(self, call, *, kinds=(), **parameters):
        del call, kinds, parameters
        return {}


def things(pages):
    """What all collectors make of these answers."""
    found = []
    for service, collector in inventory.COLLECTORS.items():
        if pages.keys() & set(collector.calls):
            reader = Given(service=service, pages=pages)
            found += collector.collect(reader)
            assert reader.gaps == ()
    return found


def series(page):
    """What is made of an answer of usage, as text."""
    cpu = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
    batch = [metrics._Wanted(thing=None, place=("", ()), metric=cpu, first_date=AT.date()) for _ in range(2)]
    read = [metrics._Answer() for _ in batch]
    metrics._take(page, batch, read, {cpu.period_seconds: metrics._Slots(batch[0])})
    return repr(read)


def records(pages):
    """What is made of AWS Config's recorders, each by itself, and of the states that are said of them."""
    found = pages[calls.DESCRIBE_RECORDERS]["ConfigurationRecorders"]
    own = [bool(recorders.own_recorder([one])) for one in found]
    types = [recorders.records(one, region="us-east-1") for one in found]
    states = pages[calls.DESCRIBE_RECORDER_STATUS]["ConfigurationRecordersStatus"]
    pairs = zip(found, states, strict=True)
    return own, types, [recorders.is_settled(recorder, status=status, at=AT) for recorder, status in pairs]


def test_the_long_answers_are_the_ones_of_which_little_is_read():
    assert {call.operation for call in LONG} == {
        "DescribeInstances", "DescribeVolumes", "DescribeSnapshots", "DescribeImages", "DescribeAddresses",
        "DescribeDBInstances", "DescribeDBClusters", "DescribeDBSnapshots", "DescribeDBClusterSnapshots",
        "DescribeNetworkInterfaces", "DescribeLogGroups", "GetMetricData",
        "DescribeConfigurationRecorders", "DescribeConfigurationRecorderStatus",
    }  # fmt: skip


def test_adapters_use_of_a_long_answer_what_is_declared_and_nothing_else():
    seen = {call: set() for call in LONG}
    pages = {call: watched(answer(call), (), seen[call]) for call in LONG}
    assert len(things(pages)) > 40
    series(pages[calls.GET_METRIC_DATA])
    records(pages)
    undeclared = {
        f"{call.operation} {path}"
        for call in LONG
        for path in seen[call] & dict(members(shape_of(call))).keys()
        if not any(lies_in(path, one) or lies_in(one, path) for one in call.read)
    }
    assert undeclared == set()
    assert {f"{call.operation} {one}" for call in LONG for one in call.read if one not in seen[call]} == set()


def test_the_same_things_come_of_an_answer_that_is_read_whole_and_of_what_is_read_of_it():
    bodies = {call: body_of(call, answer(call)) for call in LONG}
    whole, read = ({call: make(call, body) for call, body in bodies.items()} for make in (as_sdk, as_ours))
    assert len(things(whole)) > 40
    assert things(read) == things(whole)
    assert series(read[calls.GET_METRIC_DATA]) == series(whole[calls.GET_METRIC_DATA])
    assert records(read) == records(whole)


@pytest.mark.parametrize("call", LONG, ids=lambda call: call.operation)
def test_an_answer_that_is_cut_down_is_read_as_the_sdk_reads_it(call):
    assert shape_of(call, CUT_MODELS).name.endswith(CUT)
    body = body_of(call, answer(call))
    assert as_ours(call, body) == as_sdk(call, body, loader=CUT_MODELS)
    assert as_ours(call, body)["ResponseMetadata"]["RequestId"] == "r-1"


@pytest.mark.parametrize("call", LONG, ids=lambda call: call.operation)
def test_the_tokens_of_pages_are_always_read(call):
    pages = MODELS.load_service_model(call.service, "paginators-1")["pagination"].get(call.operation, {})
    assert (
        not ({pages.get("output_token"), pages.get("more_results")} - {None})
        - shape_of(call, CUT_MODELS).members.keys()
    )
    assert not any(lies_in(one, other) for one in call.read for other in call.read if one != other)


class Noting:
    """A parser that notes what it is given, and makes nothing of it."""

    def __init__(self):
        self.given = []

    def parse(self, response, shape):
        del shape
        self.given.append(response["body"])
        return {}


@pytest.mark.parametrize("call", LONG, ids=lambda call: call.operation)
def test_the_lists_of_a_long_answer_never_reach_the_parser_of_the_sdk(call):
    """Else it would still be slow, and nobody would be told."""
    factory = guarded("http://127.0.0.1:1").get_component("response_parser_factory")
    parser = factory.create_parser(model(call, MODELS).resolved_protocol)
    parser._general = Noting()
    lists = parsed(call, body_of(call, answer(call)), loader=CUT_MODELS, parser=parser)
    assert lists.keys() == {one.partition(".")[0] for one in call.read}
    assert all(len(lists[name]) == VARIANTS + 1 for name in lists)
    assert len(parser._general.given[0]) < 1000


XML_ODDITIES = {
    "as it is": ("", ""),
    "another namespace": ("<volumeType>", '<volumeType xmlns="http://example.com/other/">'),
    "no namespace": (' xmlns="http://example.com/doc/"', ""),
    "a member twice": ("<size>0</size>", "<size>7</size><size>8</size>"),
    "a member that no model knows": ("<size>0</size>", "<size>0</size><colour><size>9</size></colour>"),
    "an attribute": ("<size>", '<size unit="GiB">'),
    "a comment": ("<volumeType>", "<volumeType><!-- here -->"),
    "room around a number": ("<size>0</size>", "<size> 0\n</size>"),
    "a number that is none": ("<size>0</size>", "<size>big</size>"),
    "a number that is empty": ("<size>0</size>", "<size/>"),
    "a list that is empty": (r"<volumeSet>.*</volumeSet>", "<volumeSet/>"),
    "a list that is missing": (r"<volumeSet>.*</volumeSet>", ""),
    "a list twice": (r"(<volumeSet>.*</volumeSet>)", r"\1\1"),
    "a moment that is none": (r"<createTime>[^<]*", "<createTime>soon"),
    "a moment without its zone": (r"(<createTime>[^<]*)Z", r"\1"),
    "a letter beyond ASCII": (r"<value>[^<]*", "<value>b\u00fccher &amp; &lt;mehr&gt;"),
    "not XML": ("</volumeSet>", "</somethingElse>"),
    "cut off": (r"</volumeSet>.*", ""),
    "nothing": (r".*", ""),
    "a page of a proxy": (r".*", "<html><body>Bad gateway</body></html>"),
}  # fmt: skip
QUERY_ODDITIES = {
    "as it is": ("", ""),
    "without its wrapper": (r"<DescribeDBInstancesResult>.*</DescribeDBInstancesResult>", ""),
    "its wrapper twice": (r"(<DescribeDBInstancesResult>.*</DescribeDBInstancesResult>)", r"\1\1"),
    "without metadata": (r"<ResponseMetadata>.*</ResponseMetadata>", ""),
    "without a token": (r"<Marker>.*</Marker>", ""),
}
JSON_ODDITIES = {
    "as it is": ("", ""),
    "a value that is null": (r'"Values": \[', '"Values": [null, '),
    "a list that is null": (r'"Values": \[[^]]*\]', '"Values": null'),
    "a list that is missing": (r', "Values": \[[^]]*\]', ""),
    "an item that is null": (r'"MetricDataResults": \[', '"MetricDataResults": [null, '),
    "no items": (r'"MetricDataResults": \[.*\]', '"MetricDataResults": []'),
    "a key that no model knows": (r'"StatusCode"', '"Colour": [1, {}], "StatusCode"'),
    "moments as text": (r'"Timestamps": \[[^]]*\]', '"Timestamps": ["2026-11-20T00:00:00Z", "2026-11-20T01:00:00Z"]'),
    "moments that are none": (r'"Timestamps": \[[^]]*\]', '"Timestamps": ["soon"]'),
    "a list for a document": (r".*", "[]"),
    "not JSON": (r"\}$", ""),
    "nothing": (r".*", ""),
}


def outcome(read, *arguments, **more):
    """What came of reading: the answer, or the kind of error."""
    try:
        return read(*arguments, **more)
    except (ResponseParserError, AttributeError, KeyError, TypeError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("status", [200, 400, 503])
@pytest.mark.parametrize(
    ("call", "pattern", "instead"),
    [
        pytest.param(call, *change, id=f"{call.operation}: {name}")
        for call, changes in (
            (ec2_calls.DESCRIBE_VOLUMES, XML_ODDITIES),
            (DESCRIBE_DATABASES, QUERY_ODDITIES),
            (calls.GET_METRIC_DATA, JSON_ODDITIES),
        )
        for name, change in changes.items()
    ],
)
def test_what_is_odd_in_an_answer_is_as_the_sdk_has_it(call, pattern, instead, status):
    body = re.sub(pattern, instead, body_of(call, answer(call)).decode(), flags=re.DOTALL, count=1).encode()
    ours, theirs = (
        outcome(as_ours, call, body, status=status),
        outcome(as_sdk, call, body, loader=CUT_MODELS, status=status),
    )
    assert ours == theirs


def test_what_is_nested_deeper_than_we_read_is_left_to_the_sdk():
    def too_deep(*_):
        raise RecursionError

    sdk = Noting()
    body = body_of(calls.GET_METRIC_DATA, answer(calls.GET_METRIC_DATA))
    shape = shape_of(calls.GET_METRIC_DATA, CUT_MODELS)
    assert _Parser(sdk, too_deep).parse({"status_code": 200, "body": body, "headers": {}}, shape) == {}
    assert sdk.given == [body]

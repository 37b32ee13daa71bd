"""A type of resource and its collector are found by standing where they belong, and keep to the rules of the place."""

from __future__ import annotations

import dataclasses
import json
from types import ModuleType

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from connections.bill_ids import bill_ids
from connections.provider import Call, Scope
from connections.providers.aws import access, calls, ec2_calls, inventory, offered
from connections.providers.aws.access import cheapest
from connections.providers.aws.collectors import rds
from connections.providers.aws.database_calls import DESCRIBE_DATABASES
from connections.providers.aws.privileges import NamedPolicy
from connections.providers.aws.session_policy import session_policy
from connections.resources import KINDS, BadKind, Database, Instance, Thing, Volume, kinds_in
from findings import meters
from tests.connections.aws import session
from tests.things import things

ROLE = f"arn:aws:iam::123456789012:role/{'p' * 100}/{'r' * 64}"
EVERY_CALL = (*inventory.DECLARED, *calls.EXPORT)
MODELS = Loader()


def module(name, **holds):
    made = ModuleType(name)
    vars(made).update(holds)
    for kind in holds.values():
        if isinstance(kind, type):
            kind.__module__ = name
    return made


def a_type(**said):
    return type("Made", (Thing,), said)


def test_a_type_is_found_by_standing_in_a_module_that_does_not_only_use_it():
    made = a_type(KIND="made", SERVICE="ec2")
    family = module("resources.family", Made=made)
    family.Thing, family.Volume = Thing, Volume
    assert kinds_in([family]) == {"made": made}


@pytest.mark.parametrize("said", [{}, {"KIND": "made"}, {"SERVICE": "ec2"}, {"KIND": "", "SERVICE": "ec2"}], ids=str)
def test_a_type_without_a_name_and_a_service_of_its_own_is_refused(said):
    with pytest.raises(BadKind, match="no KIND or no SERVICE"):
        kinds_in([module("resources.family", Made=a_type(**said))])


def test_two_types_of_one_name_are_refused():
    one, other = (module(name, Made=a_type(KIND="made", SERVICE="ec2")) for name in ("resources.one", "resources.two"))
    with pytest.raises(BadKind, match="'made', as Made is"):
        kinds_in([one, other])


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_a_resource_of_any_kind_has_an_id_for_the_bill(kind, data):
    thing = data.draw(things(kind))
    names = bill_ids(thing)
    assert thing.resource_id in names
    assert len(names) == 1 + bool(kind.ARN) + len(getattr(thing, "provisioned_names", ()))
    forms = ("arn:", f"{thing.resource_id}:")
    assert all(name.startswith(forms) for name in names if name != thing.resource_id)


def test_the_bill_names_machines_disks_and_buckets_by_id_and_all_else_by_arn():
    by_id = {kind.KIND for kind in KINDS.values() if kind.ARN and not kind.IS_BILLED_BY_ARN}
    assert by_id == {"bucket", "database_cluster", "instance", "volume"}  # a cluster's id is an ARN of another form


def test_every_kind_is_collected_by_one_collector_of_its_service():
    assert {
        kind.KIND: collector.service for collector in inventory.COLLECTORS.values() for kind in collector.kinds
    } == {kind.KIND: kind.SERVICE for kind in KINDS.values()}


def collecting(name="rds", **changed):
    return module(f"collectors.{name}", COLLECTOR=dataclasses.replace(rds.COLLECTOR, **changed))


READ_WHOLE = dataclasses.replace(DESCRIBE_DATABASES, read=())
LESS_READ = dataclasses.replace(calls.GET_METRIC_DATA, read=("MetricDataResults.Id",))
OTHER_CALL = ec2_calls.DESCRIBE_VOLUMES
ONE_CALL = dataclasses.replace(rds.COLLECTOR, calls=(DESCRIBE_DATABASES,), needs={Database: (DESCRIBE_DATABASES,)})


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ([module("collectors.rds")], "must hold one COLLECTOR"),
        ([collecting("other")], "must hold one COLLECTOR"),
        ([collecting(needs={Volume: rds.COLLECTOR.calls})], "Volume is of ec2"),
        ([collecting(needs={Database: ()})], "must need some"),
        ([collecting(needs={Database: (OTHER_CALL,)})], "must need some"),
        ([collecting(), collecting()], "collected by rds already"),
        ([collecting(places={Instance: lambda _: None})], "type that it does not collect"),
        ([collecting(scope=Scope.GLOBAL)], "home_region"),
        ([collecting(home_region="us-east-1")], "home_region"),
        ([collecting(free=(Volume,))], "said to be free"),
        ([collecting(scope=Scope.PAYER, home_region="us-east-1")], "leave billed_as empty"),
        ([collecting(calls=(*rds.COLLECTOR.calls, READ_WHOLE))], "rds DescribeDBInstances is declared to read someth"),
        ([collecting(calls=(*rds.COLLECTOR.calls, LESS_READ))], "cloudwatch GetMetricData is declared to read someth"),
    ],
)
def test_a_collector_that_does_not_keep_to_the_rules_is_refused(modules, said):
    with pytest.raises(inventory.BadCollector, match=said):
        inventory.find(modules)


def test_a_collector_is_found_by_its_module_in_which_an_underscore_stands_for_a_hyphen():
    kind = a_type(KIND="made", SERVICE="network-firewall")
    needs = {kind: rds.COLLECTOR.calls}
    made = dataclasses.replace(rds.COLLECTOR, service="network-firewall", needs=needs, places={}, recorded_as={})
    assert inventory.find([module("collectors.network_firewall", COLLECTOR=made)]) == {"network-firewall": made}


def test_a_collector_whose_service_is_a_word_of_pythons_has_an_underscore_behind_it():
    kind = a_type(KIND="made", SERVICE="lambda")
    needs = {kind: rds.COLLECTOR.calls}
    made = dataclasses.replace(rds.COLLECTOR, service="lambda", needs=needs, places={}, recorded_as={})
    assert inventory.find([module("collectors.lambda_", COLLECTOR=made)]) == {"lambda": made}


def test_what_is_not_of_a_region_is_read_once_and_what_is_the_payers_with_the_payer_only():
    everywhere = rds.COLLECTOR
    once = dataclasses.replace(everywhere, service="cloudfront", scope=Scope.GLOBAL, home_region="us-east-1")
    payers = dataclasses.replace(everywhere, service="savingsplans", scope=Scope.PAYER, home_region="us-west-2")
    among = (everywhere, once, payers)
    regional = [("eu-west-1", "rds"), ("eu-north-1", "rds")]
    read = inventory.places(regions=["eu-west-1", "eu-north-1"], is_payer=False, among=among)
    assert read == [*regional, ("us-east-1", "cloudfront")]
    read = inventory.places(regions=["eu-west-1", "eu-north-1"], is_payer=True, among=among)
    assert read == [*regional, ("us-east-1", "cloudfront"), ("us-west-2", "savingsplans")]


def calling(*services):
    """A collector that needs a call of each service."""
    calls = tuple(dataclasses.replace(rds.COLLECTOR.calls[0], service=service) for service in services)
    return dataclasses.replace(rds.COLLECTOR, needs={Database: calls}, calls=calls)


@pytest.mark.parametrize(
    ("services", "region", "is_there"),
    [
        (["ec2"], "eu-west-1", True),
        (["memorydb"], "eu-west-1", True),
        (["memorydb"], "af-south-1", False),
        (["memorydb", "ec2"], "af-south-1", False),
        (["ec2", "memorydb"], "af-south-1", True),
        (["memorydb"], "cn-north-1", True),
        (["workspaces"], "cn-north-1", False),
        (["iam"], "af-south-1", True),
        (["cloudfront"], "us-east-1", True),
        (["memorydb"], "eu-west-9", True),
        (["memorydb"], "nowhere", True),
    ],
)
def test_a_collector_is_offered_where_what_lists_its_kind_has_an_endpoint_or_may_have_one(services, region, is_there):
    assert offered.is_offered(calling(*services), region=region) is is_there


REGIONS = tuple(f"r-{number}" for number in range(10))


def trying(*, regions=REGIONS, is_payer=True, most_billed=""):
    """What an access check would try of three collectors: one regional, one global and one the payer's."""
    one = dataclasses.replace(ONE_CALL, calls=ONE_CALL.calls * 2)
    once = dataclasses.replace(ONE_CALL, scope=Scope.GLOBAL, home_region="us-east-1")
    payers = dataclasses.replace(ONE_CALL, scope=Scope.PAYER, home_region="us-west-2", billed_as=())
    return access.trials(regions=regions, is_payer=is_payer, most_billed=most_billed, among=(one, once, payers))


@pytest.mark.parametrize(
    ("regions", "most_billed", "tried"),
    [
        (REGIONS, "", ("r-0", "r-9")),
        (REGIONS, "r-4", ("r-0", "r-4")),
        ((*REGIONS, "us-east-1"), "r-4", ("r-4", "us-east-1")),
        ((*REGIONS, "us-east-1"), "", ("r-0", "us-east-1")),
        ((*REGIONS, "us-east-1"), "us-east-1", ("r-0", "us-east-1")),
        (REGIONS, "not-looked-at", ("r-0", "r-9")),
        (("r-1",), "r-1", ("r-1",)),
        ((), "", ()),
    ],
)
def test_calls_are_tried_in_two_regions_at_most_of_which_one_is_where_most_is_billed(regions, most_billed, tried):
    assert access.probed(regions, most_billed=most_billed) == tried
    trials = trying(regions=regions, most_billed=most_billed)
    assert [trial.regions for trial in trials] == [tried, tried, tried, ("us-east-1",), ("us-west-2",)]
    assert [trial.is_everywhere for trial in trials][:3] == [tried == regions] * 3
    assert [trial.calls for trial in trials if not trial.is_needed] == [calls.RECORDS]


def test_an_access_check_tries_the_payers_calls_with_the_payer_only_and_every_call_once():
    assert [trial.regions for trial in trying(is_payer=False)][3:] == [("us-east-1",)]
    today = access.trials(regions=REGIONS, is_payer=True)
    assert {call for trial in today for call in trial.calls} == {*inventory.DECLARED} - {*calls.ACCESS}


def test_two_hundred_calls_are_tried_four_hundred_times_however_many_regions_there_are():
    among = [dataclasses.replace(ONE_CALL, calls=ONE_CALL.calls * 196)]
    trials = access.trials(regions=REGIONS * 2, is_payer=True, among=among)
    assert sum(len(trial.calls) * len(trial.regions) for trial in trials) == 400


def test_a_call_that_two_collectors_make_is_declared_alike():
    by_operation = {}
    for call in EVERY_CALL:
        by_operation.setdefault((call.service, call.operation), set()).add(call)
    assert [pair for pair, declared in by_operation.items() if len(declared) > 1] == []


@pytest.mark.parametrize("call", inventory.DECLARED, ids=lambda call: call.action)
def test_what_an_access_check_would_send_is_what_the_call_takes(call):
    if call in calls.ACCESS:
        assert call.cheapest == {}
        return
    model = ServiceModel(MODELS.load_service_model(call.service, "service-2"), call.service)
    shape = model.operation_model(call.operation).input_shape
    sent = cheapest(call, account_id="123456789012", region="eu-west-1")
    assert ParamValidator().validate(sent, shape).generate_report() == ""
    assert "{" not in json.dumps(sent, default=str).replace('{"', "").replace("{}", "")


@pytest.mark.parametrize("call", inventory.DECLARED, ids=lambda call: call.action)
def test_a_post_without_a_name_and_a_setting_of_a_bucket_are_declared_as_their_model_has_them(call):
    model = ServiceModel(MODELS.load_service_model(call.service, "service-2"), call.service)
    http = model.operation_model(call.operation).http
    is_nameless_post = model.protocol.startswith("rest") and http["method"] == "POST"
    assert call.post_path == (http["requestUri"] if is_nameless_post else "")
    assert call.bucket_setting == (http["requestUri"].partition("?")[2] if call.service == "s3" else "")


@pytest.mark.parametrize("service", sorted(inventory.COLLECTORS))
def test_a_steps_session_fits_into_the_call_and_may_do_what_its_collector_declares_and_no_more(service):
    reads = inventory.calls_of(service)
    policy = session_policy(role_arn=ROLE, reads=reads, export=None)
    assert len(policy) < 2048
    allowed = {action for statement in json.loads(policy)["Statement"] for action in statement["Action"]}
    collector = inventory.COLLECTORS[service]
    declared = (*collector.calls, *(calls.METRICS if collector.places else ()))
    assert allowed == {action for call in declared for action in call.permissions}


def test_a_collector_of_what_has_no_usage_may_not_read_any(monkeypatch):
    monkeypatch.setitem(inventory.COLLECTORS, "rds", dataclasses.replace(rds.COLLECTOR, places={}))
    assert inventory.calls_of("rds") == rds.COLLECTOR.calls


def test_the_permission_for_some_resources_is_asked_for_those_alone():
    stages = ("arn:aws:apigateway:*::/restapis", "arn:aws:apigateway:*::/restapis/*/stages")
    narrow = Call(
        service="apigateway", operation="GetStages", action="apigateway:GET", why="Made up.", resources=stages
    )
    policy = json.loads(
        session_policy(role_arn=ROLE, reads=(narrow, ec2_calls.DESCRIBE_VOLUMES, calls.GET_ROLE), export=None)
    )
    assert {(*statement["Action"], str(statement["Resource"])) for statement in policy["Statement"]} == {
        ("apigateway:GET", str(list(stages))),
        ("ec2:DescribeVolumes", "*"),
        ("iam:GetRole", ROLE),
    }


@pytest.mark.parametrize("told", [{}, {Volume: lambda _: ()}])
def test_a_module_of_meters_tells_of_types_that_no_other_knows(told):
    known = module("meters.known", METERS={Volume: lambda _: ()})
    with pytest.raises(meters.BadMeters):
        meters.find([known, module("meters.more", METERS=told)])


KIT = {"Statement": [{"Effect": "Allow", "Action": ["ec2:Describe*", "rds:DescribeDBInstances"], "Resource": "*"}]}


def test_what_was_tried_in_some_regions_only_says_so(calm_cloud):
    opened = session(calm_cloud, service="rds")
    some = access.Trial(calls=ONE_CALL.calls, regions=("eu-west-1", "us-east-1"), is_everywhere=False)
    [line] = access.try_calls(opened, trial=some)
    assert (line.result, line.message) == ("OK", "Tried in eu-west-1, us-east-1 only.")
    [line] = access.try_calls(opened, trial=some, policies=[NamedPolicy(name="kit", document=KIT)])
    assert (
        line.message
        == "Tried in eu-west-1, us-east-1; elsewhere by the role's policies, which allow it in every region."
    )
    [line] = access.try_calls(opened, trial=dataclasses.replace(some, is_everywhere=True))
    assert (line.result, line.message) == ("OK", "")
    calm_cloud.fault("deny", operation="DescribeDBInstances", count=None)
    [line] = access.try_calls(opened, trial=some)
    assert (line.result, line.message.partition(":")[0]) == ("REFUSED", "in eu-west-1, us-east-1")

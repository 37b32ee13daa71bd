"""Every answer of the sandbox's own has the shape that botocore's model gives it, and reads back as it was meant."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from sandbox.aws import families, names, operations, shapes
from sandbox.aws.estate import build
from sandbox.aws.shaped import Answered, Asked, Front, Pages, _at, one_page, paginator
from sandbox.aws.wire import ApiCall, Credential, Refusal, Request, success

AS_OF = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ANSWERS = [one for family in families.found() for one in getattr(family, "ANSWERS", ())]
WHERE = [(account, region) for account in names.ACCOUNTS for region in (*names.REGIONS, "us-west-2")]
# What the front speaks. Another one, which botocore may prefer after an update, the front must learn first.
SPOKEN = {"ec2", "query", "json", "rest-json", "rest-xml"}
# Parameters without which an operation is not asked at all, where its family does not say: those of one call.
NEEDED = {
    "GetProducts": lambda _: {"ServiceCode": "AmazonEC2"},
    "ListRecommendationResources": lambda estate: {"recommendationIdentifier": first_recommendation(estate)},
}
# What each operation must find somewhere, so that an empty list is no proof; one that is not named, LEAST_FOUND. With
# its service where several have one of the name.
LEAST = {
    "DescribeTransitGatewayConnects": 1,
    "DescribeCapacityReservations": 10,
    "ec2:DescribeReservedInstances": 12,
    "DescribeSavingsPlans": 6,
    "GetEC2InstanceRecommendations": 20,
    "GetEBSVolumeRecommendations": 40,
    "ListEnrollmentStatuses": 3,
    "ListRecommendations": 5,
    "ListRecommendationResources": 2,
    "GetProducts": 30,
}
LEAST_FOUND = 3
every_answer = pytest.mark.parametrize("answered", ANSWERS, ids=lambda one: f"{one.service}:{one.operation}")


def ask(estate, account=names.SHOP, region="us-east-1", **parameters):
    return Asked(account=account, region=region, parameters=parameters, estate=estate)


def answered(operation, service=None):
    return next(one for one in ANSWERS if one.operation == operation and service in {None, one.service})


def first_recommendation(estate):
    listed = answered("ListRecommendations", "trustedadvisor").make(ask(estate))
    return listed["recommendationSummaries"][0]["arn"]


def needed(one, estate):
    return NEEDED.get(one.operation, one.tried_with)(estate)


@pytest.fixture(scope="module", params=["committed", "random"])
def estate(request):
    seed = 7 if request.param == "committed" else random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}")
    return build(seed=seed, as_of=AS_OF)


def whole_answers(one, estate):
    """What the operation answers in every account and region that is let in."""
    for account, region in WHERE:
        try:
            yield one_page(one, ask(estate, account, region, **needed(one, estate)))
        except Refusal:
            continue


def test_every_family_is_found_and_answers_what_nobody_else_does():
    told = [(one.service, one.operation) for one in ANSWERS]
    assert len(told) == len(set(told)) >= 11
    assert {"savingsplans", "compute-optimizer", "cost-optimization-hub", "trustedadvisor", "pricing"} <= {
        service for service, _ in told
    }


@every_answer
def test_every_answer_fits_its_model_and_reads_back_as_it_was_meant(estate, answered):
    seen = list(whole_answers(answered, estate))
    assert seen
    for answer in seen:
        assert shapes.problems(answered.service, answered.operation, answer) == []
        written = shapes.serialised(answered.service, answered.operation, answer)
        assert plain(shapes.parsed(answered.service, answered.operation, written)) == plain(answer)


@every_answer
def test_no_answer_is_proved_by_an_empty_list(estate, answered):
    pages = answered.paging() or paginator(answered.service, answered.operation)
    if pages is None and answered.operation not in LEAST:
        assert all(whole_answers(answered, estate))
        return
    at = (pages.items if pages else "").rpartition(".")[0]
    lists = [value for answer in whole_answers(answered, estate) for value in (answer[at] if at else answer).values()]
    least = LEAST.get(f"{answered.service}:{answered.operation}", LEAST.get(answered.operation, LEAST_FOUND))
    assert sum(len(one) for one in lists if isinstance(one, list)) >= least


@every_answer
def test_pages_of_one_hold_the_same_as_the_whole(estate, answered):
    pages = answered.paging()
    if pages is None:
        return
    account = names.PAYER if answered.service == "savingsplans" else names.SHOP
    given = needed(answered, estate)
    whole = _at(answered.make(ask(estate, account, **given)), pages.items)
    found, token = [], None
    for _ in range(len(whole) + 1):
        more = {pages.token: token} if token else {}
        page = one_page(answered, ask(estate, account, **given, **{pages.limit: 1}, **more))
        assert len(_at(page, pages.items)) <= 1
        found += _at(page, pages.items)
        *way, last = pages.next_token.split(".")
        token = _at(page, ".".join(way)).get(last) if way else page.get(last)
        if not token:
            break
    assert found == whole
    with pytest.raises(Refusal, match="Invalid value"):
        one_page(answered, ask(estate, account, **given, **{pages.token: "bm9uc2Vuc2U="}))


@pytest.mark.parametrize(
    ("service", "operation", "asked", "refused"),
    [
        ("compute-optimizer", "GetIdleRecommendations", {"maxResults": 101}, "maxResults must not be above 100"),
        ("compute-optimizer", "GetIdleRecommendations", {"maxResults": 100}, ""),
        ("dynamodb", "ListTables", {"Limit": 101}, "Limit must not be above 100"),
        ("resourcegroupstaggingapi", "GetResources", {"ResourceARNList": ["arn"] * 101}, "must not be above 100"),
        ("resourcegroupstaggingapi", "GetResources", {"ResourceARNList": ["arn"] * 100}, ""),
    ],
)
def test_more_than_the_model_allows_is_refused_as_the_provider_refuses_it(service, operation, asked, refused):
    assert refused in " ".join(shapes.too_much(service, operation, asked))
    assert bool(refused) is bool(shapes.too_much(service, operation, asked))


def test_a_page_longer_than_the_provider_gives_is_refused(estate):
    [idle] = [one for one in ANSWERS if one.operation == "GetIdleRecommendations"]
    with pytest.raises(Refusal, match="maxResults must not be above 100"):
        one_page(idle, ask(estate, maxResults=1000))


@every_answer
def test_a_parameter_that_is_not_heeded_is_refused_and_never_passed_over(estate, answered):
    with pytest.raises(Refusal, match="does not know the parameter Unheeded"):
        one_page(answered, ask(estate, **needed(answered, estate), Unheeded="x"))
    members = shapes.described(answered.service).operation_model(answered.operation).input_shape.members
    assert answered.honours <= set(members)


def plain(value):
    """Moments in UTC, numbers as numbers and nothing where nothing is, so that two readings of one answer compare."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(microsecond=0)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("service", sorted({one.service for one in ANSWERS} | {"cloudwatch"}))
def test_botocore_speaks_a_protocol_that_the_front_does(service):
    assert operations.protocol(service) in SPOKEN
    assert shapes.described(service).resolved_protocol == operations.protocol(service)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Unknown": 1}, "Unknown"),
        ({"InstanceCount": "two"}, "InstanceCount"),
        ({"State": "exploded"}, "State is 'exploded'"),
        ({"RecurringCharges": [{"Frequency": "Yearly"}]}, "Frequency is 'Yearly'"),
    ],
)
def test_what_aws_cannot_have_answered_is_found(estate, change, says):
    one = answered("DescribeReservedInstances", "ec2")
    (first, *_) = next(found for found in whole_answers(one, estate) if found["ReservedInstances"])["ReservedInstances"]
    whole = {"ReservedInstances": [{**first, **change}]}
    (problem,) = shapes.problems("ec2", one.operation, whole)
    assert says in problem


def test_a_misshapen_answer_is_not_sent(estate):
    bad = Answered(service="ec2", operation="DescribeReservedInstances", make=lambda _: {"ReservedInstances": "none"})
    call = ApiCall(
        service="ec2", operation=bad.operation, action="", resource="*", region="us-east-1", wire="ec2", parameters={}
    )
    caller = type("Caller", (), {"account": names.SHOP})
    with pytest.raises(shapes.Misshapen, match="ec2:DescribeReservedInstances"):
        Front([bad]).answer(call, caller, estate, page_size=None)
    with pytest.raises(shapes.Misshapen, match="RegionNames"):
        success(ApiCall(**{**vars(call), "operation": "DescribeRegions"}), {"RegionNames": []})


def test_a_nested_list_is_cut_where_the_paginator_says():
    pages = Pages(token="Marker", limit="MaxItems", next_token="List.NextMarker", items="List.Items")
    nested = {"List": {"Items": [1, 2, 3], "Quantity": 3}}
    one = Answered(service="ec2", operation="DescribeVolumes", make=lambda _: nested, pages=pages)
    page = one_page(one, Asked(account="", region="", parameters={"MaxItems": 2}, estate=None))
    assert page["List"]["Items"] == [1, 2]
    assert page["List"]["NextMarker"]
    assert nested["List"]["Items"] == [1, 2, 3]


def signed(service):
    return Credential(access_key_id="", date="", region="eu-west-1", service=service, signed_headers=(), signature="")


@pytest.mark.parametrize(
    ("service", "request_", "operation", "parameters"),
    [
        (
            "trustedadvisor",
            Request(
                method="GET",
                target="/v1/recommendations/arn%3Aaws%3A%3A1%3Ar%2Fx/resources?maxResults=5",
                headers={},
                body=b"",
            ),
            "ListRecommendationResources",
            {"recommendationIdentifier": "arn:aws::1:r/x", "maxResults": 5},
        ),
        (
            "savingsplans",
            Request(method="POST", target="/DescribeSavingsPlans", headers={}, body=b'{"states": ["active"]}'),
            "DescribeSavingsPlans",
            {"states": ["active"]},
        ),
        (
            "pricing",
            Request(
                method="POST",
                target="/",
                headers={"x-amz-target": "AWSPriceListService.GetProducts"},
                body=b'{"ServiceCode": "AmazonEC2"}',
            ),
            "GetProducts",
            {"ServiceCode": "AmazonEC2"},
        ),
        (
            "ec2",
            Request(
                method="POST",
                target="/",
                headers={},
                body=b"Action=DescribeCapacityReservations&Version=2016-11-15&MaxResults=5"
                b"&Filter.1.Name=state&Filter.1.Value.1=active",
            ),
            "DescribeCapacityReservations",
            {"MaxResults": 5, "Filters": [{"Name": "state", "Values": ["active"]}]},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_call_is_known_by_its_protocol_and_its_parameters_are_read(service, request_, operation, parameters):
    call = Front(ANSWERS).identify(request_, signed(service))
    assert (call.service, call.operation, call.parameters) == (service, operation, parameters)
    assert call.action == f"{service}:{operation}"


def test_a_permission_that_is_called_otherwise_is_the_one_that_is_needed():
    described = Answered(service="elbv2", operation="DescribeListeners", make=lambda _: {})
    assert described.permission == "elasticloadbalancing:DescribeListeners"
    other = Answered(service="pricing", operation="GetProducts", make=lambda _: {}, action="pricing:ListThem")
    request = Request(
        method="POST", target="/", headers={"x-amz-target": "AWSPriceListService.GetProducts"}, body=b"{}"
    )
    assert Front([other]).identify(request, signed("pricing")).action == "pricing:ListThem"


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        ("ec2", Request(method="POST", target="/", headers={}, body=b"Action=DescribeVolumes&Version=2016-11-15")),
        ("ec2", Request(method="POST", target="/", headers={}, body=b"Action=DescribeReservedInstances&Version=2011")),
        ("pricing", Request(method="POST", target="/", headers={"x-amz-target": "Another.GetProducts"}, body=b"")),
        ("savingsplans", Request(method="GET", target="/DescribeSavingsPlans", headers={}, body=b"")),
        ("trustedadvisor", Request(method="GET", target="/v1/recommendations/a/b/resources", headers={}, body=b"")),
    ],
)
def test_what_no_family_answers_is_left_to_the_rest_of_the_front(service, request_):
    assert Front(ANSWERS).identify(request_, signed(service)) is None

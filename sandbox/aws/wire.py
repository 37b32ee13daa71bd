"""The wire formats: which call a request is, which permission it needs, and how an answer or a refusal looks in its
protocol.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.serialize import SerializationContext, get_serializer_class

from sandbox.aws import operations, shapes
from sandbox.aws.s3_calls import s3_call

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a request is signed for -> what the SDK calls the service.
SDK_NAMES = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}
PREFIXES = {"elbv2": "elasticloadbalancing"}
WIRES = {"ec2": "ec2", "s3": "s3", "sts": "query", "iam": "query", "rds": "query", "elbv2": "query"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came in. Header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back: status, headers, body."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One call of one operation. `form` holds the flat parameters of the query protocols, `json` those of the JSON
    ones, `parameters` those of a call that a family answers, in the shape of the operation's input. `besides` are
    permissions that the service looks for in the caller beside `action`.
    """

    service: str
    operation: str
    action: str
    resource: str
    region: str
    wire: str
    form: dict[str, str] = field(default_factory=dict)
    json: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    context: dict[str, str] = field(default_factory=dict)
    besides: tuple[str, ...] = ()


class Refusal(Exception):
    """An answer other than success. `kind` is a row of CODES, or a code of its own with its status."""

    def __init__(self, kind: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status


# kind -> wire -> (status, code)
CODES: dict[str, dict[str, tuple[int, str]]] = {
    "denied": {
        "ec2": (403, "UnauthorizedOperation"),
        "query": (403, "AccessDenied"),
        "json": (400, "AccessDeniedException"),
        "s3": (403, "AccessDenied"),
    },
    "unknown_key": {
        "ec2": (401, "AuthFailure"),
        "query": (403, "InvalidClientTokenId"),
        "json": (400, "UnrecognizedClientException"),
        "s3": (403, "InvalidAccessKeyId"),
    },
    "signature": {
        "ec2": (401, "AuthFailure"),
        "query": (403, "SignatureDoesNotMatch"),
        "json": (400, "InvalidSignatureException"),
        "s3": (403, "SignatureDoesNotMatch"),
    },
    "expired": {
        "ec2": (400, "RequestExpired"),
        "query": (403, "ExpiredToken"),
        "json": (400, "ExpiredTokenException"),
        "s3": (400, "ExpiredToken"),
    },
    "throttle": {
        "ec2": (503, "RequestLimitExceeded"),
        "query": (400, "Throttling"),
        "json": (400, "ThrottlingException"),
        "s3": (503, "SlowDown"),
    },
    "error": {
        "ec2": (500, "InternalError"),
        "query": (500, "InternalFailure"),
        "json": (500, "InternalServerError"),
        "s3": (500, "InternalError"),
    },
    "unknown_action": {
        "ec2": (400, "InvalidAction"),
        "query": (400, "InvalidAction"),
        "json": (400, "UnknownOperationException"),
        "s3": (405, "MethodNotAllowed"),
    },
}
MESSAGES = {
    "unknown_key": {
        "ec2": "AWS was not able to validate the provided access credentials",
        "s3": "The AWS Access Key Id you provided does not exist in our records.",
        "": "The security token included in the request is invalid.",
    },
    "signature": {
        "ec2": "AWS was not able to validate the provided access credentials",
        "": "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method.",
    },
    "expired": {
        "ec2": "Request has expired.",
        "s3": "The provided token has expired.",
        "": "The security token included in the request is expired",
    },
    "throttle": {
        "ec2": "Request limit exceeded.",
        "s3": "Please reduce your request rate.",
        "": "Rate exceeded",
    },
    "error": {"": "An internal error has occurred"},
}


@dataclass(frozen=True, kw_only=True)
class Credential:
    """What the Authorization header says: whose key, for which region and service, and the signature itself."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str


def credential(request: Request) -> Credential:
    """Reads the header of signature version 4. Presigned URLs are not known here and read as unsigned."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme != "AWS4-HMAC-SHA256" or not {"Credential", "SignedHeaders", "Signature"} <= set(fields):
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", status=403)
    access_key_id, date, region, service, _ = fields["Credential"].split("/")
    return Credential(
        access_key_id=access_key_id,
        date=date,
        region=region,
        service=service,
        signed_headers=tuple(fields["SignedHeaders"].split(";")),
        signature=fields["Signature"],
    )


def identify(request: Request, signed_for: Credential) -> ApiCall:
    """Which operation of which service this is."""
    service = SDK_NAMES.get(signed_for.service, signed_for.service)
    region = signed_for.region
    wire = WIRES.get(service, "json")
    if wire == "s3":
        operation, action, resource, context = s3_call(
            request.method, unquote(request.path), request.query, request.headers
        )
        return ApiCall(
            service="s3",
            operation=operation,
            action=action,
            resource=resource,
            region=region,
            wire=wire,
            context=context,
        )
    prefix = PREFIXES.get(service, service)
    if wire in {"ec2", "query"}:
        form = operations.form(request)
        operation = form.get("Action", "")
        return ApiCall(
            service=service,
            operation=operation,
            action=f"{prefix}:{operation}",
            resource="*",
            region=region,
            wire=wire,
            form=form,
        )
    operation = _json_operation(service, request)
    values = json.loads(request.body) if request.body else {}
    return ApiCall(
        service=service,
        operation=operation,
        action=f"{prefix}:{operation}",
        resource=str(values.get("ExportArn", "*")),
        region=region,
        wire=wire,
        json=values,
    )


def _json_operation(service: str, request: Request) -> str:
    target = request.headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2]
    try:
        return operations.named(service, request)
    except UnknownServiceError:
        return ""


def success(call: ApiCall, result: Mapping[str, Any]) -> Answer:
    """An answer of the front's own, in the call's protocol. Raises Misshapen for what AWS cannot have answered."""
    shapes.refuse_misshapen(call.service, call.operation, result)
    request_id = str(uuid.uuid4())
    if call.wire == "json":
        body = json.dumps(result, default=lambda moment: moment.timestamp()).encode()
        return Answer(
            status=200,
            body=body,
            headers={"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": request_id},
        )
    operation_model = operations.model(call.service).operation_model(call.operation)
    serializer = get_serializer_class(call.service, call.wire)(operation_model, SerializationContext(request_id))
    text = str(serializer.serialize(result)["body"])
    return Answer(status=200, body=text.encode(), headers={"Content-Type": "text/xml", "x-amzn-RequestId": request_id})


def refusal(refused: Refusal, *, service: str, wire: str) -> Answer:
    """A refusal in the service's own words and format."""
    status, code = CODES.get(refused.kind, {}).get(wire, (refused.status, refused.kind))
    texts = MESSAGES.get(refused.kind, {})
    message = refused.message or texts.get(wire) or texts.get("", "")
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id, "Content-Type": "text/xml"}
    text = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if wire == "json":
        headers.update({"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code})
        if service == "cloudwatch":
            headers["x-amzn-query-error"] = (
                f"{code.removesuffix('Exception')};{'Receiver' if status >= 500 else 'Sender'}"  # noqa: PLR2004
            )
        body = json.dumps({"__type": code, "message": message, "Message": message})
    elif wire == "ec2":
        body = f"<Response><Errors><Error>{text}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif wire == "s3":
        headers = {"x-amz-request-id": request_id, "Content-Type": "application/xml"}
        body = f"<Error>{text}<RequestId>{request_id}</RequestId><HostId>sandbox</HostId></Error>"
    else:
        kind = "Receiver" if status >= 500 else "Sender"  # noqa: PLR2004
        error = f"<Error><Type>{kind}</Type>{text}</Error>"
        body = f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"
    return Answer(status=status, body=body.encode(), headers=headers)

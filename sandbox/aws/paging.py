"""Pages where moto gives none, and owners where moto ignores them: an answer of moto's is cut as the provider would
have cut it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from sandbox.aws.names import AMAZON
from sandbox.aws.wire import Answer, ApiCall, Refusal, Request

if TYPE_CHECKING:
    from sandbox.aws.identities import Caller


@dataclass(frozen=True, kw_only=True)
class Pages:
    """How one operation pages: the names of its token and limit going in, its token and list coming out."""

    token: str
    limit: str
    next_token: str
    items: str
    largest: int = 1000
    moto_pages: bool = False  # moto gives a page of its own size where nobody asks for another one


ALL = 100_000  # in one page


_ec2 = partial(Pages, token="NextToken", limit="MaxResults", next_token="nextToken")  # noqa: S106 - page tokens
_elb = partial(Pages, token="Marker", limit="PageSize", next_token="NextMarker", largest=400, moto_pages=True)  # noqa: S106


OPERATIONS = {
    ("ec2", "DescribeInstances"): _ec2(items="reservationSet", moto_pages=True),
    ("ec2", "DescribeVolumes"): _ec2(items="volumeSet"),
    ("ec2", "DescribeSnapshots"): _ec2(items="snapshotSet"),
    ("ec2", "DescribeImages"): _ec2(items="imagesSet"),
    ("elbv2", "DescribeLoadBalancers"): _elb(items="LoadBalancers"),
    ("elbv2", "DescribeTargetGroups"): _elb(items="TargetGroups"),
}


def without_paging(call: ApiCall) -> bytes | None:
    """The request's body as moto shall see it: asking for everything. None: leave it as it is."""
    pages = OPERATIONS.get((call.service, call.operation))
    if pages is None:
        return None
    form = {key: value for key, value in call.form.items() if key not in {pages.token, pages.limit}}
    if pages.moto_pages and "InstanceId.1" not in form:  # which the provider takes with no limit beside it
        form[pages.limit] = str(ALL)
    return urlencode(form).encode()


def short_listing(request: Request, call: ApiCall, page_size: int | None) -> Request:
    """A listing of a bucket that asks for short pages; moto pages those itself."""
    if page_size is None or call.operation != "ListObjectsV2":
        return request
    kept = [part for part in request.query.split("&") if part and not part.startswith("max-keys=")]
    return replace(request, target=f"{request.path}?{'&'.join([*kept, f'max-keys={page_size}'])}")


def cut(call: ApiCall, caller: Caller, answer: Answer, *, page_size: int | None) -> Answer:
    """The page that was asked for. `page_size` makes every page that short, whatever was asked."""
    pages = OPERATIONS.get((call.service, call.operation))
    if pages is None or answer.status != 200:  # noqa: PLR2004
        return answer
    root = ET.fromstring(answer.body)  # noqa: S314 - moto wrote it
    namespace = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    found = next(root.iter(namespace + pages.items), None)
    if found is None:
        return answer
    if call.operation == "DescribeSnapshots":
        _keep_owned(call, caller, found, namespace)
    asked = int(call.form[pages.limit]) if pages.limit in call.form else None
    sizes = [size for size in (asked, page_size, pages.largest) if size]
    first, last = _start(call, pages), _start(call, pages) + min(sizes)
    items = list(found)
    for at, item in enumerate(items):
        if not first <= at < last:
            found.remove(item)
    _set_token(root, found, namespace + pages.next_token, _token(call, last) if last < len(items) else None)
    ET.register_namespace("", namespace.strip("{}"))
    return replace(answer, body=ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _keep_owned(call: ApiCall, caller: Caller, found: ET.Element, namespace: str) -> None:
    words = {"self": caller.account, "amazon": AMAZON}
    owners = {words.get(value, value) for key, value in call.form.items() if key.startswith("Owner.")}
    for item in list(found):
        if owners and item.findtext(f"{namespace}ownerId") not in owners:
            found.remove(item)


def _token(call: ApiCall, at: int) -> str:
    return base64.urlsafe_b64encode(f"{call.operation}:{at}".encode()).decode()


def _start(call: ApiCall, pages: Pages) -> int:
    token = call.form.get(pages.token)
    if not token:
        return 0
    try:
        operation, _, at = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError:
        operation, at = "", ""
    if operation != call.operation or not at.isdigit():
        raise Refusal("InvalidParameterValue", f"Invalid value for {pages.token}")
    return int(at)


def _set_token(root: ET.Element, found: ET.Element, name: str, token: str | None) -> None:
    parent = next(element for element in root.iter() if found in list(element))
    for old in parent.findall(name):
        parent.remove(old)
    if token:
        ET.SubElement(parent, name).text = token

"""What demo and tests ask of the sandbox itself, under /_sandbox/: roles, users, faults, settings, the log, the
truth.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.aws.faults import Fault
from sandbox.aws.identities import Role
from sandbox.aws.managed import managed_policy
from sandbox.aws.policy import UnknownPolicy
from sandbox.aws.wire import Answer, Refusal, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.aws.front import Cloud


class Control:
    """One request to the sandbox itself. It is on loopback and asks for no key."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def answer(self, request: Request) -> Answer:
        name = request.path.removeprefix("/_sandbox/").partition("/")[0]
        handler: Callable[[Request], Any] | None = getattr(self, f"_{request.method.lower()}_{name}", None)
        if handler is None:
            return _json(404, {"error": f"no {request.method} {request.path}"})
        try:
            return _json(200, handler(request))
        except (UnknownPolicy, Refusal, ValueError, KeyError, TypeError) as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _post_roles(self, request: Request) -> dict[str, Any]:
        values = json.loads(request.body)
        attached = dict(values.get("attached", {}))
        for arn in values.get("managed_policies", []):
            attached[arn] = managed_policy(arn)
        role = Role(
            account=values["account"],
            name=values["name"],
            trust_policy=values["trust_policy"],
            policies=values.get("policies", {}),
            attached=attached,
            path=values.get("path", "/"),
            max_session_seconds=values.get("max_session_seconds", 3600),
        )
        return {"arn": self.cloud.identities.put_role(role).arn}

    def _get_roles(self, _: Request) -> list[dict[str, Any]]:
        return self.cloud.identities.describe()

    def _delete_roles(self, request: Request) -> None:
        self.cloud.identities.delete_role(dict(parse_qsl(request.query))["arn"])

    def _post_users(self, request: Request) -> dict[str, str]:
        values = json.loads(request.body)
        user = self.cloud.identities.put_user(
            account=values["account"], name=values["name"], policies=values.get("policies", {})
        )
        return {
            "arn": user.arn,
            "access_key_id": user.access_key_id,
            "secret_access_key": user.secret_access_key,
        }

    def _post_expire(self, request: Request) -> dict[str, int]:
        values = json.loads(request.body) if request.body else {}
        return {"expired": self.cloud.identities.expire(values.get("access_key_id"))}

    def _post_faults(self, request: Request) -> None:
        self.cloud.faults.add(Fault(**json.loads(request.body)))

    def _get_faults(self, _: Request) -> list[dict[str, Any]]:
        return self.cloud.faults.waiting()

    def _delete_faults(self, _: Request) -> None:
        self.cloud.faults.clear()

    def _post_settings(self, request: Request) -> None:
        values = json.loads(request.body)
        if "page_size" in values:
            self.cloud.page_size = values["page_size"]
        if "latency_seconds" in values:
            self.cloud.latency_seconds = float(values["latency_seconds"])
        if "export_key_arn" in values:
            self.cloud.export_key_arn = str(values["export_key_arn"])
        if "empty_regions" in values:
            self.cloud.estate.empty_regions = tuple(values["empty_regions"])

    def _get_calls(self, request: Request) -> list[dict[str, Any]]:
        return self.cloud.journal.since(int(dict(parse_qsl(request.query)).get("since", 0)))

    def _delete_calls(self, _: Request) -> None:
        self.cloud.journal.clear()

    def _get_estate(self, _: Request) -> Any:  # noqa: ANN401 - JSON
        return json.loads((self.cloud.folder / "truth.json").read_text())

    def _post_restate(self, request: Request) -> Any:  # noqa: ANN401 - JSON
        forwarded = Request(method="POST", target="/_backend/restate", headers={}, body=request.body)
        return json.loads(self.cloud.forward(forwarded, account="", body=request.body).body)

    def _put_object(self, request: Request) -> None:
        self._object(request)

    def _delete_object(self, request: Request) -> None:
        self._object(request)

    def _object(self, request: Request) -> None:
        target = request.target.replace("/_sandbox/object/", "/_backend/object/", 1)
        forwarded = Request(method=request.method, target=target, headers={}, body=request.body)
        self.cloud.forward(forwarded, account="", body=request.body)


def _json(status: int, value: object) -> Answer:
    return Answer(
        status=status, body=json.dumps(value, default=str).encode(), headers={"Content-Type": "application/json"}
    )

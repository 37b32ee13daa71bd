"""The organisation's cloud: a process of its own that answers as AWS does, and counts what it was asked.

The sandbox's front, with what must be real of it: HTTP, signatures, roles and their External IDs, session policies, a
decision on every call, pages, throttling. What stands there is made up when it is asked for (`estate`), so no moto
runs. What is the same in every empty place is written once.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.organisation import answers, usage
from benchmarks.organisation.bill import Shelf
from benchmarks.organisation.estate import Organisation, Sizes
from sandbox.aws import answers as answered_by_sandbox
from sandbox.aws import families, front, names
from sandbox.aws.faults import Faults, Strike
from sandbox.aws.journal import Journal
from sandbox.aws.lifeline import end_with_parent
from sandbox.aws.shaped import Front
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.identities import Caller
    from sandbox.aws.wire import Answer, ApiCall, Credential, Request

BURST, PER_SECOND = 3.0, 1.0  # calls of EC2 that the narrow place takes at once, and then a second
MOST_KEPT, LONGEST_KEPT = 10_000, 4_096  # requests, and bytes of one


class Counts(Journal):
    """How often each operation was called, by outcome. In place of a journal, which would write a line a call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str, str]] = Counter()

    def book(
        self, *, access_key_id: str, caller: Caller | None, call: ApiCall | None, outcome: str, milliseconds: float
    ) -> None:
        del access_key_id, caller, milliseconds
        with self._lock:
            self._counted[call.service if call else "", call.operation if call else "", outcome] += 1

    def since(self, first: int = 0) -> list[dict[str, Any]]:
        del first
        with self._lock:
            counted = sorted(self._counted.items())
        names_of = ("service", "operation", "outcome")
        return [{**dict(zip(names_of, key, strict=True)), "count": count} for key, count in counted]

    def clear(self) -> None:
        with self._lock:
            self._counted.clear()


class NarrowPlace(Faults):
    """One account's region in which EC2 takes so many calls a second and no more, as a bucket of tokens does."""

    def __init__(self, account_id: str, region: str) -> None:
        super().__init__()
        self._where = (account_id, region, "ec2")
        self._bucket = threading.Lock()
        self._tokens, self._at = BURST, time.monotonic()

    def strike(self, call: ApiCall, caller: Caller) -> Strike:
        if (caller.account, call.region, call.service) == self._where and not self._has_token():
            raise Refusal("throttle", "")
        return super().strike(call, caller)

    def _has_token(self) -> bool:
        with self._bucket:
            now = time.monotonic()
            self._tokens, self._at = min(BURST, self._tokens + (now - self._at) * PER_SECOND), now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class OrganisationCloud(front.Cloud):
    """Everything that the server knows."""

    def __init__(self, organisation: Organisation, *, folder: Path) -> None:
        super().__init__(estate=organisation.nothing, folder=folder, backend_port=0)
        self.organisation = organisation
        self.journal = Counts()
        self.faults = NarrowPlace(*organisation.sizes.places[-1])
        of_families = [one for family in families.found() for one in getattr(family, "ANSWERS", ())]
        advisors = [answers.without_advice(one) for one in of_families if one.service in answers.ADVISORS]
        self.shaped = Front((*of_families, *advisors, *answers.ANSWERS))
        self.shelf = Shelf(folder)
        self._calls: dict[tuple[object, ...], ApiCall] = {}
        self._allowed: dict[tuple[object, ...], bool] = {}
        self._written: dict[tuple[object, ...], Answer] = {}

    def identify(self, request: Request, claimed: Credential) -> ApiCall:
        """The same request is the same call, whoever makes it."""
        if len(request.body) > LONGEST_KEPT:
            return super().identify(request, claimed)
        key = (*_words(request), claimed.service, claimed.region)
        if (call := self._calls.get(key)) is None:
            call = super().identify(request, claimed)
            _keep(self._calls, key, call)
        return call

    def authorize(self, call: ApiCall, caller: Caller) -> None:
        """A session's policies stay as they are while it lasts."""
        key = (caller.token, call.action, call.besides, call.resource, call.region, *call.context.items())
        if call.service == "iam" or key not in self._allowed:
            super().authorize(call, caller)
            _keep(self._allowed, key, value=True)

    def read(self, request: Request, call: ApiCall, caller: Caller) -> Answer:
        if call.wire == "s3" and call.resource.startswith(f"arn:aws:s3:::{names.BUCKET}"):
            return self.shelf.answer(call, request)
        if answered_by_sandbox.knows(call):
            return answered_by_sandbox.answer(call, caller, self.estate, page_size=None)
        if (call.service, call.operation) == ("cloudwatch", "GetMetricData"):
            idle = self.organisation.idle(caller.account, call.region)
            return usage.metric_data(call.json, idle=idle, until=self.organisation.as_of)
        estate = self.organisation.estate(caller.account, call.region)
        if estate is not self.organisation.nothing:
            return self.shaped.answer(call, caller, estate, page_size=None)
        key = (*_words(request), call.service, call.region, caller.account == names.PAYER)
        if (answer := self._written.get(key)) is None:
            answer = self.shaped.answer(call, caller, estate, page_size=None)
            _keep(self._written, key, answer)
        return answer


def _words(request: Request) -> tuple[object, ...]:
    return request.method, request.target, request.headers.get("x-amz-target", ""), request.body


def _keep(kept: dict[tuple[object, ...], Any], key: tuple[object, ...], value: object) -> None:
    if len(kept) > MOST_KEPT:
        kept.clear()
    kept[key] = value


def main() -> int:
    """Serve until standard input is closed or SIGTERM comes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.organisation.cloud")
    parser.add_argument("--accounts", type=int, required=True)
    parser.add_argument("--resources", type=int, required=True)
    parser.add_argument("--as-of", type=datetime.fromisoformat, required=True, help="a UTC midnight")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--ready-file", type=Path, required=True)
    arguments = parser.parse_args()
    end_with_parent()
    sizes = Sizes(accounts=arguments.accounts, resources=arguments.resources)
    organisation = Organisation(sizes, as_of=arguments.as_of.replace(tzinfo=UTC))
    server = front.serve(OrganisationCloud(organisation, folder=arguments.state_dir), 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ready = {"endpoint_url": f"http://127.0.0.1:{server.server_port}", "pid": os.getpid()}
    beside = arguments.ready_file.with_suffix(".part")
    beside.write_text(json.dumps(ready))
    beside.replace(arguments.ready_file)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())

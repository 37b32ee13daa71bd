"""The process that holds the inventory: moto's server on loopback, filled with the estate, and our few words to it
beside.

`/_backend/…` is for the front alone: put a restated billing period into the bucket, break a part of it on purpose.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from sandbox.aws import export, fill_ec2, fill_other, truth
from sandbox.aws.estate import billing_periods, build
from sandbox.aws.lifeline import end_with_parent
from sandbox.aws.model import Draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.aws.model import Estate


class QuietHandler(MotoRequestHandler):
    """Keeps the connection open, and says nothing of each request; the front books them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, *_: object) -> None:
        return


class Backend:
    """moto behind a few paths of ours."""

    def __init__(self, estate: Estate, folder: Path) -> None:
        self.estate = estate
        self.truth_file = folder / "truth.json"
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.truth = truth.write(estate)
        self.versions: dict[str, int] = {}

    def fill(self) -> None:
        mock_random.seed(self.estate.seed)
        fill_ec2.fill(self.estate, Draw(self.estate.seed + 1, self.estate.as_of))
        fill_other.fill(self.estate)
        self._publish(export.first_delivery(self.estate))

    def _publish(self, delivery: export.Delivery) -> dict[str, Any]:
        fill_other.put_objects(delivery.objects)
        self.versions.update({period: totals["version"] for period, totals in delivery.totals.items()})
        self.truth.setdefault("bill", {}).update(delivery.totals)
        # Written beside and moved, so that a reader never sees half of it.
        beside = self.truth_file.with_suffix(".part")
        beside.write_text(json.dumps(self.truth, indent=1))
        beside.replace(self.truth_file)
        return delivery.totals

    def restate(self, *, wanted: str | None, since: str | None) -> dict[str, Any]:
        """Publishes the next version of a billing period (default: the earlier one) and answers its totals."""
        periods = {f"{period:%Y-%m}": period for period in billing_periods(self.estate.as_of)}
        name = wanted or next(iter(periods))
        version = self.versions[name] + 1
        return self._publish(export.deliver(self.estate, periods[name], version=version, since=since or ""))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/_backend/"):
            return self.moto(environ, start_response)  # type: ignore[no-any-return]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer: Any = None
        if path == "/_backend/restate":
            asked = json.loads(body) if body else {}
            answer = self.restate(wanted=asked.get("period"), since=asked.get("since"))
        elif path.startswith("/_backend/object/"):
            key = path.removeprefix("/_backend/object/")
            if environ["REQUEST_METHOD"] == "DELETE":
                fill_other.delete_object(key)
            else:
                fill_other.put_objects({key: body})
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    arguments = parser.parse_args()
    estate = build(seed=arguments.seed, as_of=datetime.fromisoformat(arguments.as_of))
    backend = Backend(estate, arguments.state_dir)
    backend.fill()
    end_with_parent()
    server = make_server("127.0.0.1", 0, backend, threaded=True, request_handler=QuietHandler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    (arguments.state_dir / "backend.port").write_text(str(server.server_port))
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())

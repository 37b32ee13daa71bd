"""Run the sandbox's identity provider until it is told to end: `python -m sandbox.clerk --app-origin URL`."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import OPERATOR, PEOPLE
from sandbox.clerk.tokens import TOKEN_SECONDS


def main() -> None:
    """Serve, and say where in the ready file."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.clerk", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--app-origin", action="append", required=True, help="an origin of the product; may be repeated"
    )
    parser.add_argument("--ready-file", type=Path, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument(
        "--cookie-domain", default="", help="be a production instance of this domain, e.g. cf.localhost"
    )
    parser.add_argument("--token-seconds", type=int, default=TOKEN_SECONDS, help="how long a session token lives")
    options = parser.parse_args()

    issuer = Issuer.start(
        state_dir=options.state_dir,
        app_origins=options.app_origin,
        port=options.port,
        cookie_domain=options.cookie_domain,
        token_seconds=options.token_seconds,
    )
    ready = {
        "port": issuer.instance.port,
        "issuer": issuer.issuer,
        "sign_in_url": issuer.sign_in_url,
        "environment": issuer.environment(),
        "web_environment": issuer.web_environment(),
        "operator": OPERATOR.user_id,
        "people": {person.key: {"name": person.name, "does": person.does} for person in PEOPLE.values()},
    }
    partial = options.ready_file.with_suffix(".partial")
    partial.write_text(json.dumps(ready, indent=1))
    partial.replace(options.ready_file)

    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    ending.wait()
    issuer.stop()


if __name__ == "__main__":
    main()

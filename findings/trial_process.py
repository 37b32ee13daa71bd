"""Tries a bill in a process of its own, within bounds of memory and time: its rules hold a whole bill's resources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from audits.billed_things import Span

ROOT = Path(__file__).resolve().parent.parent
LOOK_UP_SECONDS = 0.2
TOO_MANY_LINES = "The bill has too many lines to be tried at once: hand in one month, or the bill of one account."


class TrialFailed(Exception):
    """The bill's lines could not be tried within the bounds. What is loaded is not touched by that."""


def try_lines(*, lines: Path | None, span: Span, seconds: float, on_wait: Callable[[], None]) -> dict[str, Any]:
    """What the lines prove, as `findings.told.told` has it. `on_wait` is called meanwhile and may raise to give up.

    Writes beside the lines, in a folder that the caller removes. Whatever happens, the child is gone afterwards.
    Raises TrialFailed; at once where `lines` is None, since then they are too many.
    """
    if lines is None:
        raise TrialFailed(TOO_MANY_LINES)
    result = lines.with_name("told.json")
    request = {"lines": str(lines), "result": str(result), "first": str(span.first), "until": str(span.until)}
    deadline = time.monotonic() + seconds
    child = subprocess.Popen(
        [sys.executable, "-m", "findings.trial"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PATH": os.defpath, "HOME": str(lines.parent), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        start_new_session=True,
    )
    try:
        _ask(child, json.dumps(request).encode())
        while child.poll() is None:
            on_wait()
            if time.monotonic() > deadline:
                raise TrialFailed(f"What the bill proves was not told within {seconds:.0f} seconds.")
            _wait(child)
    finally:
        child.kill()
        child.wait()
    if child.returncode or not result.exists():
        raise TrialFailed("What the bill proves could not be told within the memory that it may take.")
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def _ask(child: subprocess.Popen[bytes], request: bytes) -> None:
    if child.stdin is None:
        raise ValueError("The child has no input.")
    try:
        child.stdin.write(request)
        child.stdin.close()
    except BrokenPipeError:
        pass  # it has already ended, and its end says why


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=LOOK_UP_SECONDS)
    except subprocess.TimeoutExpired:
        return

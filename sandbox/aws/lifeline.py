"""A child that ends with its parent, however the parent ends: the parent holds the other end of its standard input."""

from __future__ import annotations

import os
import sys
import threading


def end_with_parent() -> None:
    """Ends this process as soon as its standard input is closed. Call it only where a parent holds that end."""

    def wait() -> None:
        # Bytes from the descriptor itself: sys.stdin's own lock would hold up the interpreter's shutdown.
        while os.read(0, 1024):
            pass
        print("the parent is gone", file=sys.stderr, flush=True)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()

"""gunicorn's settings for the web and the operator process: `gunicorn --config deploy/gunicorn.conf.py --bind ...`.

The address to bind to, and where TLS ends, are the command line's or the proxy's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costframe.settings")

from django.conf import settings

from costframe.body_length import leaves_body_unread

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker

wsgi_app = "costframe.wsgi:application"
proc_name = f"costframe-{settings.ROLE_NAME}"
worker_class = "costframe.serving.PlainWorker"
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
timeout = 60  # a process that does not say that it lives is replaced
graceful_timeout = 30
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True

# Of one request: the line, how many headers, how long each. The bound of the body is DATA_UPLOAD_MAX_MEMORY_SIZE.
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
http_parser = "python"

# Nothing that a client or a proxy writes into a header changes the scheme, the address or the path here.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
header_map = "drop"  # X_Forwarded_For would otherwise be read as X-Forwarded-For

# costframe.request_log writes one line a request, without the query string.
accesslog = None
logconfig_dict = settings.LOGGING


def pre_request(worker: Worker, req: Any) -> None:  # noqa: ANN401 - gunicorn's request has no public type
    """End the connection after the answer to a request whose body nobody will read."""
    del worker
    if leaves_body_unread(req.headers, most_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        req.force_close()

"""What gunicorn serves: the web or the operator process, started only with its own powers."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costframe.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

from costframe.roles import refuse_foreign_secrets, refuse_wrong_database_role, wall_off
from tenants import handshake

refuse_foreign_secrets(settings.COSTFRAME_ROLE, settings.ENVIRONMENT)
wall_off(settings.COSTFRAME_ROLE)
application = get_wsgi_application()
handshake.configure(settings)  # a provider that cannot be used stops the process, not each request
for connection in connections.all():
    refuse_wrong_database_role(settings.COSTFRAME_ROLE, connection)
    connection.close()

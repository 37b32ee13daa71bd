#!/usr/bin/env python
"""Django's command line, behind the walls of this process's role."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costframe.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from costframe.roles import refuse_foreign_secrets, wall_off

    refuse_foreign_secrets(settings.COSTFRAME_ROLE, settings.ENVIRONMENT)
    wall_off(settings.COSTFRAME_ROLE)
    execute_from_command_line(sys.argv)

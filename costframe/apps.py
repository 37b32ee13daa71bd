"""The project as an app: it owns the commands that start processes."""

from django.apps import AppConfig


class CostframeConfig(AppConfig):
    name = "costframe"
    verbose_name = "Costframe"

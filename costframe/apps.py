"""The project as an app: it owns the commands that start processes, and what is checked before one is deployed."""

from django.apps import AppConfig


class CostframeConfig(AppConfig):
    name = "costframe"
    verbose_name = "Costframe"

    def ready(self) -> None:
        """Django knows a check once its module is imported."""
        from costframe import checks  # noqa: F401, PLC0415 - it needs the settings

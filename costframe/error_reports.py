"""What Django's own error reports may show of a request, the settings and the variables of each function: no secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from costframe.redact import redact, redact_error, scrub

if TYPE_CHECKING:
    from collections.abc import ItemsView
    from types import FrameType

    from django.http import HttpRequest, QueryDict
    from django.utils.safestring import SafeString

HIDDEN_NAMES = re.compile(
    "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|SEAL|PASSPHRASE|CLERK|AWS|ARN|BLOB|JWT|SESSION|WEBHOOK|CREDENTIAL|"
    "DATABASE|REDIS|ENVIRONMENT|PROOF|CSRF|IDENTITY|EXTERNAL_ID|QUERY_STRING|RAW_URI|REFERER",
    re.IGNORECASE,
)


class ReportFilter(SafeExceptionReporterFilter):
    """Django's filter with our names, on variables too, and switched on in DEBUG as well."""

    hidden_settings = HIDDEN_NAMES

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always: a report may be copied to somewhere else."""
        del request
        return True

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, str]:
        """The cookies' names."""
        return dict.fromkeys(getattr(request, "COOKIES", {}), self.cleansed_substitute)

    def get_post_parameters(self, request: HttpRequest | None) -> Any:  # noqa: ANN401 - as Django has it
        """The fields' names. What was typed may be a secret under any name."""
        if request is None:
            return {}
        cleansed: QueryDict = request.POST.copy()
        for name in cleansed:
            cleansed[name] = self.cleansed_substitute
        return cleansed

    def get_traceback_frame_variables(self, request: HttpRequest, tb_frame: FrameType) -> ItemsView[str, Any]:
        """A function's variables: those with a telling name hidden, the others redacted as they show themselves."""
        shown = {
            name: self.cleansed_substitute if HIDDEN_NAMES.search(name) else self._shown(value)
            for name, value in super().get_traceback_frame_variables(request, tb_frame)
        }
        return shown.items()

    def _shown(self, value: Any) -> str:  # noqa: ANN401 - any variable
        """A form or a dictionary by its names only: what was typed stands under harmless ones, too."""
        return redact(repr(dict.fromkeys(value, self.cleansed_substitute) if isinstance(value, dict) else value))


class Report(ExceptionReporter):
    """Django's report without what the filter is not asked for: the query string, and what the exception quotes."""

    def get_traceback_data(self) -> dict[str, Any]:
        """What both forms of the report are made of."""
        data = super().get_traceback_data()
        hidden = ReportFilter.cleansed_substitute
        if self.request is not None:
            data["request_GET_items"] = [(name, hidden) for name in self.request.GET]
        data["unicode_hint"] = ""
        for name in {"exception_value", "exception_notes"} & set(data):
            data[name] = redact_error(str(data[name]))
        for frame in data["frames"]:
            if frame["exc_cause"] is not None:
                frame["exc_cause"] = redact_error(str(frame["exc_cause"]))
        return data

    def get_traceback_html(self) -> SafeString:
        """The page, of which the source lines and the rest pass the same sieve as a log line."""
        return mark_safe(scrub(super().get_traceback_html()))  # noqa: S308 - escaped by Django's own template

    def get_traceback_text(self) -> SafeString:
        """The same as text."""
        return mark_safe(scrub(super().get_traceback_text()))  # noqa: S308 - no page

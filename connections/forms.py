"""What a person tells us of a connection. Every error names the value and the remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.views.decorators.debug import sensitive_variables

from connections.kits.aws import SHAPES
from connections.operations import ROLE_ARN
from connections.provider import ExportPlace

if TYPE_CHECKING:
    from connections.models import Connection

REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}", re.ASCII)
EXAMPLE_ARN = "arn:aws:iam::123456789012:role/CostframeReadOnly"
EXPORT_FIELDS = ("export_bucket", "export_prefix", "export_name", "export_region")


def shaped(field: str, remedy: str) -> Any:  # noqa: ANN401 - Django takes any callable
    """A validator for a shape that the kits take as well."""

    def validate(value: str) -> None:
        if re.fullmatch(SHAPES[field], value, re.ASCII) is None:
            raise forms.ValidationError("“%(value)s” does not fit: " + remedy, params={"value": value[:80]})

    return validate


class PlaceForm(forms.Form):
    """Where to look, and where the cost export lies."""

    regions = forms.CharField(
        required=False,
        max_length=600,
        label="Regions",
        help_text="Separate them by spaces, as in eu-west-1 us-east-1. Empty: every region that is switched on.",
    )
    export_bucket = forms.CharField(
        required=False,
        max_length=63,
        label="Bucket",
        validators=[shaped("export_bucket", "3 to 63 lower-case letters, digits, dots and hyphens, no s3:// before.")],
        help_text="Only in the account that pays and holds the cost export (FOCUS). Else leave these four empty.",
    )
    export_prefix = forms.CharField(
        required=False,
        max_length=512,
        label="Path prefix",
        validators=[shaped("export_prefix", "letters, digits and / . _ - ! ( ) only.")],
        help_text="The prefix from the export's delivery options; may be empty.",
    )
    export_name = forms.CharField(
        required=False,
        max_length=128,
        label="Export name",
        validators=[shaped("export_name", "letters, digits and . _ - ! ( ) only.")],
        help_text="As in Billing and Cost Management, Data Exports.",
    )
    export_region = forms.CharField(
        required=False, max_length=32, label="Bucket's region", help_text="As in us-east-1."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
            described = [f"hint-{name}"] if field.help_text else []
            if self.is_bound and name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"
                described.append(f"error-{name}")
            if described:
                field.widget.attrs["aria-describedby"] = " ".join(described)

    @property
    def place_fields(self) -> list[forms.BoundField]:
        """The export's four fields, shown together."""
        return [self[name] for name in EXPORT_FIELDS]

    def clean_regions(self) -> list[str]:
        """Region names as a list, each once."""
        names = list(dict.fromkeys(re.split(r"[\s,;]+", self.cleaned_data["regions"].strip().lower())))
        names = [name for name in names if name]
        if wrong := [name for name in names if REGION.fullmatch(name) is None]:
            raise forms.ValidationError(
                "“%(wrong)s” is not a region. Regions look like eu-west-1.", params={"wrong": ", ".join(wrong)[:200]}
            )
        return names

    def clean_export_region(self) -> str:
        """The bucket's region."""
        name: str = self.cleaned_data["export_region"].strip().lower()
        if name and REGION.fullmatch(name) is None:
            raise forms.ValidationError("“%(name)s” is not a region. One looks like us-east-1.", params={"name": name})
        return name

    def clean(self) -> dict[str, Any]:
        """Either all of the export's place or none of it; only the prefix may be empty."""
        cleaned = super().clean() or {}
        needed = ("export_bucket", "export_name", "export_region")
        if any(cleaned.get(name) for name in EXPORT_FIELDS):
            for name in needed:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "Needed where this account holds the cost export; else empty all four.")
        return cleaned

    @property
    def export(self) -> ExportPlace | None:
        """The cost export's place, None where this account holds none."""
        if not self.cleaned_data["export_bucket"]:
            return None
        return ExportPlace(
            bucket=self.cleaned_data["export_bucket"],
            prefix=self.cleaned_data["export_prefix"].strip("/"),
            name=self.cleaned_data["export_name"],
            region=self.cleaned_data["export_region"],
        )


class DraftForm(PlaceForm):
    """The first step of the wizard."""

    label = forms.CharField(
        max_length=120,
        label="Name",
        help_text="How you call this account, as in “production” or “payer”.",
        error_messages={"required": "Give the connection a name, so that you know it again in lists."},
    )
    field_order = ("label", "regions", *EXPORT_FIELDS)


class AccessForm(PlaceForm):
    """The third step: the role that was made with the kit."""

    role_arn = forms.CharField(
        max_length=700,
        label="Role ARN",
        help_text=f"The kit's output, as in {EXAMPLE_ARN}. It is sealed at once and opened in our workers only.",
        error_messages={"required": f"Give the ARN of the role that the kit made, as in {EXAMPLE_ARN}."},
    )
    field_order = ("role_arn", "regions", *EXPORT_FIELDS)

    @classmethod
    def of(cls, connection: Connection) -> AccessForm:
        """The form as the connection stands, without the ARN, which nobody here can read."""
        return cls(
            initial={
                "regions": " ".join(connection.regions),
                **{name: getattr(connection, name) for name in EXPORT_FIELDS},
            }
        )

    @sensitive_variables("value")
    def clean_role_arn(self) -> str:
        """An ARN in the shape of a role's."""
        value: str = self.cleaned_data["role_arn"].strip()
        if ROLE_ARN.fullmatch(value) is None:
            raise forms.ValidationError(
                "“%(value)s” is not the ARN of a role. One looks like %(example)s.",
                params={"value": value[:120], "example": EXAMPLE_ARN},
            )
        return value

"""What people type on the pages of rules: which ones they look for, a rule's thresholds, and the note for these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from findings.bounds import MOST_SHOWN, BadThreshold, bounds_of, read, spoken
from findings.filters import NO_TEXT, NOT_THERE, complaints_of
from findings.rules_page import HAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from findings.filters import Complaint
    from findings.rule import Rule

MOST_NOTE = 500
MOST_WORDS = 200
WHY = "Say why, in a sentence: it stands beside every finding that is judged by these thresholds."


class RulesForm(forms.Form):
    """Which rules are shown. What cannot be used is told by `complaints` and narrows nothing."""

    q = forms.CharField(
        label="Words",
        required=False,
        max_length=MOST_WORDS,
        error_messages={**NO_TEXT, "max_length": f"is longer than {MOST_WORDS} characters: write fewer words."},
    )
    kind = forms.ChoiceField(label="Looks at", required=False, error_messages=NOT_THERE)
    has = forms.ChoiceField(
        label="With",
        required=False,
        choices=[("", "All rules"), *((name, label) for name, (label, _) in HAS.items())],
        error_messages=NOT_THERE,
    )

    def __init__(self, data: QueryDict, *, kinds: Iterable[str]) -> None:
        super().__init__(data)
        ordered = sorted(set(kinds), key=str.casefold)
        self.fields["kind"].choices = [("", "Everything"), *((kind, kind) for kind in ordered)]  # type: ignore[attr-defined] # a ChoiceField has them

    @property
    def complaints(self) -> list[Complaint]:
        """A sentence for each value that could not be used, with the name of its field."""
        return complaints_of(self)

    @property
    def query(self) -> dict[str, str]:
        """What can be used of it, as the URL has it."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ThresholdField(forms.CharField):
    """One threshold of a rule: text that becomes a number within its bounds."""

    def __init__(self, *, rule: Rule, name: str, **given: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(max_length=MOST_SHOWN, **given)
        self.rule, self.name = rule, name

    def clean(self, value: Any) -> int | float:  # noqa: ANN401 - Django's
        """The number."""
        try:
            return read(self.rule, self.name, super().clean(value))
        except BadThreshold as error:
            raise forms.ValidationError(str(error)) from None


class ThresholdsForm(forms.Form):
    """Every threshold of one rule. Errors name the field, the value and the remedy."""

    def __init__(self, data: QueryDict | None = None, *, rule: Rule, in_force: Mapping[str, float]) -> None:
        super().__init__(data, initial=dict(in_force))
        for name, default in rule.settings.items():
            bounds = bounds_of(rule, name)
            self.fields[name] = ThresholdField(
                rule=rule,
                name=name,
                label=spoken(name)[0].upper() + spoken(name)[1:],
                help_text=f"{bounds}; the rule's default is {default}.",
                error_messages={"required": f"Write a number, as in {default}."},
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric" if bounds.is_whole else "decimal", "autocomplete": "off"}
                ),
            )


class NoteForm(forms.Form):
    """Why the thresholds are changed."""

    note = forms.CharField(
        label="Why",
        max_length=MOST_NOTE,
        help_text=WHY,
        error_messages={"required": WHY},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_note(self) -> str:
        """One line, without characters that one does not see."""
        note: str = " ".join("".join(one if one.isprintable() else " " for one in self.cleaned_data["note"]).split())
        if not note:
            raise forms.ValidationError(WHY)
        return note

"""The form that makes a token."""

from datetime import timedelta

from django import forms

from accounts.scopes import MEANING, Scope

LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("never", "never")]


class TokenForm(forms.Form):
    """Name, scopes, read-only, lifetime."""

    name = forms.CharField(
        max_length=100, label="Used by", help_text="Which client or job uses it, as in: Claude Code on my laptop."
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, f"{scope.value}: {MEANING[scope]}") for scope in Scope],
        initial=[Scope.READ.value],
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
        help_text="Least rights: what you do not tick, the agent cannot do.",
    )
    read_only = forms.BooleanField(
        required=False,
        label="Read-only",
        help_text="Refuses every tool that changes anything, whatever is ticked above.",
    )
    lifetime = forms.ChoiceField(choices=LIFETIMES, initial="90", label="Expires after")

    def clean_scopes(self) -> list[Scope]:
        """Scopes as values, in order."""
        return [scope for scope in Scope if scope.value in self.cleaned_data["scopes"]]

    def clean_lifetime(self) -> timedelta | None:
        """How long it lives; None for ever."""
        days = self.cleaned_data["lifetime"]
        return None if days == "never" else timedelta(days=int(days))

"""The form of one entry of a vocabulary: title, rules, what else its kind says, and the reason of the change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from healthsite.pages.rules.builder import RuleForm
from healthsite.pages.rules.kinds import KINDS
from healthsite.pages.rules.readable import Readable
from scoring.definitions.changing import digest_of
from scoring.models import Definition
from scoring.scorecards.drafting import MOST_NOTE


class TitleForm(forms.Form):
    """What every entry has."""

    title = forms.CharField(label="Title", max_length=255)
    is_active = forms.BooleanField(label="In use", required=False)


class ReasonForm(forms.Form):
    """Why; `seen` is the digest of what the person looked at."""

    reason = forms.CharField(
        label="Reason for the change",
        max_length=MOST_NOTE,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "The reason is empty; say in a sentence why"},
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class MoveForm(forms.Form):
    """Earlier or later, and why."""

    act = forms.ChoiceField(choices=[("up", "Earlier"), ("down", "Later")])
    reason = forms.CharField(
        label="Reason for the other place",
        max_length=MOST_NOTE,
        error_messages={"required": "The reason is empty; say in a sentence why"},
    )


class EntryForm:
    """The forms of one entry together; without data they show what is stored."""

    def __init__(self, entry: Definition, readable: Readable, data: QueryDict | None = None) -> None:
        self.entry, self.kind = entry, KINDS[entry.kind]
        self.title = TitleForm(data, initial={"title": entry.title, "is_active": entry.is_active})
        self.body = self.kind.form(data, body=entry.body)
        self.rules = [self._rule(key, label, readable, data) for key, label in self.kind.rules.items()]
        self.why = ReasonForm(data, initial={"seen": digest_of(entry)})
        self.why.fields["reason"].required = data is None or self._is_saved(data)
        self.problem = ""

    @property
    def acted(self) -> bool:
        """Whether a button asked for more or fewer rows of a rule."""
        return any(rule.acted for rule in self.rules)

    def is_valid(self) -> bool:
        """Whether all of it can be read."""
        asked = [self.title, self.body, *self.rules, self.why]
        refused = [one for one in asked if not one.is_valid()]  # each is asked, so that all of it is said at once
        return not refused

    def said(self) -> dict[str, Any]:
        """The body of a valid form. Keys that the form does not know stay; what is empty is not put in."""
        stored = self.entry.body
        rules = {rule.prefix: rule.definition for rule in self.rules if rule.definition or rule.prefix in stored}
        rest = {key: value for key, value in self.body.said().items() if value or key in stored}
        body = {**stored, **rest, **rules}
        return {key: value for key, value in body.items() if key in rules or value is not None}

    def refuse(self, message: str) -> None:
        """Show what is wrong with the whole, at the rule it names where it names one."""
        named = [rule for rule in self.rules if message.startswith((f"{rule.prefix} ", f"{rule.prefix}."))]
        if named:
            named[0].refuse(message)
        else:
            self.problem = message

    def _is_saved(self, data: QueryDict) -> bool:
        """Whether it is sent to be saved; a trial, or more rows, need no reason."""
        return not self.acted and data.get("act", "save") == "save"

    def _rule(self, key: str, label: str, readable: Readable, data: MultiValueDict[str, str] | None) -> RuleForm:
        stored = self.entry.body.get(key)
        return RuleForm(
            data, prefix=key, initial=stored, readable=readable, required=key in self.kind.needed, label=label
        )

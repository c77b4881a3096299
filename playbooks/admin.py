"""Playbooks and alert rules in the Django admin: edited as JSON, refused with the reason, and never taken away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from accounts.admin import ModelAdmin
from accounts.business_days import today
from accounts.changes import Observation, change
from accounts.models import Change, User
from playbooks.describing import exit_words, step_words, trigger_words, wait_words, who
from playbooks.models import AlertRule as StoredRule
from playbooks.models import Playbook
from playbooks.parsing import InvalidPlaybook, parse_alert, parse_playbook
from scoring.fields import is_field
from scoring.wording import rule_words

if TYPE_CHECKING:  # generic for the type checker only
    ModelForm = forms.ModelForm[Any]
else:
    from django.forms import ModelForm

NOTHING = "Nothing to show yet: the definition has not been saved, or cannot be read."


class DefinitionField(forms.JSONField):
    """JSON that is shown line by line; what cannot be read as JSON is an error and nothing worse."""

    widget = forms.Textarea(attrs={"rows": 40, "cols": 120, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        """Read it; endless digits, bottomless nesting and halves of a character are no JSON either."""
        try:
            found = super().to_python(value)
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("This is no JSON that can be read.", code="invalid") from error
        return found

    def bound_data(self, data: Any, initial: Any) -> InvalidJSONInput:
        """What comes back with an error is what was typed."""
        return InvalidJSONInput(data or "")

    def prepare_value(self, value: Any) -> str:
        """Show it line by line."""
        return value if isinstance(value, InvalidJSONInput) else json.dumps(value, indent=2, ensure_ascii=False)


class DefinitionForm(ModelForm):
    """A definition that its parser takes, with a key that stays."""

    definition = DefinitionField()

    def clean_definition(self) -> Any:
        """Refuse what the parser refuses, and a key that is another's; title and key follow the definition."""
        definition = self.cleaned_data["definition"]
        parsed = _parsed(self._meta.model, definition)
        others = self._meta.model._default_manager.exclude(pk=self.instance.pk)
        if self.instance.pk and parsed.key != self.instance.key:
            raise forms.ValidationError(f"key is '{parsed.key}'; a key never changes: give '{self.instance.key}'")
        if others.filter(key=parsed.key).exists():
            raise forms.ValidationError(f"key is '{parsed.key}'; another has it: give a new one")
        self.instance.key, self.instance.title = parsed.key, parsed.title
        return definition


class DefinitionAdmin(ModelAdmin):
    """What both kinds have in common. To stop one from starting, switch it off: plays and alerts refer to it."""

    form = DefinitionForm
    kind: ClassVar[str]  # in the change log
    list_display = ("key", "title", "is_active")
    list_filter = ("is_active",)
    search_fields = ("key", "title")

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Switch it off in place of that."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        """Save it, with an entry of the change log for what is different."""
        super().save_model(request, obj, form, change)
        if change:
            Change.objects.bulk_create(self._entry(request, obj, form, name) for name in form.changed_data)

    def _entry(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], name: str) -> Change:
        assert isinstance(request.user, User)
        step = (form.initial[name], form.cleaned_data[name])
        return change(self.kind, obj, name, step, Observation(today(), by=request.user))


@admin.register(Playbook)
class PlaybookAdmin(DefinitionAdmin):
    """Playbooks; a play that runs keeps the definition it started with."""

    kind = "playbooks"
    fields = ("key", "title", "is_active", "trigger", "steps", "end", "definition")
    readonly_fields = ("key", "title", "trigger", "steps", "end")

    @admin.display(description="Starts")
    def trigger(self, obj: Playbook) -> str:
        """What starts it, as a sentence."""
        found = _stored(Playbook, obj)
        return trigger_words(found) if found else NOTHING

    @admin.display(description="Steps")
    def steps(self, obj: Playbook) -> str:
        """Who does what, and by when."""
        found = _stored(Playbook, obj)
        lines = ((step.title, who(step), step_words(step)) for step in found.steps) if found else ()
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{} – {} – {}</li>", lines)) if found else NOTHING

    @admin.display(description="Ends")
    def end(self, obj: Playbook) -> str:
        """What ends it, as a sentence."""
        found = _stored(Playbook, obj)
        return f"{exit_words(found.exit)} {wait_words(found)}" if found else NOTHING


@admin.register(StoredRule)
class AlertRuleAdmin(DefinitionAdmin):
    """Alert rules."""

    kind = "alert_rules"
    fields = ("key", "title", "is_active", "trigger", "definition")
    readonly_fields = ("key", "title", "trigger")

    @admin.display(description="Fires")
    def trigger(self, obj: StoredRule) -> str:
        """What is watched for, as a sentence."""
        found = _stored(StoredRule, obj)
        return f"When it begins to hold: {rule_words(found.when)}" if found else NOTHING


def _parsed(model: type[models.Model], definition: object) -> Any:
    parse = parse_playbook if model is Playbook else parse_alert
    try:
        return parse(definition, is_field)
    except InvalidPlaybook as error:
        raise forms.ValidationError(str(error)) from error


def _stored(model: type[models.Model], obj: Any) -> Any:
    # A definition may have been good once and read a component that is no more: the page is where to mend it.
    try:
        return _parsed(model, obj.definition) if obj and obj.pk else None
    except forms.ValidationError:
        return None

"""The one form in which a draft is written: read back, reshaped, checked and saved; refusals stand at their places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import cached_property
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime

from accounts.models import User
from healthsite.pages.rules.builder import RuleForm
from healthsite.pages.rules.readable import of_version
from healthsite.pages.scorecards.copies import Copy, NotPossible, reshape, typed
from healthsite.pages.scorecards.finding import history_of
from healthsite.pages.scorecards.forms import EditForm
from scoring.engine.version import InvalidScorecard, digest
from scoring.models import ScorecardVersion
from scoring.models.scorecards import Status
from scoring.scorecards.describing import FLAGS
from scoring.scorecards.drafting import Outdated, revise_draft
from scoring.scorecards.places import full, leaves

RULED: Final = ("caps", "thresholds")  # the lists whose entries hold while a rule does
MOST_SAID: Final = 300  # characters of an entry of the history, in a refusal
Rules = dict[str, dict[str, Any] | None]


def _entry_words(entry: LogEntry) -> str:
    at = date_format(localtime(entry.action_time), "j F Y, H:i")
    what = Truncator(entry.get_change_message().rstrip(".")).chars(MOST_SAID)
    return f"Last in its history: {entry.user}, {at}: {what}"


def prefix_of(place: str) -> str:
    """The prefix of the fields of a rule: caps-0-when."""
    return re.sub(r"[.\[\]]+", "-", place)


class Editor:
    """A draft's form. Unbound it shows the draft; with `data` what was typed, and `refused` says whether it was sent
    to be saved and was not.
    """

    def __init__(self, draft: ScorecardVersion, data: QueryDict | None = None) -> None:
        self.draft, self.data, self.refused = draft, data, False
        self.is_typed = data is not None
        self.over = ""  # the digest of what somebody else has saved meanwhile: with it a save takes the place of that
        whole = full(draft.definition)
        self.copy: Copy = whole if data is None else typed(data)
        self.said: list[tuple[str, str]] = []  # refusals with the id of their place
        self.form = self._form(data)
        self.rules = {place: self._rule(place, data, rule) for place, rule in self._rule_places(whole).items()}

    @property
    def wants(self) -> str:
        """What a button asked for: save, or a change of the form's shape."""
        if self.data is None or any(rule.acted for rule in self.rules.values()):
            return "redraw"
        return "reshape" if "do" in self.data else "save"

    def reshape(self) -> None:
        """Do to the lists what a button asked for; nothing is saved. What cannot be done is refused."""
        assert self.data is not None
        act, _, place = str(self.data["do"]).partition(" ")
        rules = self._read_rules(required=False)
        if rules is None:
            return
        for kind in RULED:
            for i, one in enumerate(self.copy[kind]):
                one["when"] = rules[f"{kind}[{i}].when"]
        try:
            reshape(self.copy, act, place, self.data.get(f"new {place}", ""))
        except NotPossible as error:
            self._refuse("", str(error))
        self.copy["flags"] = {name: rules[f"flags.{name}"] for name in FLAGS}
        self.form = self._form()
        self.rules = {place: self._rule(place, None, rule) for place, rule in self._rule_places(self.copy).items()}

    def save(self, by: User) -> bool:
        """Whether the draft now says what was typed."""
        rules = self._read_rules(required=True)
        if not self.form.is_valid() or rules is None:
            self._collect()
            return False
        try:
            self.draft = revise_draft(draft=self.draft, definition=self._definition(rules), seen=self._base, by=by)
        except Outdated as error:
            self.form.add_error(None, self._outdated() or str(error))
        except InvalidScorecard as error:
            self._refuse_at(str(error))
        else:
            return True
        self._collect()
        return False

    # -- reading -----------------------------------------------------------------------------------------------------

    @cached_property
    def _readable(self) -> Any:
        return of_version(self.draft.engine, f"version={self.draft.pk}")

    @property
    def _seen(self) -> str:
        return digest(self.draft.definition) if self.data is None else self.data.get("seen", "")

    @property
    def _base(self) -> str:
        """The digest of what a save may take the place of: what was looked at, else what was told of since."""
        assert self.data is not None
        return self.data.get("over") or self._seen

    def _form(self, data: QueryDict | None = None) -> EditForm:
        names = {one["key"]: one["label"] for one in self.draft.definition["components"]}
        return EditForm(self.copy, self._seen, names, data)

    def _rule_places(self, whole: Mapping[str, Any]) -> Rules:
        listed = {f"{kind}[{i}].when": one.get("when") for kind in RULED for i, one in enumerate(self.copy[kind])}
        return {**{f"flags.{name}": whole["flags"][name] for name in FLAGS}, **listed}

    def _rule(self, place: str, data: QueryDict | None, rule: dict[str, Any] | None) -> RuleForm:
        label = self.form.labels.get(place, place)
        return RuleForm(data, prefix=prefix_of(place), readable=self._readable, initial=rule, label=label)

    def _read_rules(self, *, required: bool) -> Rules | None:
        """The rules as they were typed, None where one cannot be read."""
        for form in self.rules.values():
            form.required = required
        valid = [form.is_valid() for form in self.rules.values()]
        if not all(valid):
            self._collect()
            return None
        return {place: form.definition for place, form in self.rules.items()}

    def _definition(self, rules: Rules) -> dict[str, Any]:
        definition = deepcopy(self.copy)
        for place, home, key in list(leaves(definition)):
            home[key] = self.form.cleaned_data[place]
        for kind in RULED:
            for i, one in enumerate(definition[kind]):
                one["when"] = rules[f"{kind}[{i}].when"]
        own = {"key": self.draft.definition["key"], "parameters": self.draft.definition.get("parameters", {})}
        return {**definition, **own, "flags": {name: rules[f"flags.{name}"] for name in FLAGS}}

    # -- refusing ----------------------------------------------------------------------------------------------------

    def _refuse_at(self, message: str) -> None:
        place = self.form.home_of(message.partition(" ")[0])
        if place in self.rules:
            self.rules[place].refuse(f"{self.form.labels[place]} {message.partition(' ')[2]}")
        else:
            self.form.refuse(message)

    def _outdated(self) -> str:
        """What was done to the draft since it was opened, and what to do; empty where it is no draft any more."""
        current = ScorecardVersion.objects.filter(pk=self.draft.pk, status=Status.DRAFT).first()
        if current is None:
            return ""
        self.over = digest(current.definition)
        said = [f"{self.draft} was changed by somebody else meanwhile", *map(_entry_words, history_of(self.draft)[:1])]
        return f"{'. '.join(said)}. Save mine over it puts what you typed in place of all that the draft says now."

    def _refuse(self, home: str, message: str) -> None:
        self.refused = True
        self.said.append((home, message))

    def _collect(self) -> None:
        """Every refusal, for the list above the form."""
        self.refused, self.said = True, []
        for name, errors in self.form.errors.items():
            for error in errors:
                hidden = name == "seen"
                said = "The page is incomplete; open it again and repeat your change." if hidden else str(error)
                self._refuse("" if name == "__all__" or hidden else name, said)
        for place, rule in self.rules.items():
            for at, message in rule.errors_at().items():
                label = self.form.labels.get(place, place)
                home = f"{label}, {at}" if at else label
                said = message if message.startswith(home) else f"{home}: {message}"
                self._refuse(f"rule-{prefix_of(place)}", said)

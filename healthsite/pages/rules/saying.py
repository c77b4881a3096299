"""Says the rule of a form in words while it is being written."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.models.people import Role
from healthsite.pages.rules.builder import RuleForm
from healthsite.pages.rules.readable import Readable, of_customers, of_kind, of_version
from healthsite.pages.visitors import user_of
from scoring.models import Definition, ScorecardVersion


class WhereForm(forms.Form):
    """Where the rule stands: a vocabulary or the choice of a scorecard ("customers"), or a scorecard version."""

    rule = forms.SlugField(max_length=64)
    on = forms.ChoiceField(required=False, choices=[*Definition.Kind.choices, ("customers", "customers")])
    version = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def readable(self) -> Readable:
        """The fields that the rule may read. Raises Http404 for a version that is not there."""
        said = self.cleaned_data
        if said["version"]:
            return of_version(get_object_or_404(ScorecardVersion, pk=said["version"]).engine)
        return of_kind(said["on"]) if said["on"] in Definition.Kind.values else of_customers()


def may_edit_rules(user: User) -> bool:
    """Admins write rules; everybody reads them."""
    return user.role == Role.ADMIN


@require_POST
def rule_say(request: HttpRequest) -> JsonResponse:
    """The sentence of the rule that was sent, or what is wrong with it."""
    if not may_edit_rules(user_of(request)):
        raise PermissionDenied
    where = WhereForm(request.GET)
    if not where.is_valid():
        raise Http404
    form = RuleForm(request.POST, prefix=where.cleaned_data["rule"], readable=where.readable(), required=False)
    told = form.is_valid()
    return JsonResponse({"sentence": form.sentence if told else "", "errors": form.errors_at()})

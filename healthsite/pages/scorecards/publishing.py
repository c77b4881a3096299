"""What is done with a version: drafted, published by one or two people, made live again, run in shadow, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.models import User
from healthsite.pages.scorecards.finding import REFUSED, admin_of, told, version_of
from healthsite.pages.scorecards.forms import AnswerForm, PublishForm, ShadowForm, WhyForm
from scoring.engine.version import InvalidScorecard, digest
from scoring.models import Proposal, ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.presets import PRESET_KEYS
from scoring.scorecards.allotting import NotShared, approve_choice
from scoring.scorecards.drafting import (
    NeedsSecondPerson,
    NotYours,
    Outdated,
    approve_proposal,
    delete_draft,
    make_draft,
    propose,
    publish_draft,
    restore,
    turn_down,
)
from scoring.scorecards.publishing import AlreadySaid, live_version, newest_version
from scoring.scorecards.shadowing import start_shadow, stop_shadow


@require_POST
def scorecard_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft that says what this version says."""
    by, version = admin_of(request), version_of(pk)
    return _drafted(request, version, by)


@require_POST
def preset_draft(request: HttpRequest, key: str) -> HttpResponse:
    """Make a draft of the newest version of a preset."""
    by = admin_of(request)
    if key not in PRESET_KEYS:
        raise Http404
    return _drafted(request, newest_version(key), by)


def _drafted(request: HttpRequest, version: ScorecardVersion, by: User) -> HttpResponse:
    draft = make_draft(version=version, by=by)
    return told(
        request, f"Made draft {draft.number} from {version}. Nothing is scored by it until it is published.", draft
    )


@require_POST
def scorecard_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a draft away."""
    by, version = admin_of(request), version_of(pk)
    if version.status != Status.DRAFT:
        messages.error(request, f"{version} is published and stays: old nights were scored by it.")
        return redirect("scorecard", pk)
    delete_draft(draft=version, by=by)
    messages.success(request, f"Deleted draft {version}.")
    return redirect("scorecards")


@require_POST
def scorecard_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft with a note; where it moves too many, it is proposed to a second person."""
    by, version, form = admin_of(request), version_of(pk), PublishForm(request.POST)
    if version.status != Status.DRAFT:
        return told(request, f"Published already: {version}.", version)
    done = _published(version, form, by) if form.is_valid() else ""
    return told(request, done, version) if done else _asked_again(request, version, form, "publish")


def _published(draft: ScorecardVersion, form: PublishForm, by: User) -> str:
    """What was done, empty where it was refused; the form says why."""
    said = form.cleaned_data
    if said["seen"] not in ("", digest(draft.definition)):
        form.add_error(None, f"{draft} was changed by somebody else meanwhile; look at its preview again")
        return ""
    try:
        published = publish_draft(draft=draft, note=said["note"], by=by, go_live=said["go_live"])
    except NeedsSecondPerson as share:
        propose(version=draft, note=said["note"], by=by, go_live=said["go_live"])
        return f"Proposed {draft}, not published yet: {share}."
    except (AlreadySaid, InvalidScorecard, Outdated) as error:
        form.add_error(None, str(error))
        return ""
    live = "live: the next night scores by it" if published.use == Use.LIVE else "not live; nobody is scored by it yet"
    return f"Published {published}. It is {live}."


@require_POST
def scorecard_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a published version live; where it moves too many, that is proposed to a second person."""
    by, version, form = admin_of(request), version_of(pk), WhyForm(request.POST)
    if version.status == Status.DRAFT:
        messages.error(request, f"{version} is a draft; publish it first.")
        return redirect("scorecard", pk)
    if not form.is_valid():
        return _asked_again(request, version, form, "restore")
    note = form.cleaned_data["note"]
    try:
        restore(version=version, note=note, by=by)
    except NeedsSecondPerson as share:
        propose(version=version, note=note, by=by, go_live=True)
        return told(request, f"Proposed to make {version} live, not done yet: {share}.", version)
    return told(request, f"Made {version} live: the next night scores by it. Nights that were scored stay.", version)


@require_POST
def scorecard_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to what somebody proposed, turn it down with a reason, or withdraw one's own."""
    by, version, form = admin_of(request), version_of(pk), AnswerForm(request.POST)
    proposal = Proposal.objects.select_related("draft__scorecard", "by").filter(draft=version).first()
    if proposal is None:
        return told(request, f"There is no proposal about {version} any more: it is withdrawn or decided.", version)
    done = _answered(proposal, form, by) if form.is_valid() else ""
    return told(request, done, version) if done else _asked_again(request, version, form, "proposal")


def _answered(proposal: Proposal, form: AnswerForm, by: User) -> str:
    answer, reason = form.cleaned_data["answer"], form.cleaned_data["reason"]
    if answer == "decline" and not reason.strip():
        form.add_error("reason", "The reason is empty; say in a sentence why not")
        return ""
    try:
        if answer != "agree":
            turn_down(proposal=proposal, reason=reason, by=by)
            return f"{'Withdrew' if proposal.by_id == by.pk else 'Turned down'} the proposal."
        if proposal.choice:
            return f"Agreed: {approve_choice(proposal=proposal, by=by).title} has its place. The next night asks by it."
        version = approve_proposal(proposal=proposal, by=by)
    except (AlreadySaid, InvalidScorecard, NotShared, NotYours, Outdated) as error:
        form.add_error(None, str(error))
        return ""
    return f"Agreed: {version} is {'live' if version.use == Use.LIVE else 'published'}."


@require_POST
def scorecard_shadow_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a published version run beside the live one every night, or no longer."""
    by, version = admin_of(request), version_of(pk)
    starts = version.use != Use.SHADOW
    form = ShadowForm(request.POST) if starts else WhyForm(request.POST)
    if not form.is_valid():
        return _asked_again(request, version, form, "shadow")
    act: Callable[..., Any] = start_shadow if starts else stop_shadow
    try:
        act(version=version, by=by, **form.cleaned_data)
    except ValueError as error:
        form.add_error(None, str(error))
        return _asked_again(request, version, form, "shadow")
    since = "from the next night on, and the nights of the last 30 days follow one by one"
    begins = since if starts and form.cleaned_data["past"] else "from the next night on"
    return told(request, f"{version} {f'runs in shadow {begins}' if starts else 'runs no longer'}.", version)


def _asked_again(request: HttpRequest, version: ScorecardVersion, form: Any, what: str) -> HttpResponse:
    """What was refused, with what was typed and why."""
    context = {
        "version": version,
        "what": what,
        "form": form,
        "publish_form": form,
        "live": live_version(),
        "proposal": getattr(version, "proposal", None),
    }
    return render(request, "scorecards/decide.html", context, status=REFUSED)

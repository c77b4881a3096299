"""Drafts of scorecard versions: copied from a version, changed by hand, published by one or two, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from scoring.engine.version import InvalidScorecard, definition_of, digest, parse_version
from scoring.metrics import METRICS
from scoring.metrics.attributes import word_fields
from scoring.models import Policy, Proposal, ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.scorecards.differing import differences
from scoring.scorecards.places import leaves
from scoring.scorecards.previewing import moved_share
from scoring.scorecards.publishing import hold_scorecards, make_version_live, next_number, publish

MOST_NOTE = 2000  # characters


class Outdated(ValueError):
    """The draft is not what it was when it was opened."""


class NoReason(ValueError):
    """A decision without a note that says why."""


class NotYours(ValueError):
    """A decision on a proposal by somebody whose decision it is not."""


class NeedsSecondPerson(ValueError):
    """More customers would change band than one person may decide. `share` is of the customers, from 0 to 1."""

    def __init__(self, share: float, most: float) -> None:
        super().__init__(
            f"{share:.0%} of the customers would change band; above {most:.0%} a second person has to agree"
        )
        self.share = share


def make_draft(*, version: ScorecardVersion, by: User) -> ScorecardVersion:
    """Copy a version, or another draft, into a new draft of the same scorecard."""
    with transaction.atomic():
        hold_scorecards()
        scorecard, said = version.scorecard, deepcopy(version.definition)
        draft = scorecard.versions.create(number=next_number(scorecard), definition=said, made_from=version, made_by=by)
        _log(by, draft, f"Copied from v{version.number}.", ADDITION)
    return draft


def change_draft(*, draft: ScorecardVersion, values: Mapping[str, Any], seen: str, by: User) -> ScorecardVersion:
    """Write values into a draft, by place as in `editable`; as `revise_draft` otherwise."""
    revised = deepcopy(draft.definition)
    homes = {place: (home, key) for place, home, key in leaves(revised)}
    for place, value in values.items():
        if place not in homes:
            raise InvalidScorecard(f"{place} is no place of this draft; give one of {', '.join(homes)}")
        home, key = homes[place]
        home[key] = value
    return revise_draft(draft=draft, definition=revised, seen=seen, by=by)


def revise_draft(*, draft: ScorecardVersion, definition: Mapping[str, Any], seen: str, by: User) -> ScorecardVersion:
    """Let a draft say something else, and keep what was changed in words.

    `seen` is the digest of the definition that the person looked at. Raises Outdated where the draft has changed since
    or is published, and InvalidScorecard where the result would not hold; then nothing is written.
    """
    with transaction.atomic():
        current = _locked(draft).filter(pk=draft.pk, status=Status.DRAFT).first()
        if current is None:
            raise Outdated(f"{draft} is published or deleted by now; make another draft")
        if digest(current.definition) != seen:
            raise Outdated(f"{draft} was changed by somebody else meanwhile; look at it again before you change it")
        before, after = current.engine, parse_version(definition, METRICS, word_fields())
        if after.key != before.key:
            raise InvalidScorecard(f"key is {after.key!r}; the key of a scorecard stays, {before.key}")
        current.definition = definition_of(after)
        if digest(current.definition) != seen:
            current.save(update_fields=["definition"])
            said = "; ".join(one.said for one in differences(before, after))
            _log(by, current, said, CHANGE)
        return _locked(draft).get(pk=draft.pk)


def delete_draft(*, draft: ScorecardVersion, by: User) -> None:
    """Take a draft away, and what was proposed about it; who did it stays. A published version raises ValueError."""
    with transaction.atomic():
        _log(by, draft, f"Deleted draft {draft}.", DELETION)
        draft.delete()


def publish_draft(*, draft: ScorecardVersion, note: str, by: User, go_live: bool | None = None) -> ScorecardVersion:
    """Publish a draft: it becomes that version, live where that is asked for; None = where its scorecard is live.

    One that is not live can run in shadow beside the live one first. Who comes second gets what the first published.
    Raises NoReason, InvalidScorecard, AlreadySaid where a published version says the same, Outdated where the draft is
    deleted, and NeedsSecondPerson where it would be live and move more customers than `Policy.second_person_share`:
    then `propose` it.
    """
    _needs(note, "publishing")
    with transaction.atomic():
        current = _current(draft)
    if current.status == Status.PUBLISHED:
        return current
    live = _is_live(current) if go_live is None else go_live
    if live:
        _check_share(current)
    return _publish(current, note=note, by=by, go_live=live, seen=digest(current.definition))


def restore(*, version: ScorecardVersion, note: str, by: User) -> ScorecardVersion:
    """Make a published version live again; what it says and the note of its publication stay.

    Raises NoReason, ValueError for a draft, and NeedsSecondPerson as `publish_draft` does.
    """
    _needs(note, "making a version live")
    if version.status == Status.PUBLISHED and version.use != Use.LIVE:
        _check_share(version)
    return _make_live(version, f"Made live: {note.strip()}", by)


def propose(*, version: ScorecardVersion, note: str, by: User, go_live: bool = False) -> Proposal:
    """Ask a second person to agree that a draft is published, or a published version made live, as it is now.

    The same again is the same proposal; another takes the place of the one before. Raises NoReason.
    """
    _needs(note, "a proposal")
    return write_proposal(version=version, note=note, by=by, share=moved_share(version), go_live=go_live)


def write_proposal(
    *, version: ScorecardVersion, note: str, by: User, share: float, go_live: bool = False, choice: Any = None
) -> Proposal:
    """Keep a proposal by which a share of the customers would change band; the same again is the same."""
    said = {"digest": digest(version.definition), "note": note.strip(), "go_live": go_live, "choice": choice, "by": by}
    with transaction.atomic():
        hold_scorecards()
        there = Proposal.objects.filter(draft=version, by=by).first()
        if there and all(getattr(there, name) == value for name, value in said.items()):
            return there
        Proposal.objects.filter(draft=version).delete()
        proposal = Proposal.objects.create(draft=version, share=share, **said)
        _log(by, version, f"Proposed, {share:.0%} of the customers would change band: {proposal.note}", CHANGE)
    return proposal


def approve_proposal(*, proposal: Proposal, by: User) -> ScorecardVersion:
    """Agree to a proposal as the second person: what was proposed happens, in the name of both.

    Raises NotYours for who proposed it, and Outdated where it is withdrawn or the draft has changed since.
    """
    with transaction.atomic():
        current = take_up(proposal=proposal, by=by)
        version, who = current.draft, f"{current.by}, agreed to by {by}"
        if version.status == Status.PUBLISHED:
            return _make_live(version, f"Made live by {who}: {current.note}", by)
        seen, note, live = current.digest, current.note, current.go_live or _is_live(version)
        published = _publish(version, note=note, by=current.by, go_live=live, seen=seen)
        published.approved_by = by
        published.save(update_fields=["approved_by"])
        _log(by, published, f"Agreed to the proposal of {current.by}.", CHANGE)
    return published


def take_up(*, proposal: Proposal, by: User) -> Proposal:
    """Take a proposal away, for the second person to do what it says. Raises as `approve_proposal` does."""
    if proposal.by_id == by.pk:
        raise NotYours("You proposed this yourself; another admin has to agree")
    hold_scorecards()
    current = Proposal.objects.select_related("draft__scorecard", "by").filter(pk=proposal.pk).first()
    if current is None:
        raise Outdated("This proposal is withdrawn or decided by now")
    if digest(current.draft.definition) != current.digest:
        raise Outdated(f"{current.draft} was changed after it was proposed; have it proposed again")
    Proposal.objects.filter(pk=current.pk).delete()
    return current


def turn_down(*, proposal: Proposal, reason: str, by: User) -> None:
    """Say no to a proposal, with the reason; who proposed it withdraws it with this too. Twice is once.

    Raises NoReason for who did not propose it.
    """
    if proposal.by_id != by.pk:
        _needs(reason, "turning down a proposal")
    what = "Withdrew" if proposal.by_id == by.pk else "Turned down"
    with transaction.atomic():
        gone, _ = Proposal.objects.filter(pk=proposal.pk).delete()
        if gone:
            said = f": {reason.strip()}" if reason.strip() else "."
            _log(by, proposal.draft, f"{what} the proposal of {proposal.by}{said}", CHANGE)


def _is_live(version: ScorecardVersion) -> bool:
    """Whether a version of its scorecard is live."""
    return ScorecardVersion.objects.filter(scorecard=version.scorecard_id, use=Use.LIVE).exists()


def _check_share(version: ScorecardVersion) -> None:
    check_share(moved_share(version))


def check_share(share: float) -> None:
    """Raise NeedsSecondPerson where so large a share of the customers would change band."""
    most = Policy.current().second_person_share
    if share > most:
        raise NeedsSecondPerson(share, most)


def _publish(draft: ScorecardVersion, *, note: str, by: User, go_live: bool, seen: str) -> ScorecardVersion:
    with transaction.atomic():
        current = _current(draft)
        if current.status == Status.PUBLISHED:
            return current
        if digest(current.definition) != seen:
            raise Outdated(f"{draft} was changed by somebody else meanwhile; look at it again before you publish it")
        published = publish(current.definition, note=note.strip(), by=by, draft=current)
        Proposal.objects.filter(draft=published).delete()
        _log(by, published, f"Published: {published.note}", CHANGE)
        return _make_live(published, "Made live.", by) if go_live else published


def _make_live(version: ScorecardVersion, message: str, by: User) -> ScorecardVersion:
    with transaction.atomic():
        make_version_live(version)
        _log(by, version, message, CHANGE)
    return version


def _current(draft: ScorecardVersion) -> ScorecardVersion:
    current = _locked(draft).filter(pk=draft.pk).first()
    if current is None:
        raise Outdated(f"{draft} is deleted by now; make another draft")
    return current


def _locked(draft: ScorecardVersion) -> QuerySet[ScorecardVersion]:
    """The versions of a draft's scorecard, held until the transaction ends."""
    hold_scorecards()
    return ScorecardVersion.objects.filter(scorecard=draft.scorecard_id).select_related("scorecard")


def _needs(note: str, what: str) -> None:
    if not note.strip():
        raise NoReason(f"The note is empty; {what} needs a note that says why")


def _log(by: User, version: ScorecardVersion, message: str, flag: int) -> None:
    """Into the history that the admin shows."""
    versions = ScorecardVersion.objects.select_related("scorecard").filter(pk=version.pk)
    LogEntry.objects.log_actions(by.pk, versions, flag, message, single_object=True)

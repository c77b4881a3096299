"""Reads the JSON of a playbook or an alert rule; whatever is wrong is named with place, value and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from playbooks.definitions import (
    ANCHORS,
    COMPONENT,
    ROLES,
    UNITS,
    AlertRule,
    Due,
    Exit,
    Playbook,
    Repeat,
    Sla,
    Span,
    Step,
)
from scoring.engine.reading import InvalidScorecard, Node, open_node, refuse
from scoring.engine.rules import InvalidRule, Rule, parse_rule

IsField = Callable[[str], bool]

KEY = r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}"  # no colon: keys of episodes go on after one
# Control characters and halves of a pair are no text, and PostgreSQL takes neither.
TITLE = r"[^\x00-\x1f\ud800-\udfff]*[^\x00-\x20\ud800-\udfff][^\x00-\x1f\ud800-\udfff]*"
WORDS = r"[^\x00\ud800-\udfff]*"
PLAYBOOK_KEYS = tuple(
    "key title source starts when provided severity group cool_down_days per steps exit success".split()
)
STEP_KEYS = tuple("title role due with_role sla escalate_to when repeat automatic hours details".split())
MOST_STEPS = 50
MOST_DETAILS = 2000
COOL_DOWN_DAYS = 30  # library 7, standard behaviour


class InvalidPlaybook(ValueError):
    """A definition that cannot be used; the message names the place, the value and what would be right."""


def parse_playbook(definition: object, is_field: IsField) -> Playbook:
    """Read a playbook from JSON; `is_field` tells what its rules may read. Raises InvalidPlaybook."""
    try:
        return _playbook(open_node(definition, "", PLAYBOOK_KEYS), is_field)
    except (InvalidScorecard, InvalidRule) as error:
        raise InvalidPlaybook(str(error)) from error


def parse_alert(definition: object, is_field: IsField) -> AlertRule:
    """Read an alert rule from JSON; one for each component reads `component.role`. Raises InvalidPlaybook."""
    try:
        return _alert(open_node(definition, "", ("key", "title", "when", "each")), is_field)
    except (InvalidScorecard, InvalidRule) as error:
        raise InvalidPlaybook(str(error)) from error


def _alert(node: Node, is_field: IsField) -> AlertRule:
    each = _choice(node, "each", ("component",))
    own = (COMPONENT, f"{COMPONENT}.role") if each else ()
    rule = _rule(node, "when", lambda name: name in own or is_field(name))
    if each and not set(own) & rule.fields():
        raise refuse("when", sorted(rule.fields()), f"an alert for each component reads {' or '.join(own)}")
    return AlertRule(
        _key(node), node.text("title", TITLE, "give a text on one line, 200 characters at most"), rule, each
    )


def _playbook(node: Node, is_field: IsField) -> Playbook:
    starts = node.choice("starts", ("enters", "date", "manual"))
    when, provided = _optional_rule(node, "when", is_field), _optional_rule(node, "provided", is_field)
    if starts == "manual" and (when or provided):
        raise refuse("starts", starts, "a playbook with a condition starts by it: give enters or date")
    if starts != "manual" and not when:
        raise InvalidScorecard(f"when is missing; a playbook that starts by {starts!r} says when")
    steps = tuple(_step(step, i, is_field) for i, step in enumerate(node.nodes("steps", STEP_KEYS)))
    if len(steps) > MOST_STEPS:
        raise InvalidScorecard(f"steps has {len(steps)} entries; give {MOST_STEPS} at most")
    return Playbook(
        key=_key(node),
        title=node.text("title", TITLE, "give a text on one line, 200 characters at most"),
        source=_words(node, "source"),
        starts=starts,
        when=when,
        provided=provided,
        severity=node.whole("severity", 9),
        group=_words(node, "group"),
        cool_down_days=_cool_down(node),
        per=_choice(node, "per", ("renewal",)),
        steps=steps,
        exit=_exit(node, len(steps), is_field),
        success=_words(node, "success"),
    )


def _step(node: Node, index: int, is_field: IsField) -> Step:
    step = Step(
        title=node.text("title", TITLE, "give a text on one line, 200 characters at most"),
        role=node.choice("role", ROLES),
        due=_due(open_node(node.get("due"), node.at("due"), ("span", "after", "before")), index),
        with_role=_choice(node, "with_role", ROLES),
        sla=_sla(node),
        escalate_to=_roles(node, "escalate_to"),
        when=_optional_rule(node, "when", is_field),
        repeat=_repeat(node),
        automatic=node.truth("automatic", False),
        hours=node.number("hours", 0, 200, 1.0),
        details=_words(node, "details"),
    )
    if step.with_role == step.role:
        raise refuse(node.at("with_role"), step.with_role, "give another role than role, or leave it out")
    if step.escalate_to and not step.sla:
        raise refuse(node.at("escalate_to"), list(step.escalate_to), "give an sla too: without one nothing is missed")
    return step


def _due(node: Node, index: int) -> Due:
    span, before = _span(node, "span"), _choice(node, "before", ANCHORS)
    after = node.get("after", None)
    if after is not None and not _is_place(after, index):
        right = f"name a step before this one, 0 to {index - 1}" if index else "the first step starts with the play"
        raise refuse(node.at("after"), after, f"{right}, or leave it out")
    if before and span.unit != "d":
        raise refuse(node.at("span.unit"), span.unit, f"before a {before} date give d, calendar days")
    return Due(span, after, before)


def _span(node: Node, key: str) -> Span:
    inner = open_node(node.get(key), node.at(key), ("amount", "unit"))
    return Span(inner.number("amount", 0, 1000), inner.choice("unit", UNITS))


def _sla(node: Node) -> Sla | None:
    if node.get("sla", None) is None:
        return None
    inner = open_node(node.get("sla"), node.at("sla"), ("hours", "calendar", "anchor"))
    anchor = _choice(inner, "anchor", ("notice",))
    hours = inner.get("hours", None)
    if (hours is None) == (not anchor):
        raise refuse(inner.at("hours"), hours, "give either hours, or the anchor notice")
    if hours is not None:
        hours = inner.number("hours", 0.25, 10_000)
    return Sla(hours, inner.choice("calendar", ("clock", "business"), "business"), anchor)


def _repeat(node: Node) -> Repeat | None:
    if node.get("repeat", None) is None:
        return None
    inner = open_node(node.get("repeat"), node.at("repeat"), ("every", "times"))
    every = _span(inner, "every")
    if not every.amount:
        raise refuse(inner.at("every.amount"), every.amount, "give more than 0")
    return Repeat(every, None if inner.get("times", None) is None else inner.whole("times", 100))


def _exit(node: Node, count: int, is_field: IsField) -> Exit | None:
    if node.get("exit", None) is None:
        return None
    inner = open_node(node.get("exit"), "exit", ("when", "nights", "steps"))
    steps = inner.entries("steps", 0, ())
    for i, step in enumerate(steps):
        if not _is_place(step, count) or step in steps[:i]:
            raise refuse(f"exit.steps[{i}]", step, f"name each step once, by its place from 0 to {count - 1}")
    return Exit(_rule(inner, "when", is_field), inner.whole("nights", 365, 1), tuple(steps))


def _rule(node: Node, key: str, is_field: IsField) -> Rule:
    rule = parse_rule(node.get(key), node.at(key))
    for field in sorted(rule.fields()):
        if not is_field(field):
            raise refuse(node.at(key), field, "a rule reads score, role, metrics, components and other known fields")
    return rule


def _optional_rule(node: Node, key: str, is_field: IsField) -> Rule | None:
    return None if node.get(key, None) is None else _rule(node, key, is_field)


def _key(node: Node) -> str:
    return node.text("key", KEY, "give letters, digits, - and _, 32 at most")


def _choice(node: Node, key: str, choices: Collection[str]) -> Any:
    value = node.get(key, "")
    if not isinstance(value, str) or (value and value not in choices):
        raise refuse(node.at(key), value, f"give one of {', '.join(choices)}, or leave it out")
    return value


def _words(node: Node, key: str) -> str:
    value: Any = node.get(key, "")
    if not isinstance(value, str) or len(value) > MOST_DETAILS or not re.fullmatch(WORDS, value):
        raise refuse(node.at(key), value, f"give a text of at most {MOST_DETAILS:,} characters")
    return value


def _roles(node: Node, key: str) -> tuple[str, ...]:
    found: Iterable[object] = node.entries(key, 0, ())
    for i, role in enumerate(found):
        if not isinstance(role, str) or role not in ROLES:
            raise refuse(f"{node.at(key)}[{i}]", role, f"give one of {', '.join(ROLES)}")
    return tuple(dict.fromkeys(map(str, found)))


def _cool_down(node: Node) -> int | None:
    days = node.get("cool_down_days", COOL_DOWN_DAYS)
    if days is not None and not _is_place(days, 3651):
        raise refuse(node.at("cool_down_days"), days, "give a whole number of days from 0 to 3650, or null for no wait")
    return None if days is None else int(days)


def _is_place(value: object, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count

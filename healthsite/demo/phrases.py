"""What the demo's people write: comments, reasons and results, in words that fit any task."""

from __future__ import annotations

from typing import Final

COMMENTS: Final = (
    "Asked for the numbers of the last month before we talk.",
    "Their team lead is away until next week; the deputy knows about it.",
    "Went through the breakdown with support. Two of the causes are the same ticket.",
    "They want to see how other sites do it before they decide.",
    "Sent a short summary, waiting for their view of it.",
)
RESULTS: Final = (
    "Agreed on the next two steps and who takes them.",
    "They were glad somebody asked. The new process starts on Monday.",
    "Found the reason: a team has moved and nobody told us.",
    "Clear answer: they stay with the plan if the reports get faster.",
    "Went well. The open points are in the note.",
)
UNREACHED: Final = ("No answer on two lines, left a message.", "The assistant takes a message; they will call back.")
WAITS: Final = ("They collect the figures first.", "Waiting for a date from their side.")
SNOOZES: Final = ("Nobody is there during their stock-taking.", "Makes sense only after their next release.")
BY_HAND: Final = (
    "Prepare the steering meeting",
    "Send the comparison with last year",
    "Introduce the new contact in purchasing",
    "Collect feedback on the last release",
    "Agree on a date for the site visit",
)
NOTES: Final = (
    "We talked about what has changed in their team and what they miss.",
    "They showed how they work around the slow report. A fix would help at once.",
    "Short call: the plan stands, the training is moved by a week.",
)
DONE_NOTES: Final = ("All that was planned is done; the rest is daily business.", "The customer and we agree: enough.")
DROPPED_NOTES: Final = ("The cause lies with their own reorganisation; we look again next quarter.",)
# What managers say about a pulse that differs from the score: the verdict and why.
VERDICTS: Final = (
    ("score", "The last two calls went as the numbers say; the pulse was given on a bad day."),
    ("score", "Talked it over: what worried us is solved, and their use shows it."),
    ("person", "The people who decide sound different from those who click. We go by the talk."),
    ("person", "They have a plan of their own that no number shows yet."),
    ("data", "Half of their tickets still lie in the old system; support brings them over."),
    ("watch", "New people on their side. We look again with the next pulse."),
)

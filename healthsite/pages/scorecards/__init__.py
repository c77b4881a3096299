"""Scorecards: which are live, what a version says, how a draft is written, compared and published."""

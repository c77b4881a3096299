"""Scorecards and their versions: drafted, compared, previewed, published, run in shadow, shared out."""

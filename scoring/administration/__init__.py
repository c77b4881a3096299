"""Scorecard versions in the Django admin: read, drafted, previewed, published, and made live again."""

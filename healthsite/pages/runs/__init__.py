"""Runs and backfills: what was scored when, what failed, and what is under way."""

"""Scores of days that are over: filled in, made again beside the record, as known then or as known now."""

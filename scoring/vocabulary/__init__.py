"""Segments, lifecycle stages, value tiers and revenue tiers of customers, each by rules that an admin may edit."""

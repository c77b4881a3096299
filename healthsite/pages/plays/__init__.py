"""Playbooks and action plans: what there is, what one does, starting and closing it."""

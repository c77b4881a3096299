"""How sure a score is, and what would change it."""

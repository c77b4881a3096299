"""Today: what one should look at first this morning, by role."""

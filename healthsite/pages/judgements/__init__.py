"""Pages on which people say what they think of a score, and settle where they and the score differ."""

"""What people say about scores: overrides, objections, and how disagreements are settled."""

"""What people say about scores: overrides, objections, pulses, and how a disagreement was settled."""

"""Where a customer stands: segment, lifecycle stage and tiers, and setting the stage by hand."""

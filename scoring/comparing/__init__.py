"""A score beside others: its peers, its family, its own past a window ago, and what a month usually moves."""

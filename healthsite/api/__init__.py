"""The JSON interface: the same functions as the pages, read only."""

"""The engagement timeline of a customer, and writing into it."""

"""Tasks as pages: lists, a board, lanes by person, one task, and every act on it."""

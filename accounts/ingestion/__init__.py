"""Files in: reading, mapping, checking and applying rows of the import format, so that every row has one known fate."""

"""The pages, one module each: get, decide, render."""

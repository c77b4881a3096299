"""The benchmarks: the product and its floor in the same run, turn by turn, medians of three."""

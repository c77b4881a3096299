"""`make bench`: every benchmark, or those named, a line each as it is done."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import django


def main(names: list[str]) -> int:
    """Run them in a database that is thrown away; 2 where a name is unknown."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "healthsite.settings",
            "OPENBLAS_NUM_THREADS": "1",  # as `manage.py serve` sets it
        }
        django.setup()
        from tests.bench.all import BENCHMARKS

        unknown = [name for name in names if name not in BENCHMARKS]
        if unknown:
            print(f"no benchmark {unknown[0]!r}; there are {' '.join(BENCHMARKS)}", file=sys.stderr)
            return 2
        print("name seconds floor ratio budget verdict", flush=True)
        for name in names or BENCHMARKS:
            print(BENCHMARKS[name]().line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

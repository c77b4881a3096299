"""Reads a CSV file as a stream of rows with their lines; a file that is no sound table is refused with the line."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import IO, Final, cast

from accounts.ingestion.formats import BLANKS
from accounts.ingestion.problems import CONTROL, Refused
from accounts.ingestion.rows import Cells

csv.field_size_limit(32_768)  # a longer field is a quote that nobody closed
MOST_COLUMNS: Final = 200
SIGNATURES: Final = {
    b"\x89PNG": "a PNG picture",
    b"PK\x03\x04": "a ZIP archive or a spreadsheet; save it as CSV",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as CSV",
    b"\x1f\x8b": "compressed; such a file's name ends in .csv.gz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; only gzip is read",
    b"BZh": "compressed with bzip2; only gzip is read",
}


@dataclass(frozen=True)
class Table:
    """A file as a table. Without an `encoding` it is UTF-8, or UTF-16 when it begins with that one's mark."""

    path: Path
    delimiter: str = ","
    encoding: str = ""

    def header(self) -> list[str]:
        """The names of the columns; raises Refused when they cannot be such."""
        for _line, cells in self._lines():
            return _named(cells)
        raise Refused("the file is empty: line 1 should name the columns")

    def rows(self) -> Iterator[Cells]:
        """Each row below the header with the physical line on which it begins."""
        rows = self._lines()
        next(rows, None)
        return starmap(Cells, rows)

    def sha256(self) -> str:
        """The fingerprint of the file as it lies on disk."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        line = 1
        try:
            with self._opened() as text:
                reader = csv.reader(text, delimiter=self.delimiter, strict=True)
                for cells in reader:
                    yield line, cells
                    line = reader.line_num + 1
        except csv.Error as error:
            raise Refused(f"line {line}: {_in_words(error)}") from None
        except UnicodeError as error:
            reason = f"the text is not {self._codec()}: {error.args[-1]}"
            raise Refused(f"line {self._undecodable_line()}: {reason}") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Refused(f"line {line}: the compressed file is damaged: {error}") from None
        except OSError as error:
            raise Refused(f"the file cannot be read: {error.strerror or error}") from None

    @contextmanager
    def _opened(self) -> Iterator[io.TextIOBase]:
        codec = self._codec()
        with self._binary() as binary:
            yield io.TextIOWrapper(binary, encoding=codec, newline="")

    def _binary(self) -> IO[bytes]:
        return cast(IO[bytes], gzip.open(self.path)) if self.path.suffix == ".gz" else self.path.open("rb")

    def _codec(self) -> str:
        start = self._begins()
        if self.encoding:
            return "utf-8-sig" if codecs.lookup(self.encoding).name == "utf-8" else self.encoding
        return "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"

    def _begins(self) -> bytes:
        with self._binary() as binary:
            start = bytes(binary.read(8))
        for signature, what in SIGNATURES.items():
            if start.startswith(signature):
                raise Refused(f"line 1: this is no CSV file but {what}")
        return start

    def _undecodable_line(self) -> int:
        decoder, line = codecs.getincrementaldecoder(self._codec())(), 1
        with self._binary() as binary:
            while block := binary.read(65_536):
                try:
                    line += decoder.decode(block).count("\n")
                except UnicodeDecodeError as error:
                    return line + error.object[: error.start].decode(self._codec(), "ignore").count("\n")
                except UnicodeError:  # no byte order mark where the encoding needs one
                    return line
        return line


def _named(cells: list[str]) -> list[str]:
    names = [cell.strip(BLANKS) or f"column {number}" for number, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not any(cell.strip(BLANKS) for cell in cells):
        raise Refused("line 1: no column has a name")
    if len(names) > MOST_COLUMNS:
        raise Refused(f"line 1: {len(names)} columns; at most {MOST_COLUMNS} are read")
    if any(CONTROL.search(name) for name in names):
        raise Refused("line 1: the header holds control characters; is this a CSV file, and in which encoding?")
    if twice:
        raise Refused(f"line 1: the column “{twice[0]}” stands there twice")
    return names


def _in_words(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text:
        return "a field of more than 32,768 characters: a quote that begins here is perhaps never closed"
    if "unexpected end" in text:
        return "a quote that begins here is never closed"
    return f"the quotes are not balanced ({text})"

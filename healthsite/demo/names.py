"""Invented names: companies from syllables and trades, people from given names and surnames."""

from __future__ import annotations

from typing import Final

_HEADS: Final = "Bram Cal Dorn Elm Fenn Gald Harr Jorr Kell Lund Merr Norr Orm Pell Quill Ross Sund Tamm Vell".split()
_TAILS: Final = "abridge combe ette feld gate hollow iston kirk lowe mere over quist ridge stede thorpe wick".split()
TRADES: Final = {
    "Logistics": ("Freight", "Shipping", "Parcels"),
    "Food": ("Foods", "Bakeries", "Dairies"),
    "Manufacturing": ("Instruments", "Castings", "Works"),
    "Retail": ("Stores", "Outfitters", "Market"),
    "Health": ("Clinics", "Diagnostics", "Care"),
    "Finance": ("Mutual", "Leasing", "Insurance"),
    "Education": ("Academy", "Learning", "College"),
    "Energy": ("Power", "Grid", "Heat"),
}
INDUSTRIES: Final = tuple(TRADES)
_GIVEN: Final = (
    "Amara Bjorn Celia Dario Edda Farid Greta Hamid Ilse Jonas Kaya Leif Mina Noel Olga Priya Quinn Rosa Stellan Tove "
    "Ulla Viggo Wanda Yusuf Zora Anselm Birte Cyrus Delia Emeka"
).split()
_SURNAMES: Final = (
    "Aldrin Bexley Corvin Dahlberg Eskola Farrow Grunwald Hoxha Ivarsen Jessup Kovalik Lindqvist Marchetti Nakato "
    "Oyelaran Petrakis Quayle Rautio Sandoval Tanvir Umar Valtonen Westerby Yilmaz Zeller Achterberg Brannigan"
).split()
PLACES: Final = (
    ("Norway", "Nordics"),
    ("Germany", "Central Europe"),
    ("Sweden", "Nordics"),
    ("France", "Western Europe"),
    ("Netherlands", "Western Europe"),
    ("Spain", "Southern Europe"),
    ("Finland", "Nordics"),
    ("Italy", "Southern Europe"),
)
ABROAD: Final = {"USD": ("United States", "North America"), "GBP": ("United Kingdom", "Western Europe")}


def company(number: int, seed: int) -> str:
    """The name of a company; the first 304 differ in their first word."""
    row, column = divmod(number, len(_HEADS))
    head = _HEADS[(column * 7 + seed) % len(_HEADS)]
    tail = _TAILS[(row + column * 3 + seed) % len(_TAILS)]
    trades = TRADES[industry(number, seed)]
    return f"{head}{tail} {trades[(number // len(INDUSTRIES)) % len(trades)]}"


def industry(number: int, seed: int) -> str:
    """What a company does."""
    return INDUSTRIES[(number * 3 + seed) % len(INDUSTRIES)]


def domain(name: str, number: int) -> str:
    """A domain that nobody can own (RFC 2606)."""
    return f"{name.split()[0].lower()}{number + 1}.example"


def person(number: int) -> str:
    """The name of a person; 810 differ."""
    return f"{_GIVEN[number % len(_GIVEN)]} {_SURNAMES[(number // len(_GIVEN) + number * 5) % len(_SURNAMES)]}"


def mailbox(name: str, at: str) -> str:
    """The e-mail address of a person at a domain."""
    return f"{name.lower().replace(' ', '.')}@{at}"

"""The cluster `northwind-freight`: another company, which has a database called `shop` of its own as well."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from mcpserver.sandbox.data.words import PEOPLE, PLACES, dice, moment
from mcpserver.sandbox.databases.sql import Value, inserts

SHIPMENTS: Final = 600
CUSTOMERS: Final = 25

_FIRST: Final = datetime(2025, 10, 1, 6, 30)  # noqa: DTZ001 - the databases keep UTC without saying so
_CARRIERS: Final = ("Nordsee Lines", "Blue Anchor 蓝锚", "النيل للشحن", "Great Plains Rail", "Condor Air Cargo ✈️")
_STATES: Final = ("booked", "in transit", "in transit", "at customs", "delivered", "delivered", "lost")
_PARTS: Final = ("Pallet wrap", "Ratchet strap", "Container seal", "Dock plate", "Forklift tine", "Reefer sensor")

_TABLES: Final = (
    """CREATE TABLE freight.carriers (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name VARCHAR(80) NOT NULL UNIQUE,
      rating DECIMAL(3,1) NULL)""",
    """CREATE TABLE freight.shipments (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      carrier_id INT NOT NULL,
      reference CHAR(10) NOT NULL UNIQUE,
      origin VARCHAR(80) NOT NULL,
      destination VARCHAR(80) NOT NULL,
      status VARCHAR(12) NOT NULL,
      weight_kg DECIMAL(10,2) NOT NULL,
      declared_value DECIMAL(14,2) NULL,
      customs JSON NULL,
      departed_at DATETIME NOT NULL,
      arrived_at DATETIME NULL,
      KEY shipments_status (status),
      CONSTRAINT shipments_carrier FOREIGN KEY (carrier_id) REFERENCES carriers (id))""",
    """CREATE TABLE shop.customers (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      company VARCHAR(100) NOT NULL,
      contact VARCHAR(100) NULL,
      credit_limit DECIMAL(12,2) NOT NULL)""",
    """CREATE TABLE shop.spare_parts (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name VARCHAR(80) NOT NULL,
      price DECIMAL(10,2) NOT NULL,
      ordered_by INT NULL,
      CONSTRAINT spare_parts_customer FOREIGN KEY (ordered_by) REFERENCES customers (id))""",
)
_VIEW: Final = """CREATE DEFINER={owner} VIEW freight.late_shipments AS
  SELECT s.reference, c.name AS carrier, s.origin, s.destination, s.departed_at
  FROM freight.shipments s JOIN freight.carriers c ON c.id = s.carrier_id
  WHERE s.arrived_at IS NULL AND s.status <> 'booked'"""

Row = Sequence[Value]


def statements(owner: str) -> Iterator[str]:
    """Both databases."""
    yield "CREATE DATABASE freight"
    yield "CREATE DATABASE shop"
    yield from _TABLES
    yield _VIEW.format(owner=owner)
    yield from inserts("freight.carriers", _carriers())
    yield from inserts("freight.shipments", _shipments())
    yield from inserts("shop.customers", _customers())
    yield from inserts("shop.spare_parts", _parts())


def _carriers() -> Iterator[Row]:
    for number, name in enumerate(_CARRIERS, 1):
        yield number, name, Decimal(30 + 4 * number) / 10 if number % 3 else None


def _shipments() -> Iterator[Row]:
    die = dice(21)
    for number in range(1, SHIPMENTS + 1):
        (origin, _), (destination, country) = die.sample(PLACES, 2)
        status = die.choice(_STATES)
        departed = moment(_FIRST, number * 200)
        arrived = departed + timedelta(days=die.randrange(2, 40)) if status == "delivered" else None
        value = Decimal(die.randrange(10_000, 90_000_000)) / 100 if number % 6 else None
        customs: Value = {"country": country, "cleared": status == "delivered"} if number % 2 else None
        weight = Decimal(die.randrange(1000, 2_500_000)) / 100
        carrier = die.randrange(1, len(_CARRIERS) + 1)
        reference = f"NF{number:08}"
        yield number, carrier, reference, origin, destination, status, weight, value, customs, departed, arrived


def _customers() -> Iterator[Row]:
    die = dice(22)
    for number in range(1, CUSTOMERS + 1):
        contact = PEOPLE[(number * 5) % len(PEOPLE)] if number % 4 else None
        yield number, f"Forwarder {number:02} GmbH & Co", contact, Decimal(die.randrange(10, 500)) * 1000


def _parts() -> Iterator[Row]:
    die = dice(23)
    for number in range(1, 91):
        name = f"{_PARTS[number % len(_PARTS)]} type {number}"
        buyer = die.randrange(1, CUSTOMERS + 1) if number % 3 else None
        yield number, name, Decimal(die.randrange(150, 80_000)) / 100, buyer

"""The cluster `shop`: a web shop with customers, products, orders and what is in them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from mcpserver.sandbox.data.words import PEOPLE, PLACES, dice, moment
from mcpserver.sandbox.databases.sql import Value, inserts

CUSTOMERS: Final = 400
PRODUCTS: Final = 120
ORDERS: Final = 1200

_OPENED: Final = datetime(2025, 3, 12, 9, 0)  # noqa: DTZ001 - the databases keep UTC without saying so
_KINDS: Final = (
    ("Espresso Cup", "kitchen"), ("抹茶 Tea Set", "kitchen"), ("Desk Lamp", "home"), ("Wool Blanket", "home"),
    ("Trail Backpack", "outdoor"), ("خيمة Tent", "outdoor"), ("Notebook A5", "office"), ("Fountain Pen ✒️", "office"),
    ("Running Socks", "clothing"), ("Rain Jacket", "clothing"), ("Puzzle 1000", "toys"), ("Kite 🪁", "toys"),
)  # fmt: skip
_FINISHES: Final = ("blue", "red", "oak", "graphite", "sand", "forest", "ivory", "copper", "mint", "black")
_STATES: Final = ("paid", "paid", "shipped", "shipped", "shipped", "delivered", "delivered", "cancelled", "new")
_NOTES: Final = ("Leave at the door", "Gift: wrap it, please", "请打电话", "اتصل قبل التسليم", "50% off; was promised")

_TABLES: Final = (
    """CREATE TABLE shop.customers (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name VARCHAR(100) NOT NULL,
      email VARCHAR(190) NOT NULL UNIQUE,
      phone VARCHAR(30) NULL,
      city VARCHAR(80) NOT NULL,
      country CHAR(2) NOT NULL,
      birthday DATE NULL,
      preferences JSON NULL,
      created_at DATETIME NOT NULL,
      KEY customers_country (country))""",
    """CREATE TABLE shop.products (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      sku CHAR(8) NOT NULL UNIQUE,
      name VARCHAR(120) NOT NULL,
      category VARCHAR(40) NOT NULL,
      price DECIMAL(10,2) NOT NULL,
      weight_kg DECIMAL(8,3) NULL,
      attributes JSON NULL,
      in_stock INT NOT NULL,
      discontinued_on DATE NULL,
      KEY products_category (category))""",
    """CREATE TABLE shop.orders (
      id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      customer_id INT NOT NULL,
      status VARCHAR(12) NOT NULL,
      total DECIMAL(12,2) NOT NULL,
      note VARCHAR(200) NULL,
      ordered_at DATETIME NOT NULL,
      shipped_at DATETIME NULL,
      KEY orders_ordered_at (ordered_at),
      CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id))""",
    """CREATE TABLE shop.order_items (
      order_id BIGINT NOT NULL,
      line INT NOT NULL,
      product_id INT NOT NULL,
      quantity INT NOT NULL,
      unit_price DECIMAL(10,2) NOT NULL,
      PRIMARY KEY (order_id, line),
      CONSTRAINT order_items_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
      CONSTRAINT order_items_product FOREIGN KEY (product_id) REFERENCES products (id))""",
)
_VIEW: Final = """CREATE DEFINER={owner} VIEW shop.monthly_sales AS
  SELECT DATE_FORMAT(o.ordered_at, '%Y-%m') AS month, p.category, SUM(i.quantity) AS items,
    SUM(i.quantity * i.unit_price) AS revenue
  FROM shop.orders o
    JOIN shop.order_items i ON i.order_id = o.id
    JOIN shop.products p ON p.id = i.product_id
  WHERE o.status <> 'cancelled'
  GROUP BY month, p.category"""

Row = Sequence[Value]


def statements(owner: str) -> Iterator[str]:
    """The whole database."""
    yield "CREATE DATABASE shop"
    yield from _TABLES
    yield _VIEW.format(owner=owner)
    products = list(_products())
    orders, items = _orders([price for _, _, _, _, price, *_ in products])
    yield from inserts("shop.customers", _customers())
    yield from inserts("shop.products", products)
    yield from inserts("shop.orders", orders)
    yield from inserts("shop.order_items", items)


def _customers() -> Iterator[Row]:
    die = dice(11)
    for number in range(1, CUSTOMERS + 1):
        name = PEOPLE[number % len(PEOPLE)]
        city, country = die.choice(PLACES)
        birthday = date(1955, 1, 1) + timedelta(days=die.randrange(18_000)) if die.random() < 0.7 else None
        phone = f"+{die.randrange(20, 99)} {die.randrange(10**8, 10**9)}" if die.random() < 0.8 else None
        preferences: Value = {"newsletter": die.random() < 0.5, "lang": country.lower()} if number % 3 else None
        created = moment(_OPENED, number * 1000)
        yield number, name, f"customer{number}@example.com", phone, city, country, birthday, preferences, created


def _products() -> Iterator[tuple[int, str, str, str, Decimal, Value, Value, int, Value]]:
    die = dice(12)
    for number in range(1, PRODUCTS + 1):
        kind, category = _KINDS[number % len(_KINDS)]
        finish = _FINISHES[number // len(_KINDS) % len(_FINISHES)]
        price = Decimal(die.randrange(199, 29_999)) / 100
        weight = Decimal(die.randrange(20, 9000)) / 1000 if number % 7 else None
        attributes: Value = {"finish": finish, "tags": [category, "new"] if number % 4 else []} if number % 5 else None
        gone = date(2025, 12, 31) if number % 20 == 0 else None
        sku = f"SK{number:06}"
        yield number, sku, f"{kind}, {finish}", category, price, weight, attributes, die.randrange(500), gone


def _orders(prices: Sequence[Decimal]) -> tuple[list[Row], list[Row]]:
    die = dice(13)
    orders: list[Row] = []
    items: list[Row] = []
    for number in range(1, ORDERS + 1):
        chosen = die.sample(range(len(prices)), die.randrange(1, 5))
        lines = [(line, product + 1, die.randrange(1, 4), prices[product]) for line, product in enumerate(chosen, 1)]
        ordered = moment(_OPENED, number * 360 + die.randrange(300))
        status = die.choice(_STATES)
        shipped = moment(ordered, die.randrange(600, 6000)) if status in ("shipped", "delivered") else None
        note = die.choice(_NOTES) if die.random() < 0.15 else None
        total = sum((quantity * price for _, _, quantity, price in lines), Decimal(0))
        orders.append((number, die.randrange(1, CUSTOMERS + 1), status, total, note, ordered, shipped))
        items += [(number, *line) for line in lines]
    return orders, items

"""What the companies' rows are made of: people, places and a die that always falls the same way."""

import random
from datetime import datetime, timedelta
from typing import Final

# Names that a careless program breaks: other scripts, right to left, marks, an apostrophe, an emoji.
PEOPLE: Final = (
    "Ada Novak", "José Álvarez", "王小明", "فاطمة الزهراء", "Zoë O'Brien", "Søren Kjær", "Иван Петров",
    "Nguyễn Thị Hoa", "李静", "محمد علي", "Renée Dupont 🌻", "Łukasz Wiśniewski", "佐藤 花子", "김민준", "Amara Okafor",
    "Jürgen Groß", "Priya Sharma", "דוד לוי", "Ελένη Παππά", "João Gonçalves", "Sam \"Sammy\" Lee",
    "François Lefèvre", "陈伟 🐉", "Mia Chen",
)  # fmt: skip
PLACES: Final = (
    ("Lisboa", "PT"), ("München", "DE"), ("上海", "CN"), ("القاهرة", "EG"), ("São Paulo", "BR"), ("Kraków", "PL"),
    ("東京", "JP"), ("Austin", "US"), ("Malmö", "SE"), ("Lagos", "NG"), ("Mumbai", "IN"), ("Québec", "CA"),
)  # fmt: skip


def dice(seed: int) -> random.Random:
    """Not for secrets: the rows must be the same every time."""
    return random.Random(seed)  # noqa: S311


def moment(start: datetime, minutes: int) -> datetime:
    """So many minutes later."""
    return start + timedelta(minutes=minutes)

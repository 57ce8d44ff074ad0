"""The small words of the console: times, sizes, and text from outside."""

from datetime import UTC, datetime, timedelta

import pytest

from tidbmcp.console.templatetags import console
from tidbmcp.lib.clock import now


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=1), "just now"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=2, seconds=5), "2 min ago"),
        (timedelta(hours=3, minutes=1), "3 h ago"),
        (timedelta(days=1, hours=1), "1 day ago"),
        (timedelta(days=21, hours=1), "21 days ago"),
        (-timedelta(days=5, hours=1), "in 5 days"),
    ],
    ids=str,
)
def test_times_are_told_from_now(span: timedelta, said: str) -> None:
    assert console.ago(now() - span) == said


def test_beyond_a_month_the_day_is_told() -> None:
    assert console.ago(datetime(2024, 3, 9, tzinfo=UTC)) == "9 Mar 2024"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a<b>&", "a&lt;b&gt;&amp;"),
        ("мир שלום", "мир שלום"),
        ("a\u200bb", 'a<span class="invisible" title="an invisible character">U+200B</span>b'),
        ("\u202e", '<span class="invisible" title="an invisible character">U+202E</span>'),
        ("\u3164", '<span class="invisible" title="an invisible character">U+3164</span>'),
        ("\U000e0041", '<span class="invisible" title="an invisible character">U+E0041</span>'),
        ("two\nlines", "two\nlines"),
    ],
)
def test_invisible_characters_are_made_visible(text: str, shown: str) -> None:
    assert console.visible(text) == shown


@pytest.mark.parametrize(
    ("count", "said"),
    [(None, "–"), (999, "999 bytes"), (1_500, "1.5 kB"), (2_300_000, "2.3 MB")],
)
def test_sizes_are_told_in_kb_and_mb(count: int | None, said: str) -> None:
    assert console.size(count) == said


@pytest.mark.parametrize(("milliseconds", "said"), [(None, "–"), (38.4, "38 ms"), (2_140.0, "2.1 s")])
def test_durations_are_told_in_ms_and_s(milliseconds: float | None, said: str) -> None:
    assert console.duration(milliseconds) == said

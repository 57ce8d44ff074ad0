"""What is open, as data: functions, words, hints, SHOW forms, system tables. To open one more, add it here."""


def words(*texts: str) -> frozenset[str]:
    """The words of these texts."""
    return frozenset(" ".join(texts).split())

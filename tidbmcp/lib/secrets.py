"""A secret that cannot be printed by accident; `grep reveal` lists every use."""


class Secret:
    """Holds a text; repr, str and f-strings give `Secret(****)`. `reveal()` gives the text, for the one who sends it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: use it where it is sent, keep it nowhere."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")

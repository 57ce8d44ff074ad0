"""The ring of keys for what is stored encrypted: the first seals, all of them open (MultiFernet of `cryptography`)."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class CannotOpen(Exception):
    """None of the ring's keys opens this."""


def read_keys(keys: list[str]) -> MultiFernet:
    """A ring from urlsafe base64 keys of 32 bytes. ValueError, with a sentence that holds no key, for anything else."""
    if not keys:
        raise ValueError("at least one key is needed; make one with `python -m tidbmcp.lib.keyring`")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ValueError(
            "every key must be 32 bytes in urlsafe base64, as `python -m tidbmcp.lib.keyring` prints"
        ) from None


def seal(ring: MultiFernet, text: str) -> str:
    """Encrypt with the first key."""
    return ring.encrypt(text.encode()).decode()


def unseal(ring: MultiFernet, sealed: str) -> str:
    """Decrypt with whichever key fits, or CannotOpen."""
    try:
        return ring.decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise CannotOpen from None


if __name__ == "__main__":
    # Before there are settings: the first key is one of them.
    print(Fernet.generate_key().decode())  # noqa: T201

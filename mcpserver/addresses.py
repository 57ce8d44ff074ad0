"""Addresses that a key may be sent to."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def api_address(url: str) -> None:
    """A validator: https, or http to this machine outside production (the sandbox); no user, query or fragment."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and is_loopback(parts.hostname or "") and not settings.PRODUCTION
        whole = parts.hostname and parts.port != 0
    except ValueError:
        plain = whole = False
        parts = urlsplit("")
    if not whole or (parts.scheme != "https" and not plain):
        raise ValidationError("Write an https address, such as https://serverless.tidbapi.com/v1beta1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValidationError("Leave out user, password, query and fragment: keys have fields of their own.")

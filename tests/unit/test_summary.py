"""What the start prints of its configuration: everything but secrets."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tidbmcp import summary


@pytest.fixture
def with_secrets(settings: Settings) -> Settings:
    settings.SECRET_KEY = "planted-secret-key"
    settings.SECRET_KEY_FALLBACKS = ["planted-older-key"]
    settings.VAULT_KEYS = ["planted-vault-key", "planted-vault-key-2"]
    settings.CELERY_BROKER_URL = "amqp://worker:planted-broker@queue"
    return settings


def test_no_key_or_password_is_printed(with_secrets: Settings) -> None:
    text = "\n".join(summary.summary())
    assert "planted" not in text
    assert "VAULT_KEYS (2 keys)" in text
    assert "CELERY_BROKER_URL: amqp" in text


def test_a_servers_password_is_not_printed(with_secrets: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "db.example.com", "PORT": "4000", "NAME": "control", "PASSWORD": "planted"}.items():
        monkeypatch.setitem(with_secrets.DATABASES["default"], name, value)
    text = "\n".join(summary.summary())
    assert " db.example.com:4000/control" in text
    assert "planted" not in text


def test_a_broker_that_is_mistyped_is_not_printed(with_secrets: Settings) -> None:
    with_secrets.CELERY_BROKER_URL = "redis:planted@queue"
    assert "planted" not in "\n".join(summary.summary())


def test_every_setting_that_is_read_is_printed_or_counted() -> None:
    source = (Path(summary.__file__).parent / "settings.py").read_text()
    printed = "\n".join(summary.summary())
    names = {part.split('"')[1] for part in source.split("env.env_")[1:]}
    assert {name for name in names if name not in printed} == set()

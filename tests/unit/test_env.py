"""Settings from the environment: what is misread stops the start."""

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tidbmcp.lib import env

NAME = "TIDBMCP_TEST_SETTING"


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv(NAME, raising=False)
    return monkeypatch


@pytest.mark.parametrize("word", ["true", "1", "yes", "on", "TRUE", " Yes "])
def test_a_yes_is_a_yes(setting: pytest.MonkeyPatch, word: str) -> None:
    setting.setenv(NAME, word)
    assert env.env_bool(NAME, default=False) is True


@pytest.mark.parametrize("word", ["false", "0", "no", "off", "FALSE", " No "])
def test_a_no_is_a_no(setting: pytest.MonkeyPatch, word: str) -> None:
    setting.setenv(NAME, word)
    assert env.env_bool(NAME, default=True) is False


@pytest.mark.parametrize("word", ["yess", "", "2", "tru", "enabled", "none", "nope", "t", "y", "-1", "true;"])
def test_any_other_word_stops_the_start_whatever_the_default(setting: pytest.MonkeyPatch, word: str) -> None:
    setting.setenv(NAME, word)
    for default in (True, False):
        with pytest.raises(ImproperlyConfigured, match="must be true or false"):
            env.env_bool(NAME, default=default)


def test_without_a_word_the_default_holds(setting: pytest.MonkeyPatch) -> None:
    assert (env.env_bool(NAME, default=True), env.env_bool(NAME, default=False)) == (True, False)


def test_a_text_without_a_default_stops_the_start_and_names_the_setting(setting: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env.env_str(NAME)


@pytest.mark.parametrize(
    "text", ["", "ten", "1.5", "0x10", "1e3", "4", "21", "-7"], ids=lambda text: f"{text!r} of 5 to 20"
)
def test_a_number_out_of_its_bounds_or_none_at_all_stops_the_start(setting: pytest.MonkeyPatch, text: str) -> None:
    setting.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env.env_int(NAME, 7, least=5, most=20)


@pytest.mark.parametrize("text", ["5", "20"])
def test_the_bounds_themselves_are_within(setting: pytest.MonkeyPatch, text: str) -> None:
    setting.setenv(NAME, text)
    assert env.env_int(NAME, 7, least=5, most=20) == int(text)


def test_a_list_is_words_between_commas(setting: pytest.MonkeyPatch) -> None:
    setting.setenv(NAME, " a , ,b,")
    assert env.env_list(NAME) == ["a", "b"]


def test_a_grammar_of_its_own_says_what_is_wrong_and_for_which_setting() -> None:
    with pytest.raises(ImproperlyConfigured, match="AGE: .*'old'"):
        env.checked("AGE", int, "old")


def test_the_file_never_overrides_the_environment(setting: pytest.MonkeyPatch, tmp_path: Path) -> None:
    setting.setenv(NAME, "from the environment")
    setting.delenv(f"{NAME}_2", raising=False)
    file = tmp_path / "env"
    file.write_text(f"# {NAME}=a comment\n{NAME}=from the file\n{NAME}_2=a=b\nno assignment\n")
    env.load_file(file)
    found = os.environ[NAME], os.environ.pop(f"{NAME}_2")
    assert found == ("from the environment", "a=b")


def test_an_empty_setting_of_the_environment_is_not_filled_from_the_file(
    setting: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setting.setenv(NAME, "")
    (tmp_path / "env").write_text(f"{NAME}=true\n")
    env.load_file(tmp_path / "env")
    assert os.environ[NAME] == ""


def test_no_file_is_no_harm(tmp_path: Path) -> None:
    before = dict(os.environ)
    env.load_file(tmp_path / "nothing here")
    assert dict(os.environ) == before

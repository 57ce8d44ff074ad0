"""The console's first page."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import AccessToken, User
from audit.kinds import Result
from audit.models import Event

Call = Callable[..., Event]


def test_it_says_where_to_start(as_alice: Client) -> None:
    page = as_alice.get("/admin/").text
    assert "No TiDB Cloud connection yet" in page
    assert "No token is in use" in page


def test_each_figure_leads_to_its_list(as_alice: Client, call: Call, token_of_bob: AccessToken) -> None:
    call(Result.REFUSED)
    home = as_alice.get("/admin/")
    for figure in home.context["figures"]:
        assert as_alice.get(figure.url).status_code == 200
    values = {figure.name: figure.value for figure in home.context["figures"]}
    assert values == {"Calls in 24 hours": "1", "Refused in 24 hours": "1", "Tokens in use": "1", "People": "2"}


@pytest.mark.parametrize("word", ["Home", "Calls", "Clusters", "People"])
def test_each_word_of_the_bar_leads_somewhere(as_alice: Client, word: str) -> None:
    (link,) = [link for link in as_alice.get("/admin/").context["words"] if link.text == word]
    page = as_alice.get(link.url)
    assert page.status_code == 200
    assert [word.here for word in page.context["words"]].count(True) == 1


def test_it_shows_nobody_what_they_may_not_see(as_bob: Client, bob: User, call: Call) -> None:
    call(cluster="a-secret-cluster")
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_user"))
    home = as_bob.get("/admin/")
    assert "a-secret-cluster" not in home.text
    assert [link.text for link in home.context["words"]] == ["Home", "People"]
    assert [figure.name for figure in home.context["figures"]] == ["People"]

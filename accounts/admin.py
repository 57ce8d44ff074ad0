"""People and their tokens in the console."""

from datetime import datetime
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts.models import AccessToken, User
from audit.facts import facts_of
from audit.recorded_admin import RecordedAdmin
from tidbmcp.lib.clock import now

NONE: Final = "\N{EN DASH}"
"""What a list shows where there is nothing."""


@admin.register(User)
class PersonAdmin(RecordedAdmin, UserAdmin[User]):
    """People. Whoever leaves is made inactive, and stays in the record."""

    lead = "Who may sign in, and who may work in this console. Their tokens are their own."
    list_display = ["name", "full_name", "state", "rights", "seen"]
    list_filter = ["is_active", "is_staff", "groups"]
    ordering = ["username"]
    search_help_text = "A name"
    readonly_fields = ["last_login", "date_joined"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only superusers change superusers: whoever sets a person's password can be that person."""
        above = obj is not None and obj.is_superuser and not cast("User", request.user).is_superuser
        return not above and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        rights = ("is_staff", "is_superuser", "groups", "user_permissions")
        return fields if cast("User", request.user).is_superuser else (*fields, *rights)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """The password and its event, or neither."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.display(description="person", ordering="username")
    def name(self, user: User) -> str:
        return _text(user.username)

    @admin.display(description="name", ordering="last_name")
    def full_name(self, user: User) -> str:
        return _text(user.get_full_name() or NONE)

    @admin.display(description="state", ordering="is_active")
    def state(self, user: User) -> str:
        return _chip("active") if user.is_active else _chip("inactive")

    @admin.display(description="works in the console", ordering="is_staff")
    def rights(self, user: User) -> str:
        return "everything" if user.is_superuser else "as permitted" if user.is_staff else "no"

    @admin.display(description="last sign-in", ordering="last_login")
    def seen(self, user: User) -> str:
        return _time(user.last_login, "never")


class StateFilter(admin.SimpleListFilter):
    """In use, revoked, expired."""

    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states."""
        return [("active", "Active"), ("revoked", "Revoked"), ("expired", "Expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> QuerySet[AccessToken]:
        """Tokens in that state."""
        match self.value():
            case "active":
                return queryset.filter(pk__in=AccessToken.objects.usable(now()))
            case "revoked":
                return queryset.filter(revoked_at__isnull=False)
            case "expired":
                return queryset.filter(revoked_at=None, expires_at__lte=now())
        return queryset


@admin.register(AccessToken)
class AccessTokenAdmin(RecordedAdmin):
    """Everybody's tokens. An admin revokes them and makes none: a token is made by the person that it stands for."""

    lead = "Every token, by its prefix. Revoking one works at once; only its person can make another."
    empty = "People make tokens for themselves, under My tokens."
    list_display = ["lookup", "who", "client", "scopes", "narrowed", "state", "created", "expires", "used"]
    list_filter = [StateFilter, "read_only"]
    list_select_related = ["owner"]
    search_fields = ["lookup", "owner__username", "name"]
    search_help_text = "A prefix, a person or a name"
    fields = ["lookup", "who", "client", "scopes", "narrowed", "state", "created", "expires", "used", "revoked"]
    readonly_fields = ["who", "client", "narrowed", "state", "created", "expires", "used", "revoked"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_accesstoken")

    @admin.display(description="person", ordering="owner__username")
    def who(self, token: AccessToken) -> str:
        return _text(token.owner.username)

    @admin.display(description="used by", ordering="name")
    def client(self, token: AccessToken) -> str:
        return _text(token.name)

    @admin.display(description="state")
    def state(self, token: AccessToken) -> str:
        return _chip(token.state(now()))

    @admin.display(description="narrowed", ordering="read_only")
    def narrowed(self, token: AccessToken) -> str:
        return _chip("read-only") if token.read_only else NONE

    @admin.display(description="made", ordering="created_at")
    def created(self, token: AccessToken) -> str:
        return _time(token.created_at)

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, token: AccessToken) -> str:
        return _time(token.expires_at, "never")

    @admin.display(description="last used", ordering="last_used_at")
    def used(self, token: AccessToken) -> str:
        return _time(token.last_used_at, "never")

    @admin.display(description="revoked")
    def revoked(self, token: AccessToken) -> str:
        return _time(token.revoked_at, "no")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[AccessToken]) -> None:
        done = sum(token.revoke(facts_of(request)) for token in tokens)
        self.message_user(request, f"{done} revoked: the next call with them is refused.", messages.SUCCESS)


class RecordedGroupAdmin(RecordedAdmin, GroupAdmin):
    """Groups of people."""

    lead = "People who share permissions in this console."
    empty = "A group gives its people permissions in this console, such as reading the audit."


admin.site.unregister(Group)
admin.site.register(Group, RecordedGroupAdmin)


def _text(text: str) -> str:
    return render_to_string("console/parts/text.html", {"text": text})


def _chip(word: str) -> str:
    return render_to_string("console/parts/chip.html", {"state": word, "word": word})


def _time(moment: datetime | None, never: str = NONE) -> str:
    return render_to_string("console/parts/time.html", {"moment": moment, "never": never})

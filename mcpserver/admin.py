"""The vault in the console: secrets go in and never come out."""

from typing import Any, ClassVar, cast

from asgiref.sync import async_to_sync
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from audit.facts import Facts, facts_of
from audit.recorded_admin import RecordedAdmin
from mcpserver.changes.models import SchemaChange
from mcpserver.login_actions import LoginActions
from mcpserver.schema_change_admin import SchemaChangeAdmin
from mcpserver.vault.models import OFFICIAL_API, OFFICIAL_IAM, Auth, LoginsDue, Sealed, SqlLogin, TidbCloudConnection
from mcpserver.vault.probe import probe_connection, probe_login
from tidbmcp.lib.errors import GatewayError
from tidbmcp.lib.secrets import Secret

admin.site.register(SchemaChange, SchemaChangeAdmin)


class SealedForm(forms.ModelForm[Any]):
    """A form with a secret that can be written and not read."""

    bound: ClassVar[tuple[str, ...]]
    """Fields that the secret is bound to: when one of them changes, it is asked for again."""

    secret_label: ClassVar[str]

    secret = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        required=False,
        strip=False,  # a password may end in a blank
        max_length=1000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep = "" if self.instance._state.adding else " Leave empty to keep the stored one."
        self.fields["secret"].label = self.secret_label
        self.fields["secret"].help_text = f"Stored encrypted and never shown.{keep}"

    def clean(self) -> dict[str, Any]:
        """Nobody sends a stored secret elsewhere: a new address or user needs the secret itself."""
        cleaned = super().clean() or {}
        moved = self.instance._state.adding or set(self.bound) & set(self.changed_data)
        if moved and not cleaned.get("secret", "").strip():
            self.add_error("secret", "Enter the secret: it is stored for this address and user only.")
        return cleaned


class ConnectionForm(SealedForm):
    """An API key, or a bearer token."""

    bound = ("api_url", "iam_url", "auth", "public_key")
    secret_label = "Private key or token"  # noqa: S105 - a label
    field_order = ["name", "auth", "public_key", "secret", "api_url", "iam_url"]

    class Meta:
        model = TidbCloudConnection
        fields = ["name", "api_url", "iam_url", "auth", "public_key"]

    def clean(self) -> dict[str, Any]:
        """An API key has two halves, a token has one; and no key goes to TiDB Cloud that belongs to another API."""
        cleaned = super().clean()
        if cleaned.get("api_url") != OFFICIAL_API and cleaned.get("iam_url") == OFFICIAL_IAM:
            self.add_error("iam_url", "Enter the IAM address of this API: the one here is TiDB Cloud's own.")
        halves = bool(cleaned.get("public_key"))
        if cleaned.get("auth") == Auth.API_KEY and not halves:
            self.add_error("public_key", "Enter the public half of the API key.")
        if cleaned.get("auth") == Auth.BEARER and halves:
            self.add_error("public_key", "A bearer token has no public key: leave this empty.")
        return cleaned


class LoginForm(SealedForm):
    """A database password."""

    bound = ("connection", "cluster_id", "branch_id", "username")
    secret_label = "Password"  # noqa: S105 - a label

    class Meta:
        model = SqlLogin
        fields = ["connection", "cluster_id", "branch_id", "role", "username"]


class SealedAdmin(RecordedAdmin):
    """What the two have in common."""

    actions = ["test_them"]

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001
        """Seal a secret that was given; else save the rest, which it is not bound to."""
        row = cast("Sealed", obj)
        if (secret := form.cleaned_data["secret"]).strip():
            row.store(Secret(secret), facts_of(request))
        else:
            row.save()

    def has_test_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"mcpserver.change_{self.opts.model_name}")

    @admin.action(description="Test the connection", permissions=["test"])
    def test_them(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        facts = facts_of(request)
        for row in rows:
            try:
                self.message_user(request, self.probe(row, facts), messages.SUCCESS)
            except GatewayError as error:
                self.message_user(request, f"{row}: {error.public}", messages.ERROR)

    def probe(self, row: Any, facts: Facts) -> str:
        """Try it, and say in a sentence what was found."""
        raise NotImplementedError


@admin.register(TidbCloudConnection)
class TidbCloudConnectionAdmin(SealedAdmin):
    """TiDB Cloud API keys."""

    lead = "API keys of TiDB Cloud organizations and projects. A stored key is used by tools and seen by nobody."
    empty = "Add the public and private key of an organization: agents then see its clusters."
    form = ConnectionForm
    list_display = ["name", "auth", "public_key", "api_url", "stored_at"]

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001
        """Another address is another cloud: its clusters are labelled anew, and are production until then."""
        super().save_model(request, obj, form, change)
        if "api_url" in form.changed_data:
            cast("TidbCloudConnection", obj).environments.all().delete()

    def probe(self, row: TidbCloudConnection, facts: Facts) -> str:
        return async_to_sync(probe_connection)(row, facts)


@admin.register(SqlLogin)
class SqlLoginAdmin(LoginActions, SealedAdmin):
    """SQL logins."""

    empty = "Make a reader through TiDB Cloud's API, or add a SQL user with role_readonly that you made: db_query needs one."
    actions = ["test_them", "rotate_them", "drop_them"]
    form = LoginForm
    list_display = ["username", "connection", "cluster_id", "branch_id", "role", "stored_at"]
    list_filter = ["connection", "role"]
    list_select_related = ["connection"]
    search_fields = ["username", "cluster_id"]

    @property
    def lead(self) -> str:
        """As far as the setting goes."""
        if settings.REQUIRE_READER_LOGIN:
            return (
                "Database users of clusters. db_query runs as a cluster's reader, and refuses a login that can do more."
            )
        return (
            "Database users of clusters. db_query runs as a cluster's reader; where there is none, as another login in a "
            "read-only transaction, because REQUIRE_READER_LOGIN is off."
        )

    def probe(self, row: SqlLogin, facts: Facts) -> str:
        return async_to_sync(probe_login)(row, facts)


@admin.register(LoginsDue)
class LoginsDueAdmin(RecordedAdmin):
    """What the gateway still makes. Nobody adds or changes it; deleting a row gives up on it."""

    lead = "SQL logins of clusters and branches made here, until they are stored. Tried again by itself for a day."
    empty = "Nothing is due: every cluster and branch that was made through here has its logins."
    list_display = ["connection", "cluster_id", "branch_id", "asked_by", "asked_at", "tries", "problem", "not_before"]
    list_select_related = ["connection"]
    readonly_fields = [field.name for field in LoginsDue._meta.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

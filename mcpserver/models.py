"""Django finds an app's models here; they live in the subfolders."""

from mcpserver.changes.models import SchemaChange
from mcpserver.grants.models import ClusterEnvironment
from mcpserver.request_keys.models import RequestKey
from mcpserver.vault.handed import HandedSecret
from mcpserver.vault.models import LoginsDue, SqlLogin, TidbCloudConnection

__all__ = [
    "ClusterEnvironment",
    "HandedSecret",
    "LoginsDue",
    "RequestKey",
    "SchemaChange",
    "SqlLogin",
    "TidbCloudConnection",
]

"""Django finds an app's models here; they live in the subfolders."""

from mcpserver.grants.models import ClusterEnvironment
from mcpserver.vault.models import LoginsDue, SqlLogin, TidbCloudConnection

__all__ = ["ClusterEnvironment", "LoginsDue", "SqlLogin", "TidbCloudConnection"]

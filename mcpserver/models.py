"""Django finds an app's models here; they live in the subfolders."""

from mcpserver.vault.models import SqlLogin, TidbCloudConnection

__all__ = ["SqlLogin", "TidbCloudConnection"]

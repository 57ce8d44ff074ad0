"""The app `mcpserver`."""

from django.apps import AppConfig


class McpserverConfig(AppConfig):
    """The MCP endpoint and what stands behind it."""

    name = "mcpserver"
    verbose_name = "TiDB Cloud"

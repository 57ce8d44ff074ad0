"""Forms of statements that write, as `mcpserver.sqlgate.forms` reads them; and words that are no names.

Sources: MySQL 8.4 Reference Manual, "SQL Statements"; MariaDB Knowledge Base, "SQL Statements"; TiDB documentation, "SQL
Statements". Left out on purpose: what only one of them has and nobody needs from an agent, and what reaches beyond tables
(files, other servers, other engines, placement, the server's own settings).
"""

from typing import Final

from mcpserver.sqlgate.lists import words
from mcpserver.sqlgate.lists.keywords import RESERVED

NO_NAMES: Final = RESERVED | words("""
    check column constraint default foreign fulltext key primary references spatial to unique null true false not if both
    collate cascade restrict current_user current_date current_timestamp force ignore
    """)
"""Reserved everywhere, or read as something else where a name may stand: a name only in backticks."""

DATA: Final = {
    "DATA": """
        INSERT
        UPDATE
        DELETE
        with [ recursive ] CTE { , CTE } CHANGE
        """,
    "INSERT": "insert|replace [ HINT ] { low_priority|high_priority|ignore } [ into ] TABLE [ PARTITION ] [ COLUMNS ] ROWS",
    "CHANGE": """
        UPDATE
        DELETE
        """,
    "UPDATE": "update [ HINT ] { low_priority|ignore } UPDATED set ASSIGNED",
    "DELETE": """
        delete [ HINT ] { low_priority|quick|ignore } from TARGETS using DELETED
        delete [ HINT ] { low_priority|quick|ignore } TARGETS from DELETED
        delete [ HINT ] { low_priority|quick|ignore } from DELETED
        """,
    "CTE": "NAME [ NAMES ] as SUBQUERY",
    "TARGETS": "TARGET [ . * ] { , TARGET [ . * ] }",
    "PARTITION": "partition NAMES",
    "NAMES": "( NAME { , NAME } )",
    "COLUMNS": "( [ COLUMN { , COLUMN } ] )",
    "COLUMN": "NAME [ . NAME ] [ . NAME ]",
}
"""Change rows. What stands inside is judged as a query is."""

ACCOUNTS: Final = {
    "LOGIN": """
        create [ or replace ] user IF_NOT_EXISTS LOGIN_MADE { , LOGIN_MADE } LOGIN_OPTIONS
        alter user IF_EXISTS LOGIN_MADE { , LOGIN_MADE } LOGIN_OPTIONS
        create [ or replace ] role IF_NOT_EXISTS ACCOUNT { , ACCOUNT }
        drop user|role IF_EXISTS ACCOUNT { , ACCOUNT }
        rename user ACCOUNT to ACCOUNT { , ACCOUNT to ACCOUNT }
        """,
    "GRANT": """
        grant PRIVILEGES on [ table ] PRIVILEGE_LEVEL to ACCOUNT { , ACCOUNT } [ with grant option ]
        grant ACCOUNT { , ACCOUNT } to ACCOUNT { , ACCOUNT } [ with admin option ]
        """,
    "REVOKE": """
        revoke [ if exists ] PRIVILEGES on [ table ] PRIVILEGE_LEVEL from ACCOUNT { , ACCOUNT }
        revoke all [ privileges ] , grant option from ACCOUNT { , ACCOUNT }
        revoke [ admin option for ] [ if exists ] ACCOUNT { , ACCOUNT } from ACCOUNT { , ACCOUNT }
        """,
    "IF_NOT_EXISTS": "[ if not exists ]",
    "IF_EXISTS": "[ if exists ]",
    "NAMES": "( NAME { , NAME } )",
    "LOGIN_MADE": "ACCOUNT [ IDENTIFIED ]",
    "IDENTIFIED": """
        identified by TEXT
        identified with PLUGIN [ by|as TEXT ]
        identified with PLUGIN using TEXT
        """,
    "PLUGIN": """
        NAME
        TEXT
        """,
    "LOGIN_OPTIONS": "[ REQUIRE ] [ with RESOURCE { RESOURCE } ] { LOGIN_OPTION }",
    "REQUIRE": "require none|ssl|x509",
    "RESOURCE": "max_queries_per_hour|max_updates_per_hour|max_connections_per_hour|max_user_connections NUMBER",
    "LOGIN_OPTION": """
        account lock|unlock
        password expire interval NUMBER day
        password expire [ never|default ]
        failed_login_attempts|password_lock_time NUMBER
        comment|attribute TEXT
        """,
    "PRIVILEGES": "PRIVILEGE [ NAMES ] { , PRIVILEGE [ NAMES ] }",
}
"""Change who may do what: each needs a person."""

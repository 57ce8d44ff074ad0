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

_NAMES: Final = {
    "NAMES": "( NAME { , NAME } )",
    "TABLES": "TABLE { , TABLE }",
    "IF_NOT_EXISTS": "[ if not exists ]",
    "IF_EXISTS": "[ if exists ]",
    "LITERAL": """
        TEXT
        NUMBER
        - NUMBER
        + NUMBER
        null|true|false|maxvalue
        """,
    "WORD_OR_TEXT": """
        NAME
        TEXT
        """,
}

_COLUMNS: Final = {
    "ELEMENTS": "( ELEMENT { ANOTHER } )",
    "ANOTHER": ", ELEMENT",
    "ELEMENT": """
        KEY
        COLUMN
        """,
    "KEY": """
        PRIMARY_KEY
        [ constraint [ NAME ] ] unique [ index|key ] IF_NOT_EXISTS [ NAME ] INDEX_TYPE INDEXED { INDEX_OPTION }
        [ constraint [ NAME ] ] foreign key IF_NOT_EXISTS [ NAME ] NAMES REFERENCES
        CHECK_OF_ROWS
        BLOCKING_INDEX [ index|key ] IF_NOT_EXISTS [ NAME ] INDEXED { INDEX_OPTION }
        vector|columnar index|key IF_NOT_EXISTS [ NAME ] INDEXED { INDEX_OPTION }
        index|key IF_NOT_EXISTS [ NAME ] INDEX_TYPE INDEXED { INDEX_OPTION }
        """,
    "PRIMARY_KEY": "[ constraint [ NAME ] ] primary key IF_NOT_EXISTS [ NAME ] INDEX_TYPE INDEXED { INDEX_OPTION }",
    "CHECK_OF_ROWS": "[ constraint [ NAME ] ] check GROUP [ not ] [ enforced ]",
    "BLOCKING_INDEX": "fulltext|spatial",
    "REFERENCES": "references SOURCE [ NAMES ] [ match full|partial|simple ] { ON_CHANGE }",
    "ON_CHANGE": """
        on delete|update restrict
        on delete|update no action
        PASSED_ON
        """,
    "PASSED_ON": """
        on delete|update cascade
        on delete|update set null|default
        """,
    "INDEX_TYPE": "[ using btree|hash|rtree|hnsw|inverted ]",
    "INDEXED": "( INDEXED_PART { , INDEXED_PART } )",
    "INDEXED_PART": """
        NAME [ ( NUMBER ) ] [ asc|desc ]
        GROUP [ asc|desc ]
        """,
    "INDEX_OPTION": """
        using btree|hash|rtree|hnsw|inverted
        comment [ = ] TEXT
        key_block_size [ = ] NUMBER
        m|distance [ = ] WORD_OR_TEXT_OR_NUMBER
        with parser PARSER
        visible|invisible|ignored|clustered|nonclustered|global|local|add_columnar_replica_on_demand
        not ignored
        """,
    "WORD_OR_TEXT_OR_NUMBER": """
        WORD_OR_TEXT
        NUMBER
        """,
    "PARSER": "ngram|mecab|standard|multilingual",
    "COLUMN": "NAME TYPE { ATTRIBUTE }",
    "TYPE": """
        enum|set ( TEXT { , TEXT } )
        national char|character|varchar [ varying ] [ LENGTH ]
        char|character varying [ LENGTH ]
        double precision [ LENGTH ]
        long varchar|varbinary
        COUNTING_TYPE
        TYPE_NAME [ LENGTH ]
        """,
    "COUNTING_TYPE": "serial",
    "LENGTH": "( NUMBER [ , NUMBER ] )",
    "TYPE_NAME": " ".join(
        [
            "bit|bool|boolean|tinyint|smallint|mediumint|int|integer|bigint|int1|int2|int3|int4|int8|decimal|dec|numeric|fixed|float"
            "|double|real|float4|float8|number|date|time|datetime|timestamp|year|char|character|nchar|varchar|varchar2|nvarchar"
            "|binary|varbinary|tinyblob|blob|mediumblob|longblob|tinytext|text|mediumtext|longtext|long|raw|clob|json|uuid|inet4"
            "|inet6|vector|geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geometrycollection"
        ]
    ),
    "ATTRIBUTE": """
        unsigned|signed|zerofill|binary|ascii|unicode|byte|compressed|visible|invisible|clustered|nonclustered
        character|char set WORD_OR_TEXT_OR_BINARY
        charset WORD_OR_TEXT_OR_BINARY
        collate WORD_OR_TEXT_OR_BINARY
        not null
        null
        default PLAIN_DEFAULT
        COMPUTED_DEFAULT
        on update NOW
        KEY_OF_COLUMN
        COUNTING
        comment TEXT
        RECKONED
        [ constraint [ NAME ] ] check GROUP [ not ] [ enforced ]
        REFERENCES
        column_format fixed|dynamic|default
        srid NUMBER
        ref_system_id = NUMBER
        """,
    "KEY_OF_COLUMN": """
        primary key [ clustered|nonclustered|global|local ]
        unique [ key|index ] [ global|local ]
        key
        """,
    "COUNTING": """
        auto_increment
        auto_random [ LENGTH ]
        """,
    "RECKONED": "[ generated always ] as GROUP [ GENERATED ]",
    "GENERATED": """
        virtual
        STORED
        """,
    "STORED": "stored|persistent",
    "WORD_OR_TEXT_OR_BINARY": """
        WORD_OR_TEXT
        binary
        """,
    "COMPUTED_DEFAULT": "default COMPUTED",
    "DEFAULT_VALUE": """
        PLAIN_DEFAULT
        COMPUTED
        """,
    "PLAIN_DEFAULT": """
        LITERAL
        NOW
        """,
    "COMPUTED": """
        GROUP
        NEXTVAL
        CALL
        """,
    "NOW": "current_timestamp|now|localtime|localtimestamp|current_date|current_time|curdate|utc_timestamp [ ( [ NUMBER ] ) ]",
}

_TABLES: Final = {
    "TABLE_OPTIONS": "{ [ , ] TABLE_OPTION }",
    "TABLE_OPTION": """
        SMALL_OPTION
        LARGE_OPTION
        TTL_OPTION
        """,
    "SMALL_OPTION": """
        comment [ = ] TEXT
        COUNTED_TO
        auto_id_cache [ = ] NUMBER
        stats_persistent|stats_auto_recalc [ = ] DEFAULT_OR_NUMBER
        stats_sample_pages|stats_buckets|stats_topn [ = ] DEFAULT_OR_NUMBER
        """,
    "COUNTED_TO": "auto_increment|auto_random_base [ = ] NUMBER",
    "DEFAULT_OR_NUMBER": """
        default
        NUMBER
        """,
    "LARGE_OPTION": """
        engine [ = ] INNODB
        [ default ] character|char set [ = ] WORD_OR_TEXT_OR_BINARY
        [ default ] charset [ = ] WORD_OR_TEXT_OR_BINARY
        [ default ] collate [ = ] WORD_OR_TEXT_OR_BINARY
        row_format [ = ] default|dynamic|compact|compressed|redundant|fixed
        key_block_size|max_rows|min_rows|avg_row_length|checksum|shard_row_id_bits|pre_split_regions|page_compressed [ = ] NUMBER
        """,
    "TTL_OPTION": """
        ttl [ = ] NAME + interval NUMBER second|minute|hour|day|week|month|quarter|year
        ttl_enable|ttl_job_interval [ = ] TEXT
        """,
    "PARTITIONING": "partition by PARTITION_KEY [ partitions NUMBER ] [ SUBPARTITIONING ] [ PARTITIONS ]",
    "PARTITION_KEY": """
        HASHED
        range|list columns NAMES
        range|list GROUP
        """,
    "HASHED": """
        [ linear ] hash GROUP
        [ linear ] key [ algorithm = NUMBER ] ( [ NAME { , NAME } ] )
        """,
    "SUBPARTITIONING": "subpartition by HASHED [ subpartitions NUMBER ]",
    "PARTITIONS": "( PARTITION { , PARTITION } )",
    "PARTITION": "partition NAME [ PARTITION_VALUES ] { PARTITION_OPTION } [ SUBPARTITIONS ]",
    "LATER_PARTITIONS": "( LATER_PARTITION { , LATER_PARTITION } )",
    "LATER_PARTITION": "partition NAME LESS_THAN { PARTITION_OPTION } [ SUBPARTITIONS ]",
    "PARTITION_VALUES": """
        LESS_THAN
        LISTED
        """,
    "LESS_THAN": """
        values less than maxvalue
        values less than GROUP
        """,
    "LISTED": """
        values in GROUP
        default
        """,
    "PARTITION_OPTION": """
        [ storage ] engine [ = ] INNODB
        comment [ = ] TEXT
        max_rows|min_rows [ = ] NUMBER
        """,
    "SUBPARTITIONS": "( SUBPARTITION { , SUBPARTITION } )",
    "SUBPARTITION": "subpartition NAME { PARTITION_OPTION }",
}

_CREATE: Final = {
    "CREATE": """
        create [ OR_REPLACE ] NEW_TABLE
        create [ OR_REPLACE ] database|schema IF_NOT_EXISTS DATABASE { DATABASE_OPTION }
        create [ OR_REPLACE ] INDEX_KIND index IF_NOT_EXISTS NAME INDEX_TYPE on TABLE INDEXED { INDEX_OPTION } { ONLINE }
        create [ OR_REPLACE ] VIEW
        create [ OR_REPLACE ] sequence IF_NOT_EXISTS TABLE { SEQUENCE_OPTION }
        """,
    "NEW_TABLE": """
        table IF_NOT_EXISTS TABLE like SOURCE
        table IF_NOT_EXISTS TABLE ( like SOURCE )
        table IF_NOT_EXISTS TABLE ELEMENTS TABLE_OPTIONS [ PARTITIONING ] [ FILLING ]
        table IF_NOT_EXISTS TABLE TABLE_OPTIONS [ PARTITIONING ] FILLING
        """,
    "OR_REPLACE": "or replace",
    "FILLING": "[ as ] QUERY",
    "INDEX_KIND": """
        BLOCKING_INDEX
        [ unique|vector|columnar ]
        """,
    "VIEW": """
        VIEW_ALGORITHM sql security invoker VIEW_ITSELF
        OWNERS_VIEW
        """,
    "OWNERS_VIEW": "VIEW_ALGORITHM [ sql security definer ] VIEW_ITSELF",
    "VIEW_ALGORITHM": "[ algorithm = undefined|merge|temptable ]",
    "VIEW_ITSELF": "view IF_NOT_EXISTS TABLE [ NAMES ] as QUERY_OF_VIEW",
    "DATABASE_OPTION": """
        [ default ] character|char set [ = ] WORD_OR_TEXT_OR_BINARY
        [ default ] charset|collate [ = ] WORD_OR_TEXT_OR_BINARY
        comment [ = ] TEXT
        """,
    "SEQUENCE_OPTION": """
        start|restart [ with|= ] SIGNED
        start|restart = SIGNED
        increment [ by ] [ = ] SIGNED
        minvalue|maxvalue|cache [ = ] SIGNED
        nominvalue|nomaxvalue|nocache|nocycle|cycle|restart
        no minvalue|maxvalue|cache|cycle
        comment [ = ] TEXT
        """,
    "SIGNED": """
        NUMBER
        - NUMBER
        """,
    "ONLINE": """
        algorithm [ = ] default|inplace|instant|nocopy
        lock [ = ] default|none
        BLOCKING
        """,
    "BLOCKING": """
        algorithm [ = ] copy
        lock [ = ] shared|exclusive
        """,
}

_ALTER: Final = {
    "ALTER": """
        alter [ online ] [ IGNORING ] table IF_EXISTS TABLE ALTERED
        alter database|schema ALTER_DATABASE
        alter ALTER_VIEW
        alter sequence IF_EXISTS ALTER_SEQUENCE
        """,
    "IGNORING": "ignore",
    "ALTERED": """
        { ONLINE , } ACTION { BESIDE } [ [ , ] REPARTITION ]
        REPARTITION
        """,
    "BESIDE": """
        , ONLINE
        MORE
        """,
    "MORE": ", ACTION",
    "ACTION": """
        ADDITION
        DROPPING
        REWRITE
        RENAMING
        TTL_REMOVED
        ALTERED_OPTION { ALTERED_OPTION }
        """,
    "ALTERED_OPTION": """
        SMALL_OPTION
        REWRITING_OPTION
        TTL_OPTION
        """,
    "REWRITING_OPTION": "LARGE_OPTION",
    "ADDITION": """
        add [ column ] IF_NOT_EXISTS ELEMENTS
        add KEY
        add partition IF_NOT_EXISTS LATER_PARTITIONS
        add [ column ] IF_NOT_EXISTS COLUMN [ PLACE ]
        alter [ column ] NAME set default DEFAULT_VALUE
        alter index|key IF_EXISTS NAME visible
        alter index|key IF_EXISTS NAME not ignored
        HIDDEN_INDEX
        set tiflash replica AT_LEAST_ONE [ location labels TEXT { , TEXT } ]
        NO_REPLICAS
        ONLINE
        """,
    "HIDDEN_INDEX": "alter index|key IF_EXISTS NAME invisible|ignored",
    "NO_REPLICAS": "set tiflash replica NUMBER [ location labels TEXT { , TEXT } ]",
    "PLACE": """
        first
        after NAME
        """,
    "DROPPING": """
        drop partition IF_EXISTS NAME { , NAME }
        drop primary key
        drop index|key|constraint|check IF_EXISTS NAME
        drop foreign key IF_EXISTS NAME
        drop [ column ] IF_EXISTS NAME [ restrict|cascade ]
        truncate partition NAME { , NAME }
        truncate partition all
        alter [ column ] NAME drop default
        """,
    "REWRITE": """
        modify [ column ] IF_EXISTS COLUMN [ PLACE ]
        change [ column ] IF_EXISTS NAME COLUMN [ PLACE ]
        convert to character|char set WORD_OR_TEXT_OR_BINARY [ collate WORD_OR_TEXT_OR_BINARY ]
        convert to charset WORD_OR_TEXT_OR_BINARY [ collate WORD_OR_TEXT_OR_BINARY ]
        add partition IF_NOT_EXISTS PARTITIONS
        add partition IF_NOT_EXISTS partitions NUMBER
        coalesce partition NUMBER
        reorganize partition [ NAME { , NAME } into PARTITIONS ]
        exchange partition NAME with table TABLE [ with|without validation ]
        rebuild partition NAME { , NAME }
        remove partitioning
        force
        alter check|constraint NAME [ not ] enforced
        """,
    "RENAMING": """
        rename column IF_EXISTS NAME to NAME
        rename index|key IF_EXISTS NAME to NAME
        rename [ to|as ] TABLE
        """,
    "TTL_REMOVED": "remove ttl",
    "REPARTITION": "PARTITIONING",
    "ALTER_DATABASE": """
        DATABASE DATABASE_OPTION { DATABASE_OPTION }
        DATABASE_OPTION { DATABASE_OPTION }
        """,
    "ALTER_VIEW": "VIEW",
    "ALTER_SEQUENCE": "TABLE SEQUENCE_OPTION { SEQUENCE_OPTION }",
}

_REMOVE: Final = {
    "DROP": """
        DROP_TABLE
        DROP_DATABASE
        DROP_OTHER
        """,
    "DROP_TABLE": "drop table|tables IF_EXISTS TABLES [ restrict|cascade ]",
    "DROP_DATABASE": "drop database|schema IF_EXISTS DATABASE",
    "DROP_OTHER": """
        drop view|sequence IF_EXISTS TABLES [ restrict|cascade ]
        drop index IF_EXISTS NAME on TABLE { ONLINE }
        drop procedure|function|trigger|event IF_EXISTS TABLE
        """,
    "TRUNCATE": "truncate [ table ] TABLE",
    "RENAME": "rename table|tables IF_EXISTS TABLE to TABLE { , TABLE to TABLE }",
    "FLASHBACK": """
        FLASHBACK_CLUSTER
        FLASHBACK_ONE
        """,
    "FLASHBACK_ONE": """
        flashback table TABLE [ to NAME ]
        flashback database|schema DATABASE [ to DATABASE ]
        """,
    "FLASHBACK_CLUSTER": """
        flashback cluster to timestamp TEXT
        flashback cluster to tso NUMBER
        """,
    "RECOVER": """
        recover table TABLE [ NUMBER ]
        recover table by job NUMBER
        """,
}

SCHEMA: Final = {**_NAMES, **_COLUMNS, **_TABLES, **_CREATE, **_ALTER, **_REMOVE}
"""Change what there is. A rule that DECISIONS names needs a person."""

DECISIONS: Final = {
    "OR_REPLACE": "CREATE OR REPLACE drops what has this name",
    "FILLING": "CREATE TABLE with a query copies rows that nobody counts: CREATE the table, then INSERT ... SELECT",
    "PASSED_ON": (
        "CASCADE, SET NULL and SET DEFAULT change and remove rows that nobody counts: write RESTRICT, or nothing"
    ),
    "OWNERS_VIEW": (
        "A view shows what its owner may read to everybody who may read the view: write CREATE SQL SECURITY INVOKER VIEW"
    ),
    "TTL_OPTION": "TTL lets the server delete rows by itself",
    "IGNORING": "ALTER IGNORE removes rows that do not fit",
    "DROPPING": "ALTER TABLE drops columns, indexes, defaults or partitions here",
    "REWRITE": "ALTER TABLE changes or rewrites here what the table holds",
    "REWRITING_OPTION": "ALTER TABLE changes here how the table is stored",
    "BLOCKING": "ALGORITHM=COPY and LOCK=SHARED or EXCLUSIVE keep everybody from writing to the table: leave them out",
    "NO_REPLICAS": "SET TIFLASH REPLICA 0 drops the replicas that analytic queries read",
    "HIDDEN_INDEX": "An index that is INVISIBLE or IGNORED is to queries as if it were dropped",
    "RENAMING": "ALTER TABLE renames here what others may use",
    "TTL_REMOVED": "ALTER TABLE ends here what deletes old rows",
    "REPARTITION": "PARTITION BY moves every row of the table",
    "ALTER_DATABASE": "ALTER DATABASE changes what new tables are made with",
    "ALTER_VIEW": "ALTER VIEW puts another query under the name",
    "ALTER_SEQUENCE": "ALTER SEQUENCE may give numbers a second time",
    "DROP_TABLE": "DROP TABLE removes tables with their rows",
    "DROP_DATABASE": "DROP DATABASE removes a database with all its tables",
    "DROP_OTHER": "DROP removes what others may use",
    "TRUNCATE": "TRUNCATE removes every row",
    "RENAME": "RENAME TABLE takes a name away that others may use",
    "FLASHBACK_CLUSTER": "FLASHBACK CLUSTER takes the whole cluster back in time, with everybody's changes",
    "FLASHBACK_ONE": "FLASHBACK brings back a table or a database as it was",
    "RECOVER": "RECOVER TABLE brings back a table as it was",
}
"""All that fit are said."""

_IN_TWO: Final = "A column and its key in one ALTER may write the whole table anew: send them in two statements"
DECISIONS_OF_EXISTING: Final = {
    "PRIMARY_KEY": "A primary key for a table that there is may write the whole table anew",
    "REFERENCES": "A foreign key for a table that there is checks all its rows, and may write the whole table anew",
    "CHECK_OF_ROWS": "A CHECK for a table that there is checks all its rows, and may write the whole table anew",
    "BLOCKING_INDEX": "A FULLTEXT or SPATIAL index may write the whole table anew, and nobody writes to it meanwhile",
    "KEY_OF_COLUMN": _IN_TWO,
    "COUNTING": "A column that counts is written into every row",
    "COUNTING_TYPE": "A column that counts is written into every row",
    "STORED": "A STORED column is reckoned for every row and written: VIRTUAL is not",
    "COUNTED_TO": "AUTO_INCREMENT and AUTO_RANDOM_BASE may use up a table's numbers, and nothing gives them back",
    "LISTED": "A partition of a list may hide rows that a DEFAULT partition holds",
    "COMPUTED_DEFAULT": (
        "A computed default of a new column is written into every row: add the column, then ALTER COLUMN ... SET DEFAULT"
    ),
}
"""What is nothing in CREATE TABLE, and work on every row, or a loss, of a table that there is."""

_BY_ITSELF: Final = (
    "A generated column beside something else, or FIRST or AFTER another column, may write the whole table anew: add a generated "
    "column by itself, at the end"
)
DECISIONS_TOGETHER: Final = {
    ("COLUMN", "KEY"): _IN_TWO,
    ("RECKONED", "PLACE"): _BY_ITSELF,
    ("RECKONED", "MORE"): _BY_ITSELF,
    ("RECKONED", "ANOTHER"): _BY_ITSELF,
}
"""The same of two rules in one ALTER, each of which is nothing by itself."""

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

WHY_NOT: Final = {
    "temporary": "Temporary tables end with the connection, which is not yours: leave TEMPORARY out.",
    **dict.fromkeys(
        ("procedure", "function", "trigger", "event", "package"),
        "Code on the server (procedures, functions, triggers, events) is not made here: it would run what nobody has judged.",
    ),
    **dict.fromkeys(
        ("server", "instance", "tablespace", "logfile", "undo", "resource", "import", "range"),
        "What acts on the server itself (servers, table spaces, log files, resource groups) is not open here.",
    ),
    **dict.fromkeys(
        ("placement", "policy", "attributes"), "Where data is placed is not changed here: leave PLACEMENT out."
    ),
    **dict.fromkeys(
        ("binding", "masking"), "Bindings and masking change other people's queries: they are not open here."
    ),
    "definer": "DEFINER makes a view with somebody else's rights: leave it out.",
    "discard": "DISCARD and IMPORT TABLESPACE take files of the server: they are not open here.",
    "directory": "Files of the server are not open here: leave the directory out.",
    "connection": "Tables of other servers are not open here: leave CONNECTION out.",
    "union": "Tables over other tables are not open here: make a view.",
    "engine": "ENGINE is open for InnoDB only: other engines keep no transactions, or reach files and other servers.",
}
"""Of what is asked for by name, the reason; the first such word counts."""

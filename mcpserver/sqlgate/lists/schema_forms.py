"""Forms of statements that change the schema, as `mcpserver.sqlgate.forms` reads them; their sources stand in `forms.py`."""

from typing import Final

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

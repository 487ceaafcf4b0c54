"""The advisory database: built from feeds' records, read-only once built, sharded by distribution and ecosystem.

:class:`RecordStore` keeps what each feed said last; :class:`DatabaseBuilder` makes a generation of shards out of
it and swaps it in; :class:`Database` reads the current generation, any number of processes at once.
"""

from seawall.advisory.database.builder import DatabaseBuilder
from seawall.advisory.database.layout import SCHEMA_VERSION
from seawall.advisory.database.reader import Database, SearchHit
from seawall.advisory.database.rows import Details, Interval, Row
from seawall.advisory.database.store import RecordStore

__all__ = ["SCHEMA_VERSION", "Database", "DatabaseBuilder", "Details", "Interval", "RecordStore", "Row", "SearchHit"]

"""Readers of rpm's databases, from bytes alone: SQLite, ndb and Berkeley DB, and the headers that all three hold."""

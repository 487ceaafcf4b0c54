"""Advisories: feeds in, an indexed read-only database, and the matching of packages against it."""

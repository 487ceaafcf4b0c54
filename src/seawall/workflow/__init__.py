"""Use cases: one module each, composing engines; shared by all apps."""

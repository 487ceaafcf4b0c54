"""Policies: written as data, compiled once, judged at every stage; accepted risks and gates."""

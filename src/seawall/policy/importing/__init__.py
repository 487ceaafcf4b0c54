"""Policies of other tools, said in ours; what cannot be said is named, rule by rule."""

"""Version orders as byte keys: computed once, compared as bytes."""

"""The one door for writes: a function is a transaction, an actor and one verb."""

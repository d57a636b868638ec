"""Other people's clients of the API against the sandbox, as they are published: ``make clients``."""

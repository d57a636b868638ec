"""The edges of the engine: what it needs of a destination, of the warehouse, of its own memory and of time."""

"""A data folder as an older version left it, for the tests of upgrades."""

"""The documented endpoints, a file for each kind of thing, each with its ROUTES; `routing` knows them all."""

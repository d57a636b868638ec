"""The documented endpoints, one file for each kind of resource, each with its ROUTES; `routing` collects
them.
"""

"""A simulated ActiveCampaign: the documented API v3 with its limits and its faults, on loopback only.

Written from the public documentation and integrators' reports, not from the client, and independent: nothing
else of Leleka is imported here. `Account` is the whole model without a socket; `server` serves it over HTTP.
"""

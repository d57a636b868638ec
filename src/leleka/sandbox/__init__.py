"""An ActiveCampaign to play with: the documented API v3 with its limits and its faults, on loopback only.

Written from the public documentation and integrators' reports, not from the client, and standing alone:
nothing else of Leleka is imported here. `Account` is the whole model without a socket; `server` puts it on
the wire.
"""

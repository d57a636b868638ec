"""What ActiveCampaign takes (developers.activecampaign.com, bulk import and rate limits)."""

from typing import Final

from leleka.core.ports.destination import Limits

LIMITS: Final = Limits(
    rows=250,
    bytes=390_000,  # documented: under 400K, that is 399,999; the rest is headroom
    requests_per_minute=100,
    single_requests_per_minute=20,
    requests_per_second=5,  # of every kind, by everyone who uses the account
    seconds_in_flight=60.0,
)

"""ActiveCampaign, as the registry knows it."""

from typing import Final

from leleka.destinations.activecampaign.checking import ADDRESS, KEY, LISTS
from leleka.destinations.activecampaign.destination import open_account
from leleka.destinations.activecampaign.hosts import normalise_host
from leleka.destinations.activecampaign.limits import LIMITS
from leleka.destinations.activecampaign.messages import WORDS
from leleka.destinations.activecampaign.settings import Settings, check_key, refuse_secret_in_name
from leleka.destinations.spec import Spec

SPEC: Final = Spec(
    kind="activecampaign",
    title="ActiveCampaign",
    settings=Settings,
    secrets=("key",),
    limits=LIMITS,
    steps=(ADDRESS, KEY, LISTS),
    open=open_account,
    identify=normalise_host,
    check_key=check_key,
    check_name=refuse_secret_in_name,
    words=WORDS,
)

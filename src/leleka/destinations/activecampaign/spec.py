"""ActiveCampaign, as the registry knows it."""

from types import MappingProxyType
from typing import Final

from leleka.core.translation import translatable as _
from leleka.destinations.activecampaign.connection_test import ADDRESS, KEY, LISTS
from leleka.destinations.activecampaign.destination import open_account
from leleka.destinations.activecampaign.doctor.examiner import open_examiner
from leleka.destinations.activecampaign.hosts import normalise_host
from leleka.destinations.activecampaign.limits import LIMITS
from leleka.destinations.activecampaign.messages import WORDS
from leleka.destinations.activecampaign.settings import Settings, refuse_secret_in_name
from leleka.destinations.spec import Spec

SPEC: Final = Spec(
    kind="activecampaign",
    title="ActiveCampaign",
    settings=Settings,
    limits=LIMITS,
    steps=MappingProxyType({ADDRESS: _("Reach the host"), KEY: _("Try the key"), LISTS: _("See the lists")}),
    open=open_account,
    identify=normalise_host,
    check_name=refuse_secret_in_name,
    assumed=True,
    messages=WORDS,
    examine=open_examiner,
)

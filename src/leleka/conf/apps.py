from django.apps import AppConfig

from leleka.connectors.registry import specs as kinds_of_source
from leleka.destinations.registry import specs as kinds_of_destination
from leleka.messages.later import later


class ConfConfig(AppConfig):
    name = "leleka.conf"
    label = "conf"

    def ready(self) -> None:
        later(kinds_of_destination)
        later(kinds_of_source)

from django.apps import AppConfig

from leleka.destinations.registry import specs
from leleka.messages.later import later


class ConfConfig(AppConfig):
    name = "leleka.conf"
    label = "conf"

    def ready(self) -> None:
        later(specs)

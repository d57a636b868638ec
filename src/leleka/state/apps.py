from django.apps import AppConfig
from django.db.backends.signals import connection_created


class StateConfig(AppConfig):
    name = "leleka.state"
    label = "state"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leleka.state.folding import teach  # noqa: PLC0415 - the models' machinery is there only now

        connection_created.connect(teach)

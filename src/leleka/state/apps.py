from django.apps import AppConfig


class StateConfig(AppConfig):
    name = "leleka.state"
    label = "state"
    default_auto_field = "django.db.models.BigAutoField"

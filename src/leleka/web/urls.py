"""URLs of the pages."""

from django.urls import path

from leleka.web.routes import ROUTES, guarded

app_name = "web"
urlpatterns = [path(route.path, guarded(route), name=route.name) for route in ROUTES]

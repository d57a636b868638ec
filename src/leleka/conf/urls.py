"""Every URL of the product: the pages and the API."""

from django.urls import include, path

from leleka.api.urls import api
from leleka.web.urls import urlpatterns as pages

urlpatterns = [path("api/v1/", api.urls), path("", include((pages, "web")))]
handler404 = "leleka.web.pages.errors.not_found"
handler500 = "leleka.conf.server.availability.broken"
handler403 = "leleka.web.pages.errors.forbidden"
handler400 = "leleka.web.pages.errors.bad_request"

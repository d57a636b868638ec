"""Addresses of buckets: no credential of a URL is shown, and a region is nothing but a region."""

import pytest

from leleka.connectors.objects import urls
from leleka.connectors.objects.settings import S3Settings
from leleka.connectors.registry import spec_of
from leleka.core.ports.setting import fields_of
from leleka.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://AKIAEXAMPLE:SECRET@bucket/x.csv", "s3://…@bucket/x.csv"),
        ("gs://user:SECRET@bucket", "gs://…@bucket"),
        ("az://container?sig=SECRET", "az://container?…"),
        ("s3://bucket/what?.csv", "s3://bucket/what?.csv"),
    ],
)
def test_credentials_in_the_url_of_a_bucket_are_not_shown(text: str, shown: str) -> None:
    assert urls.masked(text) == shown


@pytest.mark.parametrize("region", ["evil.example/", "eu-central-1@evil", "", "EU", "a" * 41])
def test_a_region_that_would_lead_to_another_host_is_refused(region: str) -> None:
    (field,) = (one for one in fields_of(S3Settings) if one.name == "region")
    assert field.info.check is not None
    with pytest.raises(InvalidInput, match="STORAGE_URL_INVALID"):
        field.info.check(region)
    assert field.info.check("eu-central-1") == "eu-central-1"


def test_secrets_are_bound_to_the_region() -> None:
    address = spec_of("s3").address
    assert address({"region": "eu-central-1"}) != address({"region": "us-east-1"})

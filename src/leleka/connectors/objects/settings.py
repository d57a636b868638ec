"""The settings of connections to object storage and to web servers, and the stores that obstore makes of them."""

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

from leleka.connectors.objects import urls
from leleka.connectors.objects.urls import Origin
from leleka.core.ports.setting import SettingInfo
from leleka.core.secret import Secret
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput

if TYPE_CHECKING:
    from obstore.store import AzureConfig, ClientConfig, GCSConfig, RetryConfig, S3Config

_NONE: Final = Secret("")
_LONGEST_CERTIFICATES: Final = 100_000
_REGION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def check_endpoint(text: str) -> str:
    """Return an endpoint without a slash at its end. Raises ``InvalidInput``."""
    plain = text.strip().rstrip("/")
    if plain:
        urls.origin(plain)
        if any(mark in plain for mark in "?#"):
            raise InvalidInput("STORAGE_URL_INVALID", where=urls.masked(plain))
    return plain


def check_region(text: str) -> str:
    """Raises ``InvalidInput`` for what is no part of a host's name: it would lead to another host."""
    plain = text.strip()
    if not _REGION.fullmatch(plain):
        raise InvalidInput("STORAGE_URL_INVALID.region")
    return plain


def check_certificates(text: str) -> str:
    plain = text.strip()
    is_pem = plain.startswith("-----BEGIN CERTIFICATE-----") and plain.endswith("-----END CERTIFICATE-----")
    if plain and (not is_pem or len(plain) > _LONGEST_CERTIFICATES):
        raise InvalidInput("STORAGE_CERTIFICATE_INVALID")
    return plain


def check_service_account(text: str) -> Secret:
    plain = text.strip()
    if plain:
        try:
            found = json.loads(plain)
        except ValueError:
            raise InvalidInput("STORAGE_SERVICE_ACCOUNT_INVALID") from None
        if not isinstance(found, dict) or not {"client_email", "private_key"} <= found.keys():
            raise InvalidInput("STORAGE_SERVICE_ACCOUNT_INVALID")
    return Secret(plain)


def check_sas(text: str) -> Secret:
    return Secret(text.strip().removeprefix("?"))


_BUCKET: Final = SettingInfo(
    _("Bucket"), help=_("What a test of the connection lists; sources may name others.")
)
_CERTIFICATES: Final = SettingInfo(
    _("Certificate authority"),
    help=_(
        "For a server of your own: the PEM certificates that sign its certificate, besides the public ones."
    ),
    check=check_certificates,
    lines=True,
)
_ENDPOINT_HELP: Final = _(
    "Leave this empty for the cloud itself. For another service: https://host or https://host:port."
)


class Bucketed(Protocol):
    """Settings of a kind that has buckets."""

    @property
    def bucket(self) -> str: ...
    @property
    def certificates(self) -> str: ...
    @property
    def origin(self) -> Origin:
        """The server that is asked."""
        ...

    def store(self, bucket: str, client: "ClientConfig", retry: "RetryConfig") -> Any:
        """Return what obstore reads a bucket with. It never looks for credentials by itself."""
        ...


@dataclass(frozen=True, slots=True)
class S3Settings:
    region: Annotated[
        str,
        SettingInfo(
            _("Region"),
            help=_("Where the bucket is."),
            example="eu-central-1",
            check=check_region,
            address=True,  # it is part of the host's name
        ),
    ] = "us-east-1"
    endpoint: Annotated[
        str,
        SettingInfo(
            _("Endpoint"),
            help=_ENDPOINT_HELP,
            example="https://minio.example.org:9000",
            check=check_endpoint,
            address=True,
        ),
    ] = ""
    addressing: Annotated[
        str,
        SettingInfo(
            _("The bucket stands in"),
            choices={"path": _("the path"), "host": _("the host name")},
        ),
    ] = "path"
    access_key_id: Annotated[
        str, SettingInfo(_("Access key ID"), help=_("Leave this empty for a public bucket."))
    ] = ""
    secret_access_key: Annotated[Secret, SettingInfo(_("Secret access key"))] = _NONE
    session_token: Annotated[
        Secret, SettingInfo(_("Session token"), help=_("Only for temporary credentials."))
    ] = _NONE
    bucket: Annotated[str, _BUCKET] = ""
    certificates: Annotated[str, _CERTIFICATES] = ""

    @property
    def url(self) -> str:
        return self.endpoint or f"https://s3.{self.region}.amazonaws.com"

    @property
    def origin(self) -> Origin:
        return urls.origin(self.url)

    def store(self, bucket: str, client: "ClientConfig", retry: "RetryConfig") -> Any:
        from obstore.store import S3Store  # noqa: PLC0415 - a library of 15 MB, for whoever reads

        in_host = self.addressing == "host"
        scheme, _, rest = self.url.partition("://")
        config: S3Config = {
            "region": self.region,
            "endpoint": f"{scheme}://{bucket}.{rest}" if in_host else self.url,
            "virtual_hosted_style_request": in_host,
        }
        key_id, key = self.access_key_id, self.secret_access_key.reveal()
        if bool(key_id) != bool(key):
            raise InvalidInput("STORAGE_KEY_INCOMPLETE")
        if not key_id:
            config["skip_signature"] = True
        else:
            config["access_key_id"], config["secret_access_key"] = key_id, key
            if self.session_token.reveal():
                config["session_token"] = self.session_token.reveal()
        return S3Store(bucket, config=config, client_options=client, retry_config=retry)


@dataclass(frozen=True, slots=True)
class GoogleSettings:
    service_account: Annotated[
        Secret,
        SettingInfo(
            _("Service account key"),
            help=_("The JSON file that Google Cloud gives out. Leave this empty for a public bucket."),
            check=check_service_account,
            lines=True,
        ),
    ] = _NONE
    endpoint: Annotated[
        str, SettingInfo(_("Endpoint"), help=_ENDPOINT_HELP, check=check_endpoint, address=True)
    ] = ""
    bucket: Annotated[str, _BUCKET] = ""
    certificates: Annotated[str, _CERTIFICATES] = ""

    @property
    def url(self) -> str:
        return self.endpoint or "https://storage.googleapis.com"

    @property
    def origin(self) -> Origin:
        return urls.origin(self.url)

    def store(self, bucket: str, client: "ClientConfig", retry: "RetryConfig") -> Any:
        from obstore.store import GCSStore  # noqa: PLC0415

        key = self.service_account.reveal()
        config: GCSConfig = {"base_url": self.url}
        if key:
            config["service_account_key"] = _static(key)
        else:
            config["skip_signature"] = True
        return GCSStore(bucket, config=config, client_options=client, retry_config=retry)


def _static(key: str) -> str:
    """Return a service account's key without what could lead elsewhere: the library takes its server from it, too."""
    kept = ("type", "project_id", "private_key_id", "private_key", "client_email", "client_id")
    found = json.loads(key)
    return json.dumps({name: found[name] for name in kept if name in found})


@dataclass(frozen=True, slots=True)
class AzureSettings:
    account: Annotated[str, SettingInfo(_("Storage account"), example="contosodata", address=True)]
    account_key: Annotated[
        Secret,
        SettingInfo(
            _("Account key"),
            help=_("Or a shared access signature. Leave both empty for a public container."),
        ),
    ] = _NONE
    sas_token: Annotated[Secret, SettingInfo(_("Shared access signature (SAS)"), check=check_sas)] = _NONE
    endpoint: Annotated[
        str, SettingInfo(_("Endpoint"), help=_ENDPOINT_HELP, check=check_endpoint, address=True)
    ] = ""
    bucket: Annotated[str, _BUCKET] = ""
    certificates: Annotated[str, _CERTIFICATES] = ""

    @property
    def url(self) -> str:
        return self.endpoint or f"https://{self.account}.blob.core.windows.net"

    @property
    def origin(self) -> Origin:
        return urls.origin(self.url)

    def store(self, bucket: str, client: "ClientConfig", retry: "RetryConfig") -> Any:
        from obstore.store import AzureStore  # noqa: PLC0415

        config: AzureConfig = {"account_name": self.account, "endpoint": self.url}
        if self.account_key.reveal():
            config["account_key"], config["credential_type"] = self.account_key.reveal(), "access_key"
        elif self.sas_token.reveal():
            config["sas_key"], config["credential_type"] = self.sas_token.reveal(), "sas_token"
        else:
            config["skip_signature"] = True
        return AzureStore(bucket, config=config, client_options=client, retry_config=retry)


@dataclass(frozen=True, slots=True)
class WebSettings:
    host: Annotated[
        str,
        SettingInfo(
            _("Server"),
            help=_("The host that the credentials are for; URLs of other hosts are refused."),
            example="files.example.org",
            address=True,
        ),
    ] = ""
    user: Annotated[str, SettingInfo(_("User"))] = ""
    password: Annotated[Secret, SettingInfo(_("Password"))] = _NONE
    token: Annotated[Secret, SettingInfo(_("Bearer token"), help=_("Instead of user and password."))] = _NONE
    signature: Annotated[
        Secret,
        SettingInfo(
            _("Signature"),
            help=_("What stands behind the question mark of a signed URL; it is added to every URL."),
            check=check_sas,
        ),
    ] = _NONE
    certificates: Annotated[str, _CERTIFICATES] = ""
    unencrypted: Annotated[
        str,
        SettingInfo(
            _("Send credentials without encryption"),
            help=_("To http:// URLs: whoever is on the way can read them."),
            choices={"refuse": _("Never"), "allow": _("Allowed for this server")},
        ),
    ] = "refuse"

    @property
    def is_secret(self) -> bool:
        return any(one.reveal() for one in (self.password, self.token, self.signature))

"""What the kinds that reach a database server ask for."""

from dataclasses import dataclass
from typing import Annotated, Final

from leleka.connectors.checks import check_port, check_seconds
from leleka.connectors.spec import SettingInfo
from leleka.core.secret import Secret
from leleka.core.translation import translatable as _

PORT: Final = SettingInfo(_("Port"), check=check_port, address=True)  # a kind says which one is usual


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where a server is, who signs in, how the way is encrypted, and how long a statement may take."""

    host: Annotated[
        str,
        SettingInfo(
            _("Host"),
            help=_("Its name or address. In a private network the operator must have allowed it."),
            help_saved=_("Another host, port or database needs the password again."),
            example="db.example.org",
            address=True,
        ),
    ]
    database: Annotated[str, SettingInfo(_("Database"), example="shop", address=True)]
    user: Annotated[
        str, SettingInfo(_("User"), help=_("One that may only read is enough, and better."), example="leleka")
    ]
    password: Annotated[
        Secret,
        SettingInfo(
            _("Password"), help=_("It is stored encrypted and never shown again."), example="a password"
        ),
    ] = Secret("")  # noqa: RUF009 - nothing of it can change
    port: Annotated[str, PORT] = ""
    encryption: Annotated[
        str,
        SettingInfo(
            _("Encryption"),
            address=True,
            choices={
                "verify-full": _("Required, and the certificate must be right"),
                "require": _("Required, whatever the certificate"),
                "disable": _("None"),
            },
        ),
    ] = "verify-full"
    authority: Annotated[
        str,
        SettingInfo(
            _("Certificate of the authority"),
            help=_("In PEM form, where the server's certificate is not of a public authority."),
            lines=True,
            address=True,
        ),
    ] = ""
    statement_seconds: Annotated[
        str,
        SettingInfo(
            _("Longest statement, in seconds"),
            help=_("The server ends a statement that takes longer."),
            check=check_seconds,
        ),
    ] = "3600"

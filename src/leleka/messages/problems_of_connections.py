"""Problems of connections: their keys, tests, sharing and consent."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_CHOOSE_CONNECT_TO_SEE: Final = msg("Choose Connect to see why.")
_APPLY_A_DEFINITIONS_FILE: Final = msg("Apply a definitions file first.")
_EDIT_THE_CONNECTION_AN: Final = msg(
    "An administrator must edit the connection and add themselves as export user."
)
_TRY_AGAIN_SOON: Final = msg("Try again in a few seconds.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "ACCOUNT_BUSY": Wording(msg("Other requests are waiting for answers from outside."), _TRY_AGAIN_SOON),
    "ACCOUNT_SILENT": Wording(
        msg("The account did not answer several times in a row, so it is left alone for a while."),
        msg("Try again in {seconds} seconds."),
    ),
    "ACCOUNT_SILENT.general": Wording(
        msg("The account did not answer several times in a row, so it is left alone for a while."),
        msg("Try again in half a minute."),
    ),
    "ACCOUNT_SLOW": Wording(msg("The account has not answered yet."), _TRY_AGAIN_SOON),
    "ACCOUNT_SLOW.ended": Wording(msg("The account did not answer in time."), _TRY_AGAIN_SOON),
    "AUDIENCE_UNKNOWN": Wording(msg("It is one of: {known}.")),
    "CHECK_TOO_OFTEN": Wording(
        msg("Connect was used five times within a minute."), msg("Wait a minute and try again.")
    ),
    "CONNECTION_ATTENTION": Wording(msg("The last test of the connection failed."), _CHOOSE_CONNECT_TO_SEE),
    "CONNECTION_DETACHED": Wording(
        msg("The export has no connection."), msg("Edit the export and choose a connection.")
    ),
    "CONNECTION_EXISTS": Wording(msg("A connection called '{name}' already exists.")),
    "CONNECTION_FAILED": Wording(msg("The connection cannot be used."), _CHOOSE_CONNECT_TO_SEE),
    "CONNECTION_IN_USE": Wording(
        msg("Exports use this connection: {exports}."),
        msg("Choose for each whether to detach or remove it."),
    ),
    "CONNECTION_IN_USE.staying": Wording(
        msg("This connection is in use by exports that stay: {exports}."),
        msg("Put it back into the file, or change the exports."),
    ),
    "SOURCE_CONNECTION_IN_USE": Wording(
        msg("Data sources are read through this connection: {sources}."),
        msg("Remove them first, or let them be read through another connection."),
    ),
    "SOURCE_CONNECTION_UNKNOWN": Wording(
        msg("There is no source connection '{name}'."), hints={"near": msg("Did you mean '{near}'?")}
    ),
    "SOURCE_DRIVER_DIED": Wording(
        msg("The driver of this kind of source ended unexpectedly."),
        msg("The operator looks whether the driver fits this machine and this version."),
    ),
    "SOURCE_HOST_INVALID": Wording(
        msg("This is not a host."), msg("Enter a name or an address alone, for example db.example.org.")
    ),
    "SOURCE_HOST_PRIVATE": Wording(
        msg("{host} is in a private network or on this machine, and Leleka may not connect to it."),
        msg("The operator can allow it: add {host} to LELEKA_SOURCE_HOSTS."),
    ),
    "SOURCE_HOST_UNKNOWN": Wording(
        msg("The host {host} cannot be found."),
        msg("Check its name, and whether this machine can look it up."),
    ),
    "SOURCE_KIND_BROKEN": Wording(
        msg("The kind of source '{kind}' cannot be loaded."),
        msg("The operator finds the reason in the log; the package that brings it may have to be updated."),
    ),
    "SOURCE_KIND_UNKNOWN": Wording(msg("There is no such kind of source."), msg("Available: {known}.")),
    "SOURCE_NOT_SHARED": Wording(
        msg("What is asked of connection '{name}' is not shared with contributors."),
        msg("An administrator can share the table or path in the connection."),
    ),
    "SOURCE_SILENT": Wording(
        msg("The source did not answer within {seconds} seconds."),
        msg("Check the connection; try again later."),
    ),
    "SUBSCRIBE_UNCONFIRMED": Wording(
        msg("Only an administrator may let an export subscribe people who never confirmed."),
        msg("Ask an administrator, or leave the setting off."),
    ),
    "CONNECTION_NOT_SHARED": Wording(
        msg("Connection '{name}' is for administrators."),
        msg("An administrator can share it with contributors."),
    ),
    "CONNECTION_UNKNOWN": Wording(msg("There is no such connection.")),
    "CONNECTION_UNKNOWN.listed": Wording(
        msg("There is no connection '{name}'."),
        _APPLY_A_DEFINITIONS_FILE,
        hints={"known": msg("Available: {known}.")},
    ),
    "CONNECTION_UNKNOWN.named": Wording(
        msg("There is no connection '{name}'."), hints={"near": msg("Did you mean '{near}'?")}
    ),
    "CONNECTION_UNKNOWN.none": Wording(msg("There is no connection."), _APPLY_A_DEFINITIONS_FILE),
    "CONNECT_FIRST": Wording(msg("This host and key were not tested."), msg("Choose Connect first.")),
    "CONSENT_OUTDATED": Wording(
        msg("The text has changed since this page was opened."), msg("Read the current text and agree again.")
    ),
    "CONSENT_REQUIRED": Wording(
        msg("Nothing is sent to ActiveCampaign unless an administrator agrees."),
        msg("Read the text and choose I agree."),
    ),
    "DESTINATION_UNKNOWN": Wording(msg("There is no such destination."), msg("Known are: {known}.")),
    "EXPORT_USER_DEMOTED": Wording(
        msg("Its export user, {name}, is no longer allowed to run its exports."), _EDIT_THE_CONNECTION_AN
    ),
    "EXPORT_USER_DEMOTED.general": Wording(
        msg("Its export user is no longer allowed to run its exports."), _EDIT_THE_CONNECTION_AN
    ),
    "EXPORT_USER_DISABLED": Wording(msg("Its export user, {name}, was disabled."), _EDIT_THE_CONNECTION_AN),
    "EXPORT_USER_DISABLED.general": Wording(msg("Its export user was disabled."), _EDIT_THE_CONNECTION_AN),
    "EXPORT_USER_LAPSED": Wording(
        msg("The password of its export user, {name}, was set anew: they have not confirmed since."),
        _EDIT_THE_CONNECTION_AN,
    ),
    "EXPORT_USER_LAPSED.general": Wording(
        msg("The password of its export user was set anew: they have not confirmed since."),
        _EDIT_THE_CONNECTION_AN,
    ),
    "EXPORT_USER_MISSING": Wording(msg("It has no export user."), _EDIT_THE_CONNECTION_AN),
    "FATE_UNKNOWN": Wording(msg("An export is detached or removed.")),
    "KEY_MISSING": Wording(msg("The connection has no API key.")),
    "KEY_MISSING.file": Wording(
        msg("The key file {path} cannot be read."),
        msg(
            "It must be an ordinary file of at most 10 kB that Leleka may read, in a folder of LELEKA_KEY_DIRS."
        ),
    ),
    "KEY_MISSING.general": Wording(msg("The API key cannot be read from where it is stored.")),
    "KEY_MISSING.variable": Wording(
        msg("The environment variable {name} is not set, or may not be read."),
        msg("Its name must begin with {prefix} or be listed in LELEKA_KEY_VARIABLES."),
    ),
    "KEY_REQUIRED": Wording(msg("Enter the API key.")),
    "KEY_REQUIRED.host": Wording(
        msg("Another host needs the API key again: the stored one is never sent elsewhere.")
    ),
    "KEY_SYNTAX.reference": Wording(
        msg("This names neither a variable nor a file that contains the key."),
        msg("Write env:NAME or file:/path/of/the/file."),
    ),
    "KEY_SYNTAX.variable": Wording(
        msg("This variable may not be read."),
        msg("Give it a name that begins with {prefix}, or add its name to LELEKA_KEY_VARIABLES."),
    ),
    "LOOKS_LIKE_SECRET.file": Wording(
        msg("This name contains an API key."),
        msg("Names are shown to everyone. Replace the key at ActiveCampaign if this was shared."),
    ),
    "LOOKS_LIKE_SECRET.key": Wording(
        msg("This name contains the API key."), msg("Names are shown to everyone.")
    ),
    "DOCTOR_DELIVERING": Wording(
        msg("Run {run:id} of {name} delivers to this account, and nothing else is sent meanwhile."),
        msg("Wait until it has ended."),
    ),
    "DOCTOR_DOMAIN": Wording(
        msg("This is not a domain that can receive e-mail."), msg("Enter a domain of yours: example.com.")
    ),
    "DOCTOR_DOMAIN.public": Wording(
        msg("Mailboxes at {domain} are other people's."), msg("Enter a domain of yours, or example.com.")
    ),
    "DOCTOR_NOT_CONFIRMED": Wording(
        msg("Nothing was sent: nobody confirmed it."), msg("Type yes when asked; scripts say --yes.")
    ),
    "DOCTOR_NOT_OFFERED": Wording(msg("Nothing about {title} is open that could be examined.")),
    "DOCTOR_NOTHING_LEFT": Wording(msg("No examination left anything at this account.")),
    "DOCTOR_MOVED": Wording(
        msg(
            "Connection '{connection}' leads to {now} now, and not to {host}, which was confirmed. Nothing was sent."
        ),
        msg("Examine the account again, and look at the host."),
    ),
    "DOCTOR_TAKEN_OVER": Wording(
        msg("This examination stood still for so long that another process removed what it had made."),
        msg("Examine the account again."),
    ),
    "DOCTOR_UNDER_WAY": Wording(
        msg("An examination of this account is under way, asked for by {who}."),
        msg("If its process died, try again in {seconds} seconds."),
    ),
    "DOCTOR_UNFINISHED": Wording(
        msg("An examination of this account is under way, or one that died left made-up contacts there."),
        msg("Wait until it has ended, or remove what it left: leleka doctor CONNECTION --clean-up."),
    ),
    "PLAN_LIMIT_INVALID": Wording(msg("Enter a whole number of contacts, at least 1, or leave this empty.")),
    "SHARE_INVALID": Wording(
        msg("The share of the account's request limits must be more than 0 and at most 1.")
    ),
    "SETTING_REQUIRED": Wording(msg("Enter a value.")),
    "SETTING_INVALID.connection": Wording(msg("This value is too long, or contains an invisible character.")),
    "SETTING_NOT_OFFERED": Wording(msg("Choose one of those offered: {choices}.")),
    "SETTING_UNKNOWN": Wording(msg("A connection of this kind has no such setting.")),
    "SECRET_REQUIRED": Wording(
        msg("Enter it; for another address, enter it again: a stored value is never sent elsewhere.")
    ),
    "DESTINATION_BROKEN": Wording(
        msg("The destination {kind} is installed, but cannot be loaded."),
        msg("See the log; install a version of it that fits this Leleka."),
    ),
}

"""A sentence for every code, to be translated: what is wrong, and what to do."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Final[Mapping[str, tuple[Promise | str, Promise | str]]] = {
    "NOT_ALLOWED": (
        _("You have not the right to do this."),
        _("An administrator can change your role under Admin > Permissions."),
    ),
    "SIGN_IN_REFUSED": (_("The e-mail address or the password is wrong."), ""),
    "SIGN_IN_TOO_OFTEN": (_("Too many attempts. Please wait a little and try again."), ""),
    "LINK_UNKNOWN": (
        _("This link was used already, or its time is over."),
        _("Ask an administrator for a new one."),
    ),
    # Connections: setting them up.
    "CONNECTION_UNKNOWN": (_("There is no such connection."), ""),
    "CONNECTION_EXISTS": (_("There is another connection of this name."), ""),
    "CONNECTION_IN_USE": (
        _("Exports use this connection."),
        _("Choose for each whether it is detached or removed."),
    ),
    "CONNECT_FIRST": (_("This host and key were not tested."), _("Choose Connect first.")),
    "CHECK_TOO_OFTEN": (
        _("Connect was tried five times within a minute."),
        _("Wait a minute and try again."),
    ),
    "CONSENT_REQUIRED": (
        _("Nothing is sent to ActiveCampaign unless an administrator agrees."),
        _("Read the text and choose I agree."),
    ),
    "CONSENT_OUTDATED": (
        _("The text has changed since this page was opened."),
        _("Read it as it is now and agree again."),
    ),
    "PASSWORD_WRONG": (_("This is not your password."), ""),
    "NAME_INVALID": (_("A name has 1 to 200 visible characters."), ""),
    "LOOKS_LIKE_SECRET": (_("This name looks like an API key."), _("Names are shown to everyone.")),
    "KEY_SYNTAX": (
        _("This is not an API key: a key is one unbroken run of letters and digits."),
        _("Copy the Key, not the URL, from Settings › Developer."),
    ),
    "KEY_REQUIRED": (
        _("Enter the API key. Another host needs it again: the stored one is never sent elsewhere."),
        "",
    ),
    "KEY_MISSING": (_("The API key cannot be read where it is kept."), ""),
    "HOST_SYNTAX": (
        _("This is not a host name."),
        _("Enter the host from Settings › Developer, for example youraccount.api-us1.com."),
    ),
    "HOST_NOT_ALLOWED": (
        _("This is not a host of ActiveCampaign."),
        _("Enter the host from Settings › Developer, for example youraccount.api-us1.com."),
    ),
    "SETTING_REQUIRED": (_("A value is needed here."), ""),
    "SETTING_INVALID": (_("This value is too long, or has an invisible character."), ""),
    "SETTING_NOT_OFFERED": (_("Choose one of those offered."), ""),
    "SETTING_UNKNOWN": (_("A connection of this kind has no such setting."), ""),
    "SECRET_REQUIRED": (
        _("Enter it, or enter it again for another address: a stored one is never sent elsewhere."),
        "",
    ),
    "DESTINATION_BROKEN": (
        _("This kind of destination is installed, but cannot be loaded."),
        _("See the log; install a version of it that fits this Leleka."),
    ),
    "AUDIENCE_UNKNOWN": (_("Choose one of those offered."), ""),
    "SHARE_INVALID": (_("The share of the request limits is from 1 to 100 percent."), ""),
    "PLAN_LIMIT_INVALID": (_("Enter a whole number of contacts, at least 1, or nothing."), ""),
    "EXPORT_USER_MISSING": (
        _("It has no export user."),
        _("Edit the connection: an administrator adds themselves as export user."),
    ),
    "EXPORT_USER_DISABLED": (
        _("Its export user was disabled."),
        _("Edit the connection: an administrator adds themselves as export user."),
    ),
    # Connections: what a test finds.
    "KEY_REFUSED": (
        _("ActiveCampaign refused this key."),
        _("Copy the key again from Settings › Developer; its user must exist and have the right."),
    ),
    "LISTS_FORBIDDEN": (
        _("The key is right, but its user may not see lists."),
        _("Put the user into a group that may."),
    ),
    "HOST_NO_ANSWER": (_("The host does not answer."), _("Try again later.")),
    "HOST_UNREACHABLE": (_("The host cannot be reached."), _("Check the host, and the network from here.")),
    "ACCOUNT_NOT_FOUND": (_("There is no ActiveCampaign account at this host."), _("Check the host.")),
    "ANSWER_UNREADABLE": (_("The host answers, but not as ActiveCampaign does."), _("Check the host.")),
    "TLS_REFUSED": (_("No secure connection to the host could be made."), ""),
    # Runs and previews: why they did not go on.
    "LIST_NOT_FOUND": (
        _("The account has no such list."),
        _("Edit the export and choose another one."),
    ),
    "MAP_COLUMN_GONE": (
        _("The profiles no longer have a column that this export sends."),
        _("Bring the column back, or change the line in Data matching."),
    ),
    "MAP_FIELD_NOT_FOUND": (
        _("The account no longer has a custom field that this export writes."),
        _("Edit the export and choose another field."),
    ),
    "SEGMENT_TOO_LARGE": (
        _("More profiles are selected than the export may send; nothing was sent."),
        _("Narrow the segments, or split them over several exports."),
    ),
    "SEGMENT_NOT_EVALUATED": (_("Nobody knows yet who is in the segment."), _("Refresh the segment.")),
    "PROFILES_MISSING": (_("There are no profiles yet."), _("A definitions file names their source.")),
    "SUPPRESSED_TOO_MANY": (
        _("Too many people have unsubscribed from this list to read them all; nothing was sent."),
        _("Export to a list in which fewer people have unsubscribed."),
    ),
    "CONNECTION_CHANGED": (
        _("The connection no longer leads to the account in which this run began."),
        _("Run the export again: that begins a new run."),
    ),
    "EXPORT_MOVED": (
        _("The export leads to another list or account than when this run was asked for; nothing was sent."),
        _("Run the export again: that begins a new run."),
    ),
    "CONNECTION_ATTENTION": (_("The last test of the connection failed."), _("Choose Connect to see why.")),
    "SERVER_ERROR": (_("ActiveCampaign has a failure of its own."), _("Try again later.")),
    "HOST_NOT_FOUND": (_("This host name does not exist."), _("Check the host.")),
    "HOST_REDIRECTS": (
        _("The host points elsewhere, and the key does not follow."),
        _("Copy the URL again from Settings › Developer: the account may have been renamed."),
    ),
    "SOURCE_NOT_FOUND": (
        _("A file that is to be read is not there."),
        _("Check that it was delivered."),
    ),
    "SOURCE_UNREADABLE": (
        _("A file may not be read by the account Leleka runs as."),
        _("An administrator gives it the right to read the file and its folder."),
    ),
    "INTERNAL_ERROR": (
        _("Something went wrong inside Leleka; what was confirmed stays confirmed."),
        _("Please report it with the lines of the log."),
    ),
    "TASK_DIED": (_("The process that worked on this died."), _("Ask again.")),
    "RUN_FINISHED": (_("The run has ended already."), ""),
    "NOTHING_TO_CONFIRM": (_("The run does not wait for confirmation."), ""),
    "EXPORT_UNKNOWN": (_("There is no such export."), ""),
    "RUN_UNKNOWN": (_("There is no such run."), ""),
    "SEGMENT_UNKNOWN": (_("There is no such segment."), ""),
    "TASK_UNKNOWN": (_("What was asked for is no longer kept."), _("Ask again.")),
    "RUN_WITHOUT_OUTCOMES": (_("The run has no report by profile."), ""),
    "MAP_EMAIL_MISSING": (_("An export needs the column that holds the e-mail address."), ""),
    # People, passwords, tokens.
    "PASSWORD_LENGTH": (_("The password is too short or too long: 12 characters at least."), ""),
    "PASSWORD_NAME": (_("The password holds your name or address."), ""),
    "PASSWORD_COMMON": (_("This is one of the passwords that are tried first."), ""),
    "PASSWORD_AGAIN": (_("The two passwords differ."), ""),
    "EMAIL_INVALID": (_("This is not an e-mail address."), ""),
    "PERSON_EXISTS": (_("There is somebody with this e-mail address."), ""),
    "PERSON_DISABLED": (_("This person is disabled."), _("Enable them first.")),
    "OWN_ROLE": (_("Nobody changes their own role."), _("Ask another administrator.")),
    "OWN_ACCOUNT": (_("Nobody disables themselves."), _("Ask another administrator.")),
    "LAST_ADMINISTRATOR": (
        _("This is the last administrator who can sign in."),
        _("Make somebody else an administrator first."),
    ),
    "TOKEN_EXISTS": (_("There is a token of this name."), ""),
    # Edits.
    "STALE": (_("Somebody else has changed this meanwhile."), _("Open it again and repeat your change.")),
    "MANAGED_BY_FILE": (
        _("This is managed by a definitions file and read-only here."),
        _("Change the file and apply it."),
    ),
    "EXPORT_RUNNING": (
        _("An export that needs this is running."),
        _("Wait until its run has ended, or cancel the run."),
    ),
    "NAME_TAKEN": (_("This name is taken already."), ""),
    "RUN_IN_PROGRESS": (_("The export is running already."), ""),
    "SEGMENT_IN_USE": (_("Exports send this segment."), _("Take it out of these exports first.")),
    "CONNECTION_NOT_SHARED": (
        _("This connection is for administrators."),
        _("An administrator can share it with contributors."),
    ),
    "CONNECTION_DETACHED": (_("The export has no connection."), _("Edit it and choose one.")),
    "RULE_YAML": (_("This is not valid YAML."), ""),
    "LIST_ID_INVALID": (
        _("A list is named by its id, a whole number such as 7, as ActiveCampaign shows it."),
        "",
    ),
    "MAP_COLUMN_UNKNOWN": (_("The profiles have no such column."), ""),
    "MAP_COLUMN_MISSING": (_("Choose the column of the profiles that goes there."), ""),
    "MAP_TARGET_TWICE": (_("This field has two columns."), ""),
    "MAP_FIELD_SHARED": (
        _("Another export writes this field of the same account in another way."),
        _("Map the same column in both, or another field in one of them."),
    ),
    "EXPORT_UNSETTLED": (
        _("Something that this export sent may still be on its way to ActiveCampaign."),
        _("Detach it instead, or remove it a day after its last run."),
    ),
}

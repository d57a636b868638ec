"""Problems of settings, keys and folders: what an administrator puts right on the server."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_NAME_IT: Final = msg(
    "If it lies elsewhere, name the settings of the service: leleka --env-file FILE COMMAND, or LELEKA_DATA_DIR "
    "and LELEKA_DATABASE_URL. leleka init makes a new installation."
)
_RESTORE_THE_FILE_FROM: Final = msg("Restore the file from your safe copy.")
_AN_ADMINISTRATOR_LOOKS_AT: Final = msg("An administrator must check the master key file on the server.")
_TO_HAVE_THE_DEFAULT: Final = msg("To use the default, unset {variable}.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "DATABASE_UNSAFE": Wording(
        msg("SQLite {version} cannot keep the state safely here: {wrong}."),
        msg("Put LELEKA_DATA_DIR on a local disk of this machine, or use PostgreSQL (LELEKA_DATABASE_URL)."),
    ),
    "DATA_DIR_FORBIDDEN": Wording(
        msg(
            "This runs as user {user:id}, who must own the data directory and be able to read and write it. It "
            "cannot be read and written."
        ),
        msg("Run: chmod -R u+rwX {folder}"),
    ),
    "DATA_DIR_FORBIDDEN.because": Wording(
        msg(
            "This runs as user {user:id}, who must own the data directory and be able to read and write it. "
            "{reason}."
        ),
        msg(
            "Run this as the owner of {folder}: the user of the service. LELEKA_DATA_DIR names another folder."
        ),
    ),
    "DATA_DIR_FORBIDDEN.inside": Wording(
        msg(
            "This runs as user {user:id}, who owns the data directory. A part of it belongs to user {owner:id}: a "
            "command was run by another user."
        ),
        msg("Give it back to the owner of the directory, as root: chown -R {user:id} {folder}"),
    ),
    "DATA_DIR_FORBIDDEN.owner": Wording(
        msg(
            "This runs as user {user:id}, who must own the data directory and be able to read and write it. It "
            "belongs to user {owner:id}."
        ),
        msg(
            "Run the command as that user, with the settings of the service: sudo -u '#{owner:id}' leleka "
            "--env-file FILE COMMAND. They use {folder}: do not change its owner."
        ),
    ),
    "DATA_DIR_UNUSABLE": Wording(
        msg("The data directory cannot be used: {reason}."),
        msg("Free up space for it, or set LELEKA_DATA_DIR to another folder."),
    ),
    "DATA_DIR_UNUSABLE.read_only": Wording(
        msg("The data directory is on a disk that is mounted read-only."),
        msg(
            "Mount it for writing, or set LELEKA_DATA_DIR to another folder. If it was writable before, the disk may "
            "be failing: look into the system's log."
        ),
    ),
    "ENV_FILE_INVALID": Wording(
        msg("Line {line} of the settings file is not NAME=value."),
        msg(
            "Write one NAME=value a line, without a comment behind it; the value bare or in quotes as a whole, and "
            "without a backslash: systemd then reads the same."
        ),
    ),
    "ENV_FILE_UNREADABLE": Wording(
        msg("The settings file cannot be read: {reason}."),
        msg("Run this as a user who may read it: the user of the service, or root."),
    ),
    "INSTALLATION_UNKNOWN": Wording(
        msg("There is no installation of Leleka in this data directory."), _NAME_IT
    ),
    "INSTALLATION_UNKNOWN.database": Wording(
        msg("There is no installation of Leleka in this database; the data directory is {folder}."), _NAME_IT
    ),
    "INSTALLATION_UNKNOWN.folder": Wording(
        msg("There is no installation of Leleka here: this data directory does not exist."), _NAME_IT
    ),
    "MASTER_KEY_DAMAGED": Wording(
        msg("A line of the master key file is not 'id:key' with a key of 32 bytes in base64."),
        _RESTORE_THE_FILE_FROM,
    ),
    "MASTER_KEY_DAMAGED.empty": Wording(msg("The master key file contains no key."), _RESTORE_THE_FILE_FROM),
    "MASTER_KEY_DAMAGED.general": Wording(msg("The master key file is damaged."), _AN_ADMINISTRATOR_LOOKS_AT),
    "MASTER_KEY_DAMAGED.text": Wording(msg("The master key file is not text."), _RESTORE_THE_FILE_FROM),
    "MASTER_KEY_DAMAGED.twice": Wording(
        msg("The master key file contains two keys called {name}."), _RESTORE_THE_FILE_FROM
    ),
    "MASTER_KEY_EXPOSED": Wording(
        msg("Users other than its owner can read the master key file."), msg("Run: chmod 600 {path}")
    ),
    "MASTER_KEY_EXPOSED.general": Wording(
        msg("Other users can read the master key file."), _AN_ADMINISTRATOR_LOOKS_AT
    ),
    "MASTER_KEY_INSIDE": Wording(
        msg("The master key must not be in the data directory: a copy of the one must not contain the other.")
    ),
    "MASTER_KEY_MISSING": Wording(
        msg("The master key file is missing, and stored API keys cannot be read without it."),
        msg("Restore the file, or point LELEKA_MASTER_KEY_FILE at it. Nothing was overwritten."),
    ),
    "MASTER_KEY_UNUSABLE": Wording(
        msg("The master key file cannot be used: {reason}."),
        msg("Give user {user:id} permission to use it, or set LELEKA_MASTER_KEY_FILE."),
    ),
    "MASTER_KEY_UNUSABLE.general": Wording(
        msg("The master key file cannot be used."), _AN_ADMINISTRATOR_LOOKS_AT
    ),
    "MASTER_KEY_WRONG": Wording(
        msg("The stored key was encrypted with master key {key}, which the key file does not contain."),
        msg("Put the right key file in place, or enter the API key again."),
    ),
    "MASTER_KEY_WRONG.general": Wording(
        msg("The API key was encrypted with another master key."), _AN_ADMINISTRATOR_LOOKS_AT
    ),
    "PLAIN_HTTP": Wording(
        msg("Passwords and personal data would cross the network unencrypted."),
        msg(
            "Put a reverse proxy with a certificate in front of it and set LELEKA_PUBLIC_URL to its https:// "
            "address, or serve on 127.0.0.1."
        ),
    ),
    "SECRET_UNREADABLE": Wording(
        msg("The stored API key does not belong to this connection and host, or was altered."),
        msg("Enter the API key again."),
    ),
    "SETTING_INVALID": Wording(msg("This is not a valid value: {detail}.")),
    "SETTING_INVALID.absolute": Wording(
        msg("These are whole paths, comma-separated: /run/secrets,/etc/leleka/keys.")
    ),
    "SETTING_INVALID.networks": Wording(
        msg("These are addresses or networks, comma-separated: 127.0.0.1,10.0.0.0/24,::1.")
    ),
    "SETTING_INVALID.variables": Wording(
        msg("These are names of variables, comma-separated: AC_KEY,AC_KEY_2.")
    ),
    "SETTING_INVALID.database_url": Wording(
        msg("This is not the URL of a PostgreSQL database."),
        msg("It reads postgresql://user:password@host:5432/name."),
    ),
    "SETTING_INVALID.domains": Wording(msg("These are domains, comma-separated: example.com,example.org.")),
    "SETTING_INVALID.empty": Wording(msg("The file that {variable} names is empty."), _TO_HAVE_THE_DEFAULT),
    "SETTING_INVALID.home": Wording(
        msg("The home folder that ~ stands for is not known; write the full path.")
    ),
    "SETTING_INVALID.hosts": Wording(
        msg("These are host[:port], comma-separated, without http:// and paths: 127.0.0.1:8765.")
    ),
    "SETTING_INVALID.link": Wording(msg("A link begins with https://.")),
    "SETTING_INVALID.mail_url": Wording(
        msg(
            "It is written smtps://user:password@host:465 or smtp://user:password@host:587, and what is not "
            "a letter or digit in user and password percent-encoded."
        )
    ),
    "SETTING_INVALID.mail_user": Wording(
        msg("User and password for {host} belong together, in ASCII characters.")
    ),
    "SETTING_INVALID.no_sender": Wording(msg("E-mail needs a sender address.")),
    "SETTING_INVALID.path": Wording(
        msg("This is a path and must not be empty; unset it to use the default.")
    ),
    "SETTING_INVALID.public_https": Wording(
        msg(
            "Outside this machine the pages need https: put a reverse proxy with a certificate in front of "
            "them, and write https:// here."
        )
    ),
    "SETTING_INVALID.public_url": Wording(
        msg("This is the address of the pages without a path, such as https://leleka.example.org.")
    ),
    "SETTING_INVALID.sender": Wording(
        msg("This must be an e-mail address alone, such as leleka@example.org.")
    ),
    "SETTING_INVALID.size": Wording(msg("A size is written like 512MB or 2GB.")),
    "SETTING_INVALID.speed": Wording(msg("The speed is a number above 0, or 'unlimited'.")),
    "SETTING_INVALID.time_zone": Wording(msg("There is no such time zone; one is called Europe/Kyiv.")),
    "SETTING_INVALID.unreadable": Wording(
        msg("The file that {variable} names cannot be read."), _TO_HAVE_THE_DEFAULT
    ),
    "SETTING_INVALID.url": Wording(msg("This is not a URL.")),
    "SETTING_INVALID.url_characters": Wording(
        msg("A URL has no blanks, backslashes or letters beyond ASCII.")
    ),
    "SETTING_INVALID.url_host": Wording(msg("It names no host.")),
    "SETTING_INVALID.webhook": Wording(msg("Webhook {number}: {problem}")),
    "SETTING_INVALID.webhook_host": Wording(
        msg("{host} is not in {variable}. Add it there if notices may be sent to it.")
    ),
    "SETTING_INVALID.webhook_hosts": Wording(
        msg("These are hosts, comma-separated, without https:// and port: hooks.example.org,*.example.com.")
    ),
    "SETTING_INVALID.webhook_https": Wording(
        msg("Write an https:// URL; plain http is for hosts in LELEKA_TEST_HOSTS ({host}).")
    ),
    "SETTING_INVALID.webhook_secret": Wording(
        msg("A secret of at least {least} visible ASCII characters signs webhooks.")
    ),
    "SETTING_INVALID.webhook_twice": Wording(msg("One webhook appears twice.")),
    "SETTING_INVALID.webhook_user": Wording(
        msg("A URL with a user or a # is not accepted: the signature identifies the sender.")
    ),
    "SPEED_INVALID": Wording(msg("The speed is a number above 0, or 'unlimited'.")),
    "WORKER_RUNNING": Wording(
        msg("Another worker is running, and SQLite allows one."),
        msg("Use the one there is, or PostgreSQL for several (LELEKA_DATABASE_URL)."),
    ),
}

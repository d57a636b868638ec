"""What object storage and web servers say: problems, and the steps of a test."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.registry import Words
from leleka.messages.wording import Wording, msg

_TRY_AGAIN: Final = msg("It is read again at the next refresh; if this lasts, ask whoever runs the storage.")
_ENTER_AGAIN: Final = msg("An administrator enters the credentials of the source connection again.")
_NARROW: Final = msg("Write a pattern that fits fewer objects, or a folder that has fewer.")
_PROBLEMS: Final[Mapping[str, Wording]] = {
    "SOURCE_CHANGED.object": Wording(
        msg("The object changed while it was read."), msg("It is read again at the next refresh.")
    ),
    "SOURCE_NOT_FOUND.object": Wording(
        msg("There is no such object."), msg("Check the URL, and that the object was delivered.")
    ),
    "SOURCE_NOT_FOUND.pattern": Wording(
        msg("No object fits the pattern."),
        msg("Check the pattern: a star ends at a slash, ** goes through all folders."),
    ),
    "STORAGE_ANSWER": Wording(
        msg("The server answers with HTTP {status} ({code})."), msg("Check the URL and the source connection.")
    ),
    "STORAGE_ANSWER.endless": Wording(
        msg("The server says neither how long the file is nor where it ends: half of it would look whole."),
        msg("Have the server send Content-Length, or the file in chunks as HTTP/1.1 does."),
    ),
    "STORAGE_ARCHIVED": Wording(
        msg("The object is in an archive tier and cannot be read now."),
        msg("Restore it, or have exports written to a tier that can be read at once."),
    ),
    "STORAGE_BROKEN": Wording(msg("The server fails with HTTP {status}."), _TRY_AGAIN),
    "STORAGE_BROKEN_OFF": Wording(
        msg("The connection to the server broke, or it did not answer in time. Nothing was kept."), _TRY_AGAIN
    ),
    "STORAGE_BUCKET_UNKNOWN": Wording(
        msg("There is no such bucket or container."),
        msg("Check its name, and that the source connection is the one of its account."),
    ),
    "STORAGE_BUSY": Wording(msg("The storage takes no more requests at the moment."), _TRY_AGAIN),
    "STORAGE_CERTIFICATE": Wording(
        msg("The server's certificate is not valid for this host, or nobody trusted signed it."),
        msg("Check the address; for a server of your own, enter its certificate authority in the source connection."),
    ),
    "STORAGE_CERTIFICATE_INVALID": Wording(
        msg("This is no certificate in PEM format."),
        msg("Paste everything from BEGIN CERTIFICATE to END CERTIFICATE, both lines included."),
    ),
    "STORAGE_CLOCK_WRONG": Wording(
        msg("The storage finds the time of this machine wrong."), msg("Set its clock, for example with NTP.")
    ),
    "STORAGE_CODING": Wording(
        msg("The server packs the file in a way that is not read here: {coding}."),
        msg("Have it delivered as it is, or with gzip."),
    ),
    "STORAGE_FORBIDDEN": Wording(
        msg("The credentials of the source connection may not read this."),
        msg("Permit them to list the bucket and to read its objects (for S3: s3:ListBucket and s3:GetObject)."),
    ),
    "STORAGE_KEY_EXPIRED": Wording(
        msg("The credentials, or the signed URL, have expired."),
        msg("An administrator enters new ones in the source connection."),
    ),
    "STORAGE_KEY_INCOMPLETE": Wording(
        msg("Access key ID and secret access key belong together, and one is missing."),
        msg("Enter both, or leave both empty for a public bucket."),
    ),
    "STORAGE_KEY_REFUSED": Wording(msg("The storage does not accept the credentials."), _ENTER_AGAIN),
    "STORAGE_NO_ROOM": Wording(
        msg("There is no room for it: {size} MB, and {free} MB are free."),
        msg("An administrator makes room on the disk of the data directory."),
    ),
    "STORAGE_NO_ROOM.full": Wording(
        msg("The disk of the data directory is full."), msg("An administrator makes room on it.")
    ),
    "STORAGE_OTHER_HOST": Wording(
        msg("The credentials of the source connection are for another server ({host})."),
        msg("Use the connection of this server, or none where it needs no credentials."),
    ),
    "STORAGE_PLAIN_HTTP": Wording(
        msg("Without encryption only hosts are read from that the operator named ({host} is not one)."),
        msg("Write https://, or have the host added to LELEKA_SOURCE_HOSTS."),
    ),
    "STORAGE_PLAIN_SECRETS": Wording(
        msg("The source connection has credentials, and http:// would send them without encryption."),
        msg("Write https://, or allow it in the source connection."),
    ),
    "STORAGE_REDIRECTS": Wording(
        msg("The server points to another address more than {most} times."), msg("Check the URL.")
    ),
    "STORAGE_REDIRECTED": Wording(
        msg("The storage points to another address ({host}), which is not followed without encryption."),
        msg("Enter that address, or use https."),
    ),
    "STORAGE_SCHEME": Wording(
        msg("The source connection does not read such URLs."), msg("Its URLs begin with: {schemes}.")
    ),
    "STORAGE_SERVICE_ACCOUNT_INVALID": Wording(
        msg("This is no key of a service account."), msg("Paste the whole JSON file that Google Cloud gives out.")
    ),
    "STORAGE_SETTINGS": Wording(
        msg("The settings of the source connection are not taken, for example its key or certificates."),
        _ENTER_AGAIN,
    ),
    "STORAGE_SLOW": Wording(
        msg("Hardly anything comes any more: {size} MB in {seconds} seconds. Nothing was kept."), _TRY_AGAIN
    ),
    "STORAGE_TOO_LARGE": Wording(
        msg("That is {size} MB; at most {most} MB are read."), msg("Export only what is needed.")
    ),
    "STORAGE_TOO_MANY": Wording(msg("{number} objects fit; at most {most} are read as one table."), _NARROW),
    "STORAGE_TOO_MANY.folder": Wording(
        msg("More than {most} objects would have to be looked at."), _NARROW
    ),
    "STORAGE_UNREACHABLE": Wording(
        msg("The server cannot be reached."),
        msg("Check the address, and whether a firewall lets this machine through."),
    ),
    "STORAGE_URL_INVALID": Wording(
        msg("This is not a URL of a file."), msg("Write for example s3://bucket/folder/file.csv or https://host/file.csv.")
    ),
    "STORAGE_URL_INVALID.bucket": Wording(
        msg("The URL does not name a bucket and an object in it."), msg("Write {scheme}://bucket/folder/file.csv.")
    ),
    "STORAGE_URL_INVALID.pattern": Wording(
        msg("A web server does not list its files, so a pattern finds nothing there."),
        msg("Name each file; write * as %2A and [ as %5B where they are part of a name."),
    ),
    "STORAGE_URL_INVALID.region": Wording(
        msg("A region has lower-case letters, digits and hyphens, for example eu-central-1."),
    ),
    "STORAGE_URL_INVALID.signed": Wording(
        msg("The URL holds a signature or a token, which everybody who sees the source could use."),
        msg("Put what stands behind the question mark into a source connection of the kind HTTPS, as its signature."),
    ),
    "STORAGE_URL_INVALID.user": Wording(
        msg("A user or password in a URL is not taken."), msg("Make a source connection that holds them.")
    ),
    "STORAGE_WRONG_REGION": Wording(
        msg("The bucket is in another region."), msg("Enter its region in the source connection.")
    ),
    "STORAGE_WRONG_REGION.told": Wording(
        msg("The bucket is in the region {region}."), msg("Enter this region in the source connection.")
    ),
}  # fmt: skip
_PROGRESS: Final[Mapping[str, str]] = {
    "STORAGE_EMPTY": msg("The bucket can be listed. It is empty."),
    "STORAGE_NO_BUCKET": msg(
        "No bucket to test with is named; the credentials are used when a source is read."
    ),
    "STORAGE_NO_SERVER": msg("No server is named; each URL is tried when it is read."),
    "STORAGE_REACHED": msg("The server answers."),
    "STORAGE_READABLE": msg("The bucket can be listed."),
}
WORDS: Final = Words(problems=_PROBLEMS, progress=_PROGRESS)

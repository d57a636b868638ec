"""Files of a server over SFTP. The server's key is given with the connection: any other is refused."""

import fnmatch
import io
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final

from leleka.connectors import pinned_socket
from leleka.connectors.adbc import driver
from leleka.connectors.arrow_parts import our_disk
from leleka.connectors.checks import REACH, READ, check_port
from leleka.connectors.messages import WORDS
from leleka.connectors.spec import ConnectorSpec, SettingInfo
from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.ports.connector import Bounds, Connector, Copied, RemoteColumn, Version, Wanted, Watch
from leleka.core.ports.destination import Check, CheckStatus, skipped
from leleka.core.secret import Secret
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater

EXTRA: Final = "sftp"
_KEY: Final = re.compile(
    r"(?:\S+\s+)?(ssh-ed25519|ecdsa-sha2-nistp\d+|ssh-rsa)\s+([A-Za-z0-9+/=]{40,2000})(?:\s.*)?"
)
_CHUNK: Final = 1_000_000  # bytes
_AHEAD: Final = 64  # pieces that are asked for before they are needed
_SETTLED: Final = 60.0  # seconds after which a time tells a change
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_MAGIC: Final = re.compile(r"[*?\[]")


def check_host_key(text: str) -> str:
    """Return the type and the key of a line that ssh-keyscan gives. Raises ``InvalidInput`` SOURCE_HOST_KEY_SYNTAX."""
    found = _KEY.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("SOURCE_HOST_KEY_SYNTAX")
    return f"{found[1]} {found[2]}"


@dataclass(frozen=True, slots=True)
class Settings:
    host: Annotated[
        str,
        SettingInfo(
            _("Host"),
            help=_("Its name or address. In a private network the operator must have allowed it."),
            example="files.example.org",
            address=True,
        ),
    ]
    user: Annotated[str, SettingInfo(_("User"), example="leleka", address=True)]
    host_key: Annotated[
        str,
        SettingInfo(
            _("Key of the server"),
            help=_(
                "A line that ssh-keyscan gives, compared with one that whoever runs the server tells you."
            ),
            example="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample",
            check=check_host_key,
            address=True,
        ),
    ]
    password: Annotated[
        Secret, SettingInfo(_("Password"), help=_("It is stored encrypted and never shown again."))
    ] = Secret("")  # noqa: RUF009 - nothing of it can change
    private_key: Annotated[
        Secret,
        SettingInfo(_("Private key"), help=_("In place of a password, without a passphrase."), lines=True),
    ] = Secret("")  # noqa: RUF009 - as above
    port: Annotated[str, SettingInfo(_("Port"), check=check_port, address=True)] = "22"


class Files:
    """``core.ports.Connector``."""

    def __init__(self, settings: Settings, bounds: Bounds) -> None:
        self._settings = settings
        self._bounds = bounds

    def check(self) -> Iterable[Check]:
        try:
            with self._opened() as files:
                yield Check(REACH, CheckStatus.PASSED, Message("SOURCE_REACHED"))
                found = files.listdir(".")
        except LelekaError as error:
            yield Check(REACH, CheckStatus.FAILED, problem=error.problems[0])
            yield skipped(READ)
            return
        yield Check(READ, CheckStatus.PASSED, Message("SOURCE_FILES_SEEN", files=len(found)))

    def names(self, limit: int) -> Sequence[str]:
        with self._opened() as files:
            return sorted(one for one in files.listdir("."))[:limit]

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        with self._opened() as files:
            _found(files, wanted)
        return ()

    def version(self, wanted: Wanted) -> Version:
        """Return no tag while a file is new: its time tells whole seconds, and it may be written twice in one."""
        with self._opened() as files:
            found = {path: files.stat(path) for path in _found(files, wanted)}
        modified = _newest(seen.st_mtime for seen in found.values())
        if any(utc_now().timestamp() - seen.st_mtime < _SETTLED for seen in found.values()):
            return Version(modified=modified)
        return Version("\n".join(_told(path, seen) for path, seen in found.items()), modified)

    def copy(self, wanted: Wanted, folder: Path, watch: Watch) -> Copied:
        made: list[Path] = []
        times: list[int] = []
        size = 0
        with self._opened() as files:
            for number, path in enumerate(_found(files, wanted)):
                seen = files.stat(path)
                before = _told(path, seen)
                aside = folder / f"{number:04d}"
                aside.mkdir()
                local = aside / (_SAFE.sub("_", PurePosixPath(path).name) or "file")
                _fetch(files, path, local, seen.st_size, partial(_tell, watch, size))
                size += seen.st_size
                if before != _told(path, files.stat(path)):
                    raise TryLater("SOURCE_CHANGED", where=PurePosixPath(path).name)
                made.append(local)
                times.append(seen.st_mtime)
        return Copied(tuple(made), modified=_newest(times))

    def close(self) -> None:
        """Nothing is held open between two questions."""

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Sign in and yield the files; what the library says comes out in our words."""
        paramiko = driver("paramiko", EXTRA)
        made = pinned_socket.connect(self._settings.host, int(self._settings.port), self._bounds.network)
        transport = None
        try:
            transport = paramiko.Transport(made)
            self._sign_in(paramiko, transport)
            files = paramiko.SFTPClient.from_transport(transport)
            files.get_channel().settimeout(pinned_socket.SILENT_SECONDS)
            yield files
        except paramiko.AuthenticationException:
            raise NeedsAttention("SOURCE_LOGIN") from None
        except (FileNotFoundError, PermissionError) as error:
            raise InvalidInput("SOURCE_NOT_FOUND") from error
        except (paramiko.SSHException, EOFError, OSError):
            raise TryLater("SOURCE_LOST") from None
        finally:
            with suppress(Exception):
                (transport or made).close()

    def _sign_in(self, paramiko: Any, transport: Any) -> None:
        settings = self._settings
        kind, _space, known = settings.host_key.partition(" ")
        with suppress(ValueError):  # of an RSA key the library offers newer signatures, under other names
            transport.get_security_options().key_types = (kind,)
        transport.start_client(timeout=pinned_socket.CONNECT_SECONDS)
        key = transport.get_remote_server_key()
        if key.get_base64() != known:
            raise NeedsAttention("SOURCE_HOST_KEY")
        private = settings.private_key.reveal()
        if private:
            transport.auth_publickey(settings.user, _private(paramiko, private))
        else:
            transport.auth_password(settings.user, settings.password.reveal())


def _private(paramiko: Any, text: str) -> Any:
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise NeedsAttention("SOURCE_PRIVATE_KEY")


def _found(files: Any, wanted: Wanted) -> Sequence[str]:
    """Return the paths that are asked for, in order; a pattern only in the last part of a path."""
    if not wanted.files:
        raise InvalidInput("SOURCE_FILES_ONLY")
    found: list[str] = []
    for pattern in wanted.files:
        path = PurePosixPath(pattern)
        if not _MAGIC.search(path.name):
            found.append(pattern)
            continue
        names = [one.filename for one in files.listdir_attr(str(path.parent)) if _is_file(one)]
        found += [str(path.parent / name) for name in sorted(names) if _fits(name, path.name)]
    if not found:
        raise InvalidInput("SOURCE_NOT_FOUND")
    return list(dict.fromkeys(found))


def _is_file(found: Any) -> bool:
    """Return whether it may be a file: a folder is none, a link is followed when it is read."""
    mode = found.st_mode or stat.S_IFREG
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _fits(name: str, pattern: str) -> bool:
    """Return whether a name fits a pattern; a hidden one, as of a file that is being uploaded, only a hidden one's."""
    return fnmatch.fnmatchcase(name, pattern) and (pattern.startswith(".") or not name.startswith("."))


def _tell(watch: Watch, before: int, done: int) -> None:
    watch(size=before + done)


def _newest(times: Iterable[int]) -> datetime:
    return datetime.fromtimestamp(max(times), UTC)


def _told(path: str, seen: Any) -> str:
    return f"{path} {seen.st_size} {seen.st_mtime}"


def _fetch(files: Any, path: str, local: Path, size: int, told: Callable[[int], None]) -> None:
    """Copy the first ``size`` bytes of a file: one that grows meanwhile would have no end."""
    done = 0
    with files.open(path, "rb") as there, local.open("xb") as here:
        there.prefetch(size, _AHEAD)
        while done < size and (chunk := there.read(min(_CHUNK, size - done))):
            with our_disk(local.parent):
                here.write(chunk)
            done += len(chunk)
            told(done)
    if done != size:
        raise TryLater("SOURCE_CHANGED", where=PurePosixPath(path).name)


def open_sftp(settings: Settings, bounds: Bounds) -> Connector:
    return Files(settings, bounds)


SPEC: Final = ConnectorSpec(
    kind="sftp",
    title="SFTP",
    settings=Settings,
    steps={REACH: _("Reach the server"), READ: _("List files")},
    open=open_sftp,
    tables=False,
    queries=False,
    extra=EXTRA,
    messages=WORDS,
)

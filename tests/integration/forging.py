"""Archives as somebody would make them who has the master key, or who has not."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from leleka.services.backups.manifest import NAME, Manifest, Member
from leleka.services.backups.reading import opened
from leleka.state.sealed_stream import SealedWriter
from leleka.state.secrets import MasterKeys


@dataclass
class Forged:
    """The members of an archive in their order, and its manifest; ``strange`` members are put in after them."""

    manifest: Manifest
    files: dict[str, bytes]
    strange: list[tarfile.TarInfo] = field(default_factory=list)
    behind: bool = False

    def edit(self, name: str, before: bytes, after: bytes) -> None:
        """Replace a piece of a member; the manifest follows."""
        assert before in self.files[name]
        self.put(name, self.files[name].replace(before, after))

    def put(self, name: str, content: bytes) -> None:
        """Put a member in, or in the place of another; the manifest follows."""
        self.files[name] = content
        rows = content.count(b"\n") if name.startswith("state/") else 0
        member = Member(name, len(content), hashlib.sha256(content).hexdigest(), rows)
        others = [one for one in self.manifest.members if one.name != name]
        at = list(self.files).index(name)
        self.manifest = replace(self.manifest, members=[*others[:at], member, *others[at:]])

    def drop(self, name: str) -> None:
        del self.files[name]
        members = [one for one in self.manifest.members if one.name != name]
        self.manifest = replace(self.manifest, members=members)


def forge(source: Path, target: Path, keys: MasterKeys, change: Callable[[Forged], None]) -> Path:
    """Write an archive anew, sealed with these keys, after a change to what is in it."""
    with opened(source, keys) as archive:
        forged = Forged(archive.manifest, {name: content.read() for name, content in archive.members()})
    change(forged)
    with target.open("wb") as file:
        sealed = SealedWriter(file, keys)
        with (
            gzip.GzipFile(fileobj=sealed, mode="wb") as packed,
            tarfile.open(fileobj=packed, mode="w|") as tar,
        ):
            files = [*forged.files.items(), (NAME, forged.manifest.text())]
            for name, content in files[::-1] if forged.behind else files:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
                if name == list(forged.files)[-1]:
                    for strange in forged.strange:
                        tar.addfile(strange, io.BytesIO(bytes(strange.size)))
        sealed.close()
    return target

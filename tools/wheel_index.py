"""Files of a package index, read with pip's own code, so that pip's settings (index, proxy,
certificates, credentials) hold here too.

pip offers no public interface for this; these parts of it have been the same from pip 22 to 25.
"""

import contextlib
import dataclasses
import hashlib

from pip._internal.commands.download import DownloadCommand
from pip._internal.index.collector import LinkCollector, parse_links
from pip._internal.models.link import Link
from pip._internal.network.lazy_wheel import LazyZipOverHTTP

PIECE = 1 << 20


@dataclasses.dataclass(frozen=True)
class File:
    """A wheel that the index offers."""

    name: str  # "torch-2.4.1-cp311-cp311-manylinux1_x86_64.whl"
    version: str
    python: str  # "cp311", "py2.py3"
    abi: str  # "cp311", "abi3", "none"
    platforms: tuple  # ("manylinux1_x86_64",)
    requires_python: str
    sha256: str
    url: str


def wheel(link):
    """The link as a File; None where it is no wheel, or was withdrawn."""
    if not link.filename.endswith(".whl") or link.is_yanked:
        return None
    parts = link.filename[:-len(".whl")].split("-")
    python, abi, platform = parts[-3:]
    return File(link.filename, parts[1], python, abi, tuple(platform.split(".")),
                link.requires_python or "", link.hash if link.hash_name == "sha256" else "",
                link.url_without_fragment)


class Index:
    def __init__(self, session, options):
        self.session = session
        self.collector = LinkCollector.create(session, options)

    def files(self, package):
        """All wheels of a package on the first index that has it."""
        for location in self.collector.search_scope.get_index_urls_locations(package):
            page = self.collector.fetch_response(Link(location))
            if page is not None:
                return [file for file in map(wheel, parse_links(page)) if file]
        raise LookupError(f"{package}: the index has no such package")

    def fetch(self, file, path):
        """Writes the whole wheel to `path`; its bytes must have the index's hash."""
        digest = hashlib.sha256()
        with self.session.get(file.url, stream=True,
                              headers={"Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            with open(path, "wb") as output:
                for piece in answer.iter_content(PIECE):
                    digest.update(piece)
                    output.write(piece)
        if digest.hexdigest() != file.sha256:
            raise ValueError(f"{file.name}: sha256 is {digest.hexdigest()}, not {file.sha256}")

    def peek(self, file):
        """The wheel as an open file of which only what is read is fetched (range requests)."""
        return LazyZipOverHTTP(file.url, self.session)


@contextlib.contextmanager
def open_index():
    command = DownloadCommand("download", "files of an index")
    options, _ = command.parse_args([])
    with command.main_context():
        yield Index(command.get_default_session(options), options)

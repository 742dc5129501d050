"""What a recipe names, looked up once: every input becomes a sorted list of sources, each known by name and fingerprint."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from manyo.collect.blocks import Blocks
from manyo.collect.members import compression_of, first_bytes
from manyo.errors import ManyoError

FORMATS: Final = {
    ".warc": "warc",
    ".wet": "wet",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}
COMPRESSIONS: Final = {".gz": "gzip", ".zst": "zstd"}
KNOWN: Final = "WARC and WET (plain, .gz, .zst), HTML and text files, JSONL (plain, .gz, .zst), Parquet"
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*(::|://)")
_MAGIC: Final = re.compile(r"[*?\[]")
_SIGNS: Final = re.compile(
    r"(x-amz-.*|x-goog-.*|signature|awsaccesskeyid|googleaccessid|key-pair-id|policy|expires|sig"
    r"|.*[_-]?(token|apikey|api[_-]key|secret|password))\Z"
)
_SNIFF: Final = 65536
_ACCESS: Final = "see that it is there and that you may read it, or leave it out"


@dataclass(frozen=True, slots=True)
class Columns:
    """What the fields of JSONL and Parquet are called. A row with HTML is read as HTML, else its text is taken."""

    text: str = "text"
    html: str = "html"
    url: str = "url"
    date: str = "date"
    id: str = "id"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the input.

    `file`: its name in the ledger, relative to the recipe's folder when it lies inside, else as the recipe named it;
    UTF-8 always (bytes that are not become `\\xNN`). `url`: what opens it. `format`: "warc", "wet", "html", "text",
    "jsonl", "parquet". `compression`: "", "gzip", "zstd". `size`: bytes as stored. `fingerprint`: changes when the file
    does: size and modification time of a local file, size and ETag (or time) of a remote one.
    """

    file: str
    url: str
    format: str
    compression: str
    size: int
    fingerprint: str
    columns: Columns = Columns()

    def open(self) -> BinaryIO:
        """The file, seekable. Raises `ManyoError` when it is gone, unreadable, or not what was planned with."""
        try:
            if is_remote(self.url):
                import fsspec

                filesystem, path = fsspec.core.url_to_fs(self.url)
                now = _remote_fingerprint(filesystem.info(path))
                file = filesystem.open(path, "rb")
            else:
                file = Path(self.url).open("rb", buffering=0)  # noqa: SIM115 (the caller closes it)
                now = _fingerprint(os.fstat(file.fileno()))
        except (OSError, ValueError, ImportError) as error:
            raise ManyoError(f"the input cannot be read: {_reason(error)}", where=self.file, hint=_ACCESS) from error
        if now != self.fingerprint:
            file.close()
            raise ManyoError(
                "the input has changed since the work was planned",
                where=self.file,
                hint="leave inputs alone while they are read; to take the new ones, build into a new folder",
            )
        return cast(BinaryIO, file)


def find(inputs: Sequence[str], *, base: str, columns: Mapping[str, str] | None = None) -> list[Source]:
    """The files that `inputs` name, sorted by `file`, each once.

    `inputs`: paths, folders (read to the bottom; hidden files, and files of no known ending, are passed over), globs
    (`**` too), and fsspec URLs with or without a glob; relative ones start at `base`. `columns` renames the fields of
    tables, such as `{"text": "content"}`. Formats go by the file's first bytes, then by its name.

    Raises `ManyoError` for an input that is missing, unreadable, matches nothing or has no known format, for a table
    with neither column, for an unknown key in `columns`, and when nothing but empty files was found.
    """
    unknown = sorted(set(columns or {}) - set(Columns.__dataclass_fields__))
    if unknown:
        known = ", ".join(Columns.__dataclass_fields__)
        raise ManyoError("unknown column role", where=f"columns.{unknown[0]}", hint=f"the roles are {known}")
    roles = replace(Columns(), **(columns or {}))
    if isinstance(inputs, str):
        inputs = [inputs]
    found: dict[str, Source] = {}
    for index, given in enumerate(inputs):
        where = public(f"inputs[{index}] = {given!r}")
        matches = _remote(given, roles, where) if is_remote(given) else _local(given, base, roles, where)
        for source in matches:
            found.setdefault(source.url, source)
    if not found:
        raise ManyoError("no input is named", where="inputs", hint="name at least one file, folder, glob or URL")
    if not any(source.size for source in found.values()):
        where = ", ".join(sorted(source.file for source in found.values())[:3])
        raise ManyoError("every input is empty", where=where, hint="fetch or write the files again")
    return sorted(found.values(), key=lambda source: (source.file, source.url))


def is_remote(given: str) -> bool:
    """Whether fsspec opens it. A `file://` URL is local.

    >>> is_remote("s3://bucket/crawl/*.warc.gz"), is_remote("file:///data/a.txt"), is_remote("頁/a.html")
    (True, False, False)
    """
    return bool(_URL.match(given)) and not given.startswith("file://")


def named_format(name: str) -> tuple[str, str]:
    """Format and compression as a file's name tells them; "" where it does not.

    >>> named_format("CC-MAIN-2024-00001.warc.wet.gz"), named_format("頁.HTML"), named_format("README")
    (('wet', 'gzip'), ('html', ''), ('', ''))
    """
    stem, ending = os.path.splitext(name.lower())  # noqa: PTH122 (a URL's name is no path)
    compression = COMPRESSIONS.get(ending, "")
    if compression:
        ending = os.path.splitext(stem)[1]  # noqa: PTH122
    return FORMATS.get(ending, ""), compression


def _local(given: str, base: str, roles: Columns, where: str) -> Iterator[Source]:
    typed = os.path.expanduser(given.removeprefix("file://"))  # noqa: PTH111 (pathlib would drop a trailing slash)
    root = os.path.abspath(base)  # noqa: PTH100 (links in the path are the user's own business)
    path = os.path.normpath(os.path.join(root, typed))  # noqa: PTH118
    if os.path.lexists(path):
        paths = [path]
    elif _MAGIC.search(typed):
        try:
            paths = _glob(path)
        except (ValueError, NotImplementedError) as error:
            said = f"this is no pattern: {error}"
            raise ManyoError(said, where=where, hint="* and ? stand for letters, ** for folders") from error
        if not paths:
            raise ManyoError("nothing matches this pattern", where=where, hint=f"it was looked for in {root}")
    else:
        raise ManyoError("there is no such file or folder", where=where, hint=f"it was looked for in {root}")
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112
            inside = list(_walk(path))
            if not inside:
                raise ManyoError("the folder holds nothing that can be read", where=where, hint=f"known are: {KNOWN}")
        else:
            inside = [path]
        for file in inside:
            within = file.startswith(root.rstrip("/") + "/")
            name = file if os.path.isabs(typed) and not within else os.path.relpath(file, root)  # noqa: PTH117
            yield _local_source(file, os.fsencode(name).decode("utf-8", "backslashreplace"), roles, where)


def _glob(pattern: str) -> list[str]:
    """The matches of an absolute pattern, sorted; never through a linked folder under `**`, never a hidden file."""
    parts = pattern.split("/")
    plain = next(index for index, part in enumerate(parts) if _MAGIC.search(part))
    root, rest = Path("/".join(parts[:plain]) or "/"), "/".join(parts[plain:])
    shown = (match for match in root.glob(rest) if not any(p.startswith(".") for p in match.relative_to(root).parts))
    return sorted(str(match) for match in shown)


def _walk(top: str) -> Iterator[str]:
    """The files of known ending under a folder, each linked folder entered once, so that a loop of links ends."""
    entered: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            said = f"the folder cannot be read: {_reason(error)}"
            raise ManyoError(said, where=_shown(folder), hint=_ACCESS) from error
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                waiting.append(entry.path)
            elif named_format(entry.name)[0]:
                yield entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself: no folder, and as a file it will be refused by name
        return False


def _local_source(path: str, name: str, roles: Columns, where: str) -> Source:
    place = where if name in where else f"{where}: {name}"
    try:
        status = os.stat(path)  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode):
            raise ManyoError("this is neither a file nor a folder", where=place, hint="name one, or leave this out")
        source = Source(name, path, "", "", status.st_size, _fingerprint(status), roles)
        form, _ = named_format(path)
        if form in ("html", "text") and path.lower().endswith(tuple(FORMATS)):
            if not os.access(path, os.R_OK):
                raise PermissionError(13, "permission denied")
            return replace(source, format=form)
        with Path(path).open("rb", buffering=0) as file:
            return _recognise(source, file, place)
    except OSError as error:
        raise ManyoError(f"the file cannot be read: {_reason(error)}", where=place, hint=_ACCESS) from error


def _recognise(source: Source, file: BinaryIO, where: str) -> Source:
    """Format and compression from the file's first bytes; where they leave it open, from its name."""
    form, compression = named_format(source.url.split("?")[0] if is_remote(source.url) else source.url)
    blocks = Blocks(file, _SNIFF)
    head = bytes(blocks.at(0, 4))
    if head:
        compression = compression_of(head)
    unpacked = first_bytes(blocks, compression)
    start = (unpacked or b"")[:_SNIFF]
    if start.startswith(b"WARC/") or b"\nWARC/1." in start:
        form = "wet" if form == "wet" else "warc"
    elif start.startswith(b"PAR1"):
        form = "parquet"
    elif form in ("warc", "wet", "parquet") and start:
        raise ManyoError(
            f"this is no {form.upper()} file, whatever its name",  # what it is may be somebody's letter: not shown
            where=where,
            hint="fetch it again if the download failed, or leave it out",
        )
    elif not form and start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        form = "jsonl"
    elif not form and re.match(rb"\s*<(!doctype html|html|head|body|\?xml)", start, re.IGNORECASE):
        form = "html"
    if not form:
        raise ManyoError("the format of this file is not known", where=where, hint=f"known are: {KNOWN}")
    if form == "parquet" and source.size:
        from manyo.collect.tables import check_columns

        check_columns(file, source.columns, where)
    return replace(source, format=form, compression="" if form == "parquet" else compression)


def _remote(given: str, roles: Columns, where: str) -> Iterator[Source]:
    import fsspec

    web = given.startswith(("http://", "https://"))  # where "?" begins a query
    try:
        filesystem, path = fsspec.core.url_to_fs(given)
        if re.search(r"[*\[]" if web else r"[*?\[]", path):
            entries: dict[str, Any] = filesystem.glob(path, detail=True)
        elif not web and filesystem.isdir(path):
            entries = filesystem.find(path, detail=True)
            entries = {name: info for name, info in entries.items() if _usable(name, path)}
        else:
            entries = {path: filesystem.info(path)}
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        said = f"the input cannot be reached: {_reason(error)}"
        raise ManyoError(said, where=where, hint="check the address, the network and your rights") from error
    files = {name: info for name, info in entries.items() if info.get("type", "file") == "file"}
    if not files:
        raise ManyoError("nothing was found here", where=where, hint=f"known are: {KNOWN}")
    for name, info in files.items():
        url = given if name == path else str(filesystem.unstrip_protocol(name))
        size = info.get("size")
        if size is None:
            raise ManyoError("the server does not say how long this is", where=public(url), hint="download it first")
        source = Source(public(url), url, "", "", int(size), _remote_fingerprint(info), roles)
        form, compression = named_format(url.split("?")[0])
        if form and form != "parquet":  # its first bytes would cost a request: the name is believed
            yield replace(source, format=form, compression=compression)
            continue
        with source.open() as file:
            yield _recognise(source, file, public(url))


def _usable(name: str, folder: str) -> bool:
    parts = name[len(folder) :].split("/")
    return bool(named_format(name)[0]) and not any(part.startswith(".") for part in parts)


def public(text: str) -> str:
    """A text with URLs, without what opens them: a name and a password, the signature in the query of a signed URL.

    What is taken for a signature are the parameters that S3, Google Cloud, CloudFront and Azure sign with, and tokens.
    Others stay: they may say which file is meant.

    >>> public("https://user:secret@example.com/a.warc.gz")
    'https://example.com/a.warc.gz'
    >>> public("https://b.s3.amazonaws.com/a.warc.gz?id=7&X-Amz-Credential=AK%2F1&X-Amz-Signature=5fe")
    'https://b.s3.amazonaws.com/a.warc.gz?id=7'
    """
    return re.sub(r"\?[^\s'\"]*", _unsigned, re.sub(r"://[^/@\s]*@", "://", text)) if "://" in text else text


def _unsigned(query: re.Match[str]) -> str:
    head, mark, fragment = query[0].partition("#")
    pairs = head[1:].split("&")
    names = [pair.partition("=")[0].lower() for pair in pairs]
    shared = "sig" in names  # Azure: two letters each, which elsewhere may mean anything
    kept = [pair for pair, name in zip(pairs, names, strict=True) if not _SIGNS.match(name)]
    kept = [pair for pair in kept if not (shared and re.match(r"s[a-z]{1,3}=", pair, re.IGNORECASE))]
    return ("?" + "&".join(kept) if kept else "") + mark + fragment


def _fingerprint(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


def _remote_fingerprint(info: Mapping[str, Any]) -> str:
    marks = (info.get(key) for key in ("ETag", "etag", "checksum", "md5Hash", "LastModified", "mtime", "created"))
    mark = next((str(mark) for mark in marks if mark), "")
    return f"{info.get('size')}-{mark}"


def _reason(error: Exception) -> str:
    """What the system said, without the path (which the message names once, and safely)."""
    said = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
    return public(said or type(error).__name__)


def _shown(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")

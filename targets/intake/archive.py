"""The parts of an xlsx archive, opened only when it is what its name says and within the limits.

A workbook is a zip file of XML. Before a part is read its unpacked size and the ratio it claims are looked at, so that
a small file cannot become gigabytes; a part that declares a document type is refused, so that no entity can expand.
"""

from __future__ import annotations

import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NoReturn
from xml.parsers import expat

from rules.diagnostic import Diagnostic, Span, Text, refuse, say

FILE_BYTES_MAX = 20_000_000
PARTS_MAX = 2_000
UNPACKED_BYTES_MAX = 200_000_000
RATIO_MAX = 200
PROLOGUE_BYTES_MAX = 65_536
# Below this an empty formatted sheet may well shrink two-hundredfold; above it nothing honest does.
RATIO_LOOKED_AT_BYTES = 20_000_000

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    OverflowError,
)


def read_bytes(path: Path, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """The file's bytes. Raises Refused when it cannot be read or is larger than the limit."""
    span = Span(str(path))
    try:
        size = path.stat().st_size
        if size > bytes_max:
            _refuse_size(span, say("{size} bytes", size=size), say("at most {most} bytes", most=bytes_max))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        refuse(Diagnostic("DX001", span, say("{reason}", reason=reason), say("a file that can be read")))


class Archive:
    """The parts of a workbook by name. Every method raises Refused when the file is damaged or beyond the limits."""

    def __init__(self, path: Path) -> None:
        self.span = Span(str(path))
        self.raw = read_bytes(path)
        if not self.raw.startswith(b"PK"):
            self.refuse(*_foreign(self.raw))
        try:
            self._zip = zipfile.ZipFile(BytesIO(self.raw))
            entries = self._zip.infolist()
        except _DAMAGE:
            self.refuse_damaged()
        self._entries = {_part_name(entry.filename): entry for entry in entries}
        self._hold_to_limits()
        self._refuse_other_office_files()

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    def part(self, name: str) -> bytes:
        """The unpacked part."""
        entry = self._entries.get(name.casefold())
        if entry is None:
            self.refuse_damaged()
        try:
            return self._zip.read(entry)
        except _DAMAGE:
            self.refuse_damaged()

    def count(self, folder: str, piece: bytes) -> int:
        """How often the piece stands in the parts of a folder."""
        return sum(self.part(name).count(piece) for name in self._entries if name.startswith(folder))

    def refuse_document_types(self) -> None:
        """No XML part may declare a document type: nothing honest writes one, and entities hide in it."""
        for name in self._entries:
            if name.endswith((".xml", ".rels", ".vml")) and _declares_type(self.part(name)):
                self.refuse_document_type()

    def refuse_document_type(self) -> NoReturn:
        self.refuse(say("an XML part with a document type"), say("save it again with Excel or WPS; they write none"))

    def refuse(self, found: Text, hint: Text) -> NoReturn:
        refuse(Diagnostic("DX500", self.span, found, say("an Excel workbook (.xlsx)"), hint))

    def refuse_damaged(self) -> NoReturn:
        self.refuse(say("a damaged workbook"), say("open it in Excel or WPS, save it again as .xlsx, and import that"))

    def _hold_to_limits(self) -> None:
        if len(self._entries) > PARTS_MAX:
            _refuse_size(
                self.span, say("{parts} parts", parts=len(self._entries)), say("at most {most} parts", most=PARTS_MAX)
            )
        unpacked = sum(entry.file_size for entry in self._entries.values())
        packed = sum(entry.compress_size for entry in self._entries.values())
        ballooning = unpacked > RATIO_LOOKED_AT_BYTES and unpacked > RATIO_MAX * max(packed, 1)
        if unpacked > UNPACKED_BYTES_MAX or ballooning:
            found = say("{size} bytes when unpacked", size=unpacked)
            _refuse_size(self.span, found, say("at most {most} bytes", most=UNPACKED_BYTES_MAX))

    def _refuse_other_office_files(self) -> None:
        names = self._entries
        again = say("open it in Excel or WPS and save it as .xlsx")
        if "mimetype" in names:
            self.refuse(say("an OpenDocument file (.ods)"), again)
        if any(name.endswith("workbook.bin") for name in names):
            self.refuse(say("a binary workbook (.xlsb)"), again)
        if any(name.startswith(("word/", "ppt/")) for name in names):
            self.refuse(say("a Word or PowerPoint file"), say("copy the table into a workbook"))
        if "[content_types].xml" not in names:
            self.refuse(say("a zip archive that is no workbook"), say("unpack it and import the workbook inside"))


def _declares_type(raw: bytes) -> bool:
    """Whether a document type comes before the first element."""
    found: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    with suppress(expat.ExpatError):
        parser.Parse(raw[:PROLOGUE_BYTES_MAX], False)
    return bool(found)


def _refuse_size(span: Span, found: Text, expected: Text) -> NoReturn:
    hint = say("delete the empty formatted rows and columns and the pictures, or split the file")
    refuse(Diagnostic("DX003", span, found, expected, hint))


def _part_name(name: str) -> str:
    """Names in an archive are compared without case; some writers separate folders by backslashes."""
    return str(PurePosixPath(name.replace("\\", "/"))).lstrip("/").casefold()


def _foreign(raw: bytes) -> tuple[Text, Text]:
    """What a file is that is no zip archive, and what to do about it."""
    if not raw:
        return say("an empty file"), say("export or copy the file again")
    if raw.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            return say("a workbook with a password"), say("open it, remove the password, and save it again")
        return say("an old workbook (.xls or .et)"), say("open it in Excel or WPS and save it as .xlsx")
    start = raw[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<meta")):
        return say("a web page with another name"), say("open it in Excel or WPS and save it as .xlsx")
    if start.startswith(b"<?xml"):
        return say("an XML file with another name"), say("open it in Excel or WPS and save it as .xlsx")
    if start.startswith(b"%pdf"):
        return say("a PDF file"), say("import the workbook that it was printed from")
    if b"\0" not in raw[:4096]:
        return say("a text file with another name"), say("name it .csv and import it as a table")
    return say("a file of another kind"), say("open it in Excel or WPS and save it as .xlsx")

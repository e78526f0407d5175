"""Which files there are, what they are, and their bytes as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO, cast

from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.imports.model import Format, Input

FORMATS: dict[str, Format] = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".tab": "delimited",
    ".txt": "delimited",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xes": "xes",
}
OLD_EXCEL = ".xls"
HEAD = 1 << 20
SHORT = 1 << 12
CHUNK = 1 << 22
MAGIC_GZIP = b"\x1f\x8b"
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file to read; `name` is what people see, `bare` the name without `.gz`.

    `meant` is False for a file that was only found in a folder: it may be none of ours.
    """

    path: Path
    name: str
    zipped: bool
    meant: bool = True

    @property
    def bare(self) -> str:
        """The name without `.gz`."""
        return self.name[:-3] if self.name.lower().endswith(".gz") else self.name

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size

    def open(self) -> BinaryIO:
        """Open the bytes, unzipped."""
        return cast(BinaryIO, gzip.open(self.path) if self.zipped else self.path.open("rb"))

    def head(self, count: int = HEAD) -> bytes:
        """Return the first bytes, unzipped."""
        with self.open() as stream:
            return stream.read(count)


def gather(paths: Sequence[Path], names: dict[Path, str] | None = None) -> list[File]:
    """Return the files meant by `paths`; folders are walked. Raises NotFound for what is not there.

    `names` gives uploaded files the names they came with.
    """
    files: list[File] = []
    for path in paths:
        if path.is_dir():
            files += [
                replace(_file(inner, inner.name), meant=False) for inner in sorted(_walk(path))
            ]
        elif path.is_file():
            files.append(_file(path, (names or {}).get(path, path.name)))
        else:
            raise NotFound(
                "import.no_file",
                Text(f"There is no file {path}.", f"没有文件 {path}。"),
                file=str(path),
            )
    return files


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _file(path: Path, name: str) -> File:
    with path.open("rb") as stream:
        zipped = stream.read(2) == MAGIC_GZIP
    found = File(path, name, zipped)
    if zipped:
        with _sound(found):
            found.head()
    return found


def check_whole(file: File, folder: Path) -> None:
    """Read a zipped file to its end, because the engine takes one that was cut off for whole.

    Raises Invalid for a damaged file, and for one that unpacked would fill the disk of `folder`.
    """
    if not file.zipped:
        return
    room = shutil.disk_usage(folder).free
    size = 0
    with _sound(file), file.open() as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > room:
                raise Invalid(
                    "import.no_room",
                    Text(
                        f"{file.name} is larger unpacked than the free disk.",
                        f"{file.name} 解压后的大小超过可用磁盘空间。",
                    ),
                    file=file.name,
                )


@contextmanager
def _sound(file: File) -> Iterator[None]:
    """Turn what gzip says of a damaged file into Invalid."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Invalid(
            "import.gzip",
            Text(
                f"{file.name} is damaged or was cut off: make or send it again.",
                f"{file.name} 已损坏或不完整：请重新生成或重新发送。",
            ),
            file=file.name,
        ) from error


def format_of(file: File, declared: Format | None = None) -> Format:
    """Return what the file is, by its name; raises Invalid when that does not tell."""
    if declared is not None:
        return declared
    ending = Path(file.bare).suffix.lower()
    if ending == OLD_EXCEL:
        raise Invalid(
            "import.old_excel",
            Text(
                f"{file.name} is a workbook of the old kind: open it and save as .xlsx, or as CSV.",
                f"{file.name} 是旧版工作簿：请打开后另存为 .xlsx 或 CSV。",
            ),
            file=file.name,
        )
    if ending not in FORMATS:
        known = ", ".join(FORMATS)
        raise Invalid(
            "import.format",
            Text(
                f"What {file.name} is cannot be told from its name; known endings: {known}.",
                f"无法从文件名判断 {file.name} 的格式；支持的后缀：{known}。",
            ),
            file=file.name,
        )
    return FORMATS[ending]


def assign(
    files: Sequence[File], inputs: Sequence[Input]
) -> tuple[dict[str, list[File]], list[File]]:
    """Give each file to the first input whose pattern fits; return also the files nobody wants.

    Raises NotFound when an input that is needed gets none.
    """
    taken: dict[str, list[File]] = {part.name: [] for part in inputs}
    left: list[File] = []
    for file in files:
        owner = next((part.name for part in inputs if _fits(file, part)), None)
        taken[owner].append(file) if owner else left.append(file)
    for part in inputs:
        if not taken[part.name] and not part.optional:
            wanted = ", ".join(part.files)
            raise NotFound(
                "import.input_missing",
                Text(
                    f"The template needs a file named like {wanted}, and there is none.",
                    f"导入模板需要名称形如 {wanted} 的文件，但没有找到。",
                ),
                input=part.name,
            )
    if not any(taken.values()):
        raise NotFound(
            "import.nothing",
            Text("None of the files fits the template.", "没有文件符合该导入模板。"),
        )
    return taken, left


def _fits(file: File, part: Input) -> bool:
    known = Path(file.bare).suffix.lower() in FORMATS
    if part.format is None and not known and not file.meant:
        return False
    return any(fnmatchcase(file.bare.lower(), pattern.lower()) for pattern in part.files)


def encoding_of(file: File, declared: str | None = None) -> str:
    """Return the encoding of a text file: as declared, by its mark, UTF-8, or GB18030.

    Raises Invalid when it is none of these, so that nobody's words are garbled in silence.
    """
    head = file.head()
    if declared is not None:
        return _known_codec(declared)
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    if b"\0" in head[:SHORT] and (unmarked := _unmarked_utf16(head[:SHORT])):
        return unmarked
    if _decodes(head, "utf-8"):
        return "utf-8"
    if _decodes(head, "gb18030") and _looks_chinese(head):
        return "gb18030"
    raise Invalid(
        "import.encoding",
        Text(
            f"{file.name} is neither UTF-8 (see line {_broken_line(head)}) nor GB18030: write its "
            'encoding into the mapping (for example encoding = "latin-1") or save it as UTF-8.',
            f"{file.name} 既不是 UTF-8（见第 {_broken_line(head)} 行）也不是 GB18030："
            '请在映射中写明编码（例如 encoding = "latin-1"），或另存为 UTF-8。',
        ),
        file=file.name,
    )


def _unmarked_utf16(head: bytes) -> str | None:
    """Return the UTF-16 of a text without a mark: every other byte of its Latin signs is NUL."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    most, least = max(even, odd), min(even, odd)
    if most * 8 < len(head) or least * 8 > most:
        return None
    mark = "utf-16-be" if even > odd else "utf-16-le"
    return mark if _decodes(head[: len(head) // 2 * 2], mark) else None


def _known_codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise Invalid(
            "import.encoding_unknown",
            Text(f"There is no encoding “{name}”.", f"没有编码“{name}”。"),
            encoding=name,
        ) from error


def _decodes(head: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with suppress(UnicodeDecodeError):
        decoder.decode(head, final=len(head) < HEAD)
        return True
    return False


def _broken_line(head: bytes) -> int:
    """Return the line of the first byte that is not in UTF-8."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return head.count(b"\n", 0, error.start) + 1
    return 1


def _looks_chinese(head: bytes) -> bool:
    """Tell whether GB18030 gives Chinese, and not another alphabet's bytes in pairs."""
    words = head.decode("gb18030", "ignore")
    foreign = [letter for letter in words if ord(letter) > 127]
    han = [
        letter
        for letter in foreign
        if "\u4e00" <= letter <= "\u9fff" or letter in "，。：；！？、（）“”"
    ]
    level_one = sum(_in_level_one(letter) for letter in han)
    return bool(foreign) and len(han) >= 0.9 * len(foreign) and level_one >= 0.7 * len(han)


def _in_level_one(letter: str) -> bool:
    """Tell whether the character is among GB 2312's frequent ones or its punctuation."""
    pair = letter.encode("gb18030")
    return len(pair) == 2 and (0xB0 <= pair[0] <= 0xD7 or 0xA1 <= pair[0] <= 0xA3)


def as_utf8(file: File, encoding: str, folder: Path) -> File:
    """Return the file in UTF-8: itself, or a copy in `folder`.

    What does not fit a foreign encoding becomes a byte that no UTF-8 has, so it spoils its row.
    """
    if encoding in ("utf-8", "utf-8-sig"):
        return file
    copy = folder / f"{file.path.name}.utf8"
    decoder = codecs.getincrementaldecoder(encoding)(SPOILT)
    with file.open() as stream, copy.open("wb") as target:
        while chunk := stream.read(CHUNK):
            target.write(decoder.decode(chunk).encode("utf-8", "surrogateescape"))
        target.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))
    return File(copy, file.name, zipped=False)


def _spoilt(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


SPOILT = "regulars.spoilt"
codecs.register_error(SPOILT, _spoilt)


def check_text(file: File) -> None:
    """Raise Invalid for a file whose very first line has NUL bytes: it is no text.

    Further down a NUL spoils its own row only.
    """
    head = file.head()
    ends = [at for at in (head.find(b"\n"), head.find(b"\r")) if at >= 0]
    if b"\0" in head[: min(ends, default=len(head))]:
        raise not_text(file)


def not_text(file: File) -> Invalid:
    """Return the error of a file that is no text."""
    return Invalid(
        "import.not_text",
        Text(
            f"{file.name} is no text file: it has NUL bytes. Save it as CSV or JSON Lines in "
            "UTF-8, or give it the ending of what it is (.xlsx, .parquet).",
            f"{file.name} 不是文本文件（含空字节）：请另存为 UTF-8 的 CSV 或 JSON Lines，"
            "或改用与内容相符的后缀（.xlsx、.parquet）。",
        ),
        file=file.name,
    )


def unzipped(file: File, folder: Path) -> File:
    """Return the file without gzip: itself, or a copy in `folder`."""
    if not file.zipped:
        return file
    copy = folder / f"{file.path.name}.plain"
    with file.open() as stream, copy.open("wb") as target:
        shutil.copyfileobj(stream, target, CHUNK)
    return File(copy, file.name, zipped=False)

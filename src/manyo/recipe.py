"""What a person may ask for: one TOML file, checked before anything runs.

    name = "town-office"
    inputs = ["crawl/*.warc.gz", "documents/"]

is a whole recipe; everything else has a default. Every key is known, or the error names the nearest known one. A
recipe's *digest* covers what can change the released bytes; how many workers run and how much memory they may take
cannot, and is left out of it.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from manyo.collect import Columns, public
from manyo.dedupe import BenchmarkSettings as Decontaminate
from manyo.dedupe import LineSettings as Lines
from manyo.dedupe import Settings as Dedupe
from manyo.errors import ManyoError
from manyo.read import Settings as Read

_UNITS: Final = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}


@dataclass(frozen=True)
class Judge:
    """Which rules decide: the name of a rule set that ships with Manyo, a path, and changes to single rules.

    `thresholds` changes single rules (`too_short.min = 150`); `disable` names rules to leave out. The rules themselves, and
    these changes, are checked by `manyo.judge.load`.
    """

    rules: str = "manyo"
    thresholds: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    disable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """What is measured beyond what always is.

    `lists` are word lists of the user's, name and path: each gives four measures. `words` is the tokenizer for
    measures by words: "sudachi", "mecab", or "" for none.
    """

    lists: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    words: str = ""


@dataclass(frozen=True)
class Protect:
    """Which kinds of personal information are masked; an empty list masks none."""

    kinds: tuple[str, ...] = ("email", "phone", "card", "my_number", "postal_address")


@dataclass(frozen=True)
class Release:
    """What the dataset card says, and which measures go with each released document."""

    title: str = ""
    licence: str = "other"
    quality: tuple[str, ...] = (
        "characters",
        "japanese_share",
        "hiragana_share",
        "kanji_share",
        "language_score",
    )


@dataclass(frozen=True)
class Engine:
    """How the work is cut and spread.

    `shard` decides how the input is cut, and so the parts of the release; `page` which pages are too large to read. The
    others cannot change a byte. All but `workers` are in bytes, or texts such as "128 MB".
    """

    shard: int = 128_000_000
    batch: int = 8 << 20
    page: int = 10_000_000
    memory: int = 2_000_000_000
    workers: int = 0  # 0: one for each processor


_SECTIONS: Final[Mapping[str, type]] = {
    "columns": Columns,
    "read": Read,
    "measure": Measure,
    "judge": Judge,
    "dedupe": Dedupe,
    "lines": Lines,
    "decontaminate": Decontaminate,
    "protect": Protect,
    "release": Release,
    "engine": Engine,
}
# Sizes in bytes, the least and the most of each. The places of a page are counted in 32 bits. A worker that may own
# less than it needs for itself, and to compile kernels, would blame the documents that it dies at.
_SIZES: Final = {"shard": (1, 10**15), "batch": (1, 10**12), "page": (1, 10**9), "memory": (500 * 10**6, 10**15)}
_MOST_WORKERS: Final = 1024
_SCALARS: Final = ("name", "description", "inputs", "against")


@dataclass(frozen=True)
class Recipe:
    """A checked recipe. `against` are folders of earlier releases. `base` is the folder that its relative paths start from, `where` what errors call it."""

    name: str
    inputs: tuple[str, ...]
    base: str
    description: str = ""
    against: tuple[str, ...] = ()
    columns: Columns = field(default_factory=Columns)
    read: Read = field(default_factory=Read)
    measure: Measure = field(default_factory=Measure)
    judge: Judge = field(default_factory=Judge)
    dedupe: Dedupe = field(default_factory=Dedupe)
    lines: Lines = field(default_factory=Lines)
    decontaminate: Decontaminate = field(default_factory=Decontaminate)
    protect: Protect = field(default_factory=Protect)
    release: Release = field(default_factory=Release)
    engine: Engine = field(default_factory=Engine)
    where: str = field(default="recipe", compare=False)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, for the manifest: what changes the bytes, without `base` and without how the work is spread."""
        sections = {name: _plain(getattr(self, name)) for name in _SECTIONS}
        sections["engine"] = {"shard": self.engine.shard, "page": self.engine.page}
        inputs = [published(given) for given in self.inputs]
        against = {"against": [published(given) for given in self.against]} if self.against else {}
        return {"name": self.name, "description": self.description, "inputs": inputs, **against, **sections}

    @property
    def digest(self) -> str:
        """32 hexadecimal digits over `to_dict`."""
        canonical = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return blake2b(canonical.encode(), digest_size=16).hexdigest()


def published(given: str) -> str:
    r"""An input as it may be published: nothing in a URL that opens it, no bytes that are not UTF-8 in a file's name.

    >>> published("https://user:secret@example.jp/a.warc.gz"), published("\udc95.html")
    ('https://example.jp/a.warc.gz', '\\udc95.html')
    """
    return public(given.encode("utf-8", "backslashreplace").decode())


def load(path: str | Path) -> Recipe:
    """Read a recipe file. Raises `ManyoError` with the file and the key for whatever is wrong with it."""
    path = Path(path)
    return parse(_table(path), where=str(path), base=str(path.resolve().parent), name=path.stem)


def names_inputs(path: str | Path) -> bool:
    """Whether a TOML file is a build's recipe, and not a set of rules. Raises `ManyoError` as `load` does."""
    return "inputs" in _table(Path(path))


def _table(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise ManyoError(
            "there is no recipe here", where=str(path), hint="`manyo new` writes one to start from"
        ) from None
    except IsADirectoryError:
        raise ManyoError(
            "a recipe is a file, and this is a folder", where=str(path), hint="name the .toml file in it"
        ) from None
    except OSError as error:
        raise ManyoError(
            f"the recipe cannot be read: {error.strerror}", where=str(path), hint="check the path and your rights to it"
        ) from None
    except UnicodeDecodeError:
        raise ManyoError("the recipe is not UTF-8 text", where=str(path), hint="save it as UTF-8") from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, numbers of thousands of digits, endless nesting
        raise ManyoError(
            f"the recipe is not valid TOML: {error}", where=str(path), hint="`manyo new` shows how one is written"
        ) from None


def parse(table: Mapping[str, Any], *, where: str = "recipe", base: str = ".", name: str = "corpus") -> Recipe:
    """Check a recipe that is already a mapping. `where` names it in errors, `name` is its name where it gives none.

    >>> parse({"inputs": ["crawl.warc.gz"], "dedupe": {"treshold": 0.8}})
    Traceback (most recent call last):
    manyo.errors.ManyoError: [dedupe] has no key 'treshold'
      where: recipe
      to do: did you mean 'threshold'? Known keys: bands, keep, near, ngram, permutations, preset, rows, threshold, url, verify
    """
    _known(table, (*_SCALARS, *_SECTIONS), "the recipe", where)
    sections = {key: _section(kind, table.get(key, {}), key, where) for key, kind in _SECTIONS.items()}
    inputs = table.get("inputs")
    if isinstance(inputs, str):
        inputs = [inputs]
    if not isinstance(inputs, list) or not inputs or not all(isinstance(item, str) and item for item in inputs):
        raise ManyoError(
            "the recipe names no inputs", where=where, hint='write inputs = ["crawl/*.warc.gz", "documents/"]'
        )
    against = table.get("against", [])
    against = [against] if isinstance(against, str) else against
    if not isinstance(against, list) or not all(isinstance(item, str) and item for item in against):
        raise ManyoError("against names no releases", where=where, hint='write against = ["../2024-04"]')
    for key in ("name", "description"):
        if not _is_text(table.get(key, "")):
            raise ManyoError(f"{key} must be text", where=where, hint=f'write {key} = "..."')
    return Recipe(
        name=table.get("name") or name,
        inputs=tuple(inputs),
        against=tuple(dict.fromkeys(against)),
        base=base,
        description=table.get("description", ""),
        where=where,
        **sections,
    )


def _known(table: Mapping[str, Any], known: tuple[str, ...], what: str, where: str) -> None:
    for key in table:
        if key not in known:
            raise ManyoError(
                f"{what} has no key {key!r}",
                where=where,
                hint=f"{_nearest(key, known)}Known keys: {', '.join(sorted(known))}",
            )


def _nearest(key: str, known: tuple[str, ...]) -> str:
    """What was meant: a name much like it, else a key that stands elsewhere, as when a line slips below a header.

    >>> _nearest("inputs", ("ruby", "nfkc")), _nearest("threshold", _SCALARS)
    ('it belongs above the first [section]. ', 'it belongs under [dedupe]. ')
    """
    if near := difflib.get_close_matches(key, known, n=1):
        return f"did you mean {near[0]!r}? "
    if key in _SCALARS:
        return "it belongs above the first [section]. "
    homes = [name for name, kind in _SECTIONS.items() if any(item.name == key for item in fields(kind))]
    return f"it belongs under [{homes[0]}]. " if homes else ""


def _section(kind: type, table: Any, key: str, where: str) -> Any:
    if not isinstance(table, Mapping):
        raise ManyoError(f"{key} must be a table", where=where, hint=f"write it as [{key}] with keys below it")
    known = {item.name: item for item in fields(kind)}
    _known(table, tuple(known), f"[{key}]", where)
    defaults = kind()
    values = {
        name: _value(value, getattr(defaults, name), name, f"{where}, [{key}] {name}") for name, value in table.items()
    }
    try:
        return getattr(kind, "of", kind)(**values)  # where there are presets, single values go on from one
    except ManyoError as error:  # a room knows its settings, and only the recipe the file that they stand in
        raise ManyoError(error.what, where=f"{where}, {error.where}", hint=error.hint) from None


def _value(value: Any, default: Any, name: str, where: str) -> Any:
    """One value, of the type that its default has."""
    if name in _SIZES:
        return _size(value, *_SIZES[name], where)
    if isinstance(default, bool) or isinstance(value, bool):
        if isinstance(default, bool) and isinstance(value, bool):
            return value
        raise ManyoError(f"{value!r} is not what {name} takes", where=where, hint=f"the default is {default!r}")
    if isinstance(default, tuple):
        if isinstance(value, list) and all(map(_is_text, value)):
            return tuple(dict.fromkeys(value))
        raise ManyoError(f"{name} must be a list of texts", where=where, hint=f"for example {list(default)}")
    if isinstance(default, Mapping):
        if isinstance(value, Mapping):
            return MappingProxyType(dict(value))
        raise ManyoError(f"{name} must be a table", where=where, hint="write keys and values below it")
    if isinstance(default, float) and isinstance(value, int | float):
        # A whole number may be too large for a float.
        return value if isinstance(value, float) else float(max(-(10**300), min(value, 10**300)))
    if type(value) is not type(default) or (isinstance(value, str) and not _is_text(value)):
        raise ManyoError(f"{value!r} is not what {name} takes", where=where, hint=f"the default is {default!r}")
    if isinstance(value, int) and value < 0:
        raise ManyoError(f"{name} cannot be negative", where=where, hint=f"the default is {default!r}")
    if name == "workers" and value > _MOST_WORKERS:
        raise ManyoError(f"{value} workers are too many", where=where, hint=f"at most {_MOST_WORKERS}")
    return value


def _is_text(value: Any) -> bool:
    """Whether it is a string that can be written down: a lone surrogate cannot."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _size(value: Any, least: int, most: int, where: str) -> int:
    """A size in bytes: a number, or a text such as "128 MB" or "2 GiB"."""
    size = value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, str):
        digits = value.strip().rstrip("BKMGibkmg ").strip()
        unit = value.strip()[len(digits) :].strip().lower()
        if digits.isascii() and digits.replace(".", "", 1).isdigit() and unit in _UNITS:
            size = int(min(float(digits) * _UNITS[unit], 2.0**62))
    if size is None:
        raise ManyoError(f"{value!r} is not a size", where=where, hint='write bytes, or a text such as "128 MB"')
    if not least <= size <= most:
        raise ManyoError(
            f"{value!r} is too {'small' if size < least else 'large'}",
            where=where,
            hint=f"from {least:,} to {most:,} bytes",
        )
    return size


def _plain(section: Any) -> dict[str, Any]:
    values = {item.name: getattr(section, item.name) for item in fields(section)}
    return {
        name: dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }


TEMPLATE: Final = """\
# 万葉（Manyo）のレシピです。行頭の # を外して値を変えてください。
# A recipe for Manyo. Take the # away from a line to change its value.

name = "my-corpus"

# 入力：WARC・WET・HTML・テキスト・JSONL・Parquet のファイル、フォルダ、ワイルドカード、URL（s3:// など）
# Inputs: WARC, WET, HTML, text, JSONL and Parquet files, folders, patterns, fsspec URLs
inputs = ["crawl/*.warc.gz", "documents/"]

# すでにある公開版のフォルダ。その文書と同じ文章は重複として除きます
# Folders of earlier releases: what they have already is left out as a duplicate
# against = ["../2024-04"]

[read]
# ruby = "drop"            # ふりがな：drop（消す）, keep（残す）, parenthesise（かっこに入れる）
# nfkc = "safe"            # 字の統一：safe（半角カナ・全角英数のみ）, kana（半角カナのみ）, all（すべて）, none（しない）
# comments = "auto"        # コメント：auto（掲示板のように本文であれば残す）, keep（残す）, drop（消す）

[measure]
# words = "sudachi"        # 語に基づく測定（遅い。pip install 'manyo[words]' が必要）
# lists.sales = "sales.txt"  # 自作の語リスト。sales_hits などの測定値になります

[judge]
# rules = "manyo"          # 採否の規則：同梱の名前か、TOML ファイルのパス
# disable = []             # 使わない規則の名前
# [judge.thresholds]
# too_short.min = 150

[dedupe]
# threshold = 0.7          # これ以上似た文書は同じとみなす（文字5-gramのJaccard係数）
# url = "latest"           # 同じURLの取得が複数あるとき残すもの：latest（最新）, first（最初）, off（区別しない）
# preset = "swallow"       # 公開コーパスと同じ設定：swallow, fineweb2, llm-jp

[lines]
# per_host = 10            # 同じサイトの10文書以上にある行・段落を除く（0 は除かない）
# overall = 100            # 全体で100文書以上にある行・段落を除く（0 は除かない）

[decontaminate]
# action = "refuse"        # 評価データと同じ文章を含む文書：refuse（採らない）, cut（その箇所を除く）
# [decontaminate.benchmarks]
# jcommonsenseqa = "eval/jcommonsenseqa.jsonl"

[protect]
# kinds = ["email", "phone", "card", "my_number", "postal_address"]

[release]
# title = "町の文書コーパス"
# licence = "other"        # Hugging Face の表記（cc-by-4.0 など）

[engine]
# workers = 2              # 並列数（省くと CPU の数）。何にしても結果は同じバイト列になります
# memory = "2 GB"          # 1つのワーカーが使ってよいメモリ
"""
"""What `manyo new` writes."""

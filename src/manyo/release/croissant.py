"""The Croissant description of a release: its files with their checksums, its fields with their types.

Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html), JSON-LD, made as plain data so that
nothing but the standard library is needed to write it. The record set covers the kept documents; the ledger's parts
are listed as files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from manyo.release.labels import KINDS, Label, label
from manyo.release.rows import Measure, data_schema

_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

# Not the registered type (application/vnd.apache.parquet): this is the one that mlcroissant and the Hub know.
_PARQUET: Final = "application/x-parquet"

FIELDS: Final = {
    "id": (
        "文書の識別子。出典のファイル・位置・記録番号から決まる",
        "Identifier, from file, offset and record",
    ),
    "url": ("取得元の URL", "URL that the page was fetched from"),
    "title": ("ページの題名", "Title of the page"),
    "text": (
        "本文。個人情報は種類を示す記号に置き換え済み",
        "Main text, personal information masked",
    ),
    "date": ("ページに記された公開日(ISO 8601)。なければ空", "Date of publication by the page (ISO 8601), or empty"),
    "host": ("URL のホスト名", "Host name of the URL"),
    "source": ("元のバイト列の所在", "Where the original bytes are"),
    "file": ("入力ファイル", "Input file"),
    "offset": ("ファイル内の位置(バイト、表では行番号)", "Byte offset in the file; row number in a table"),
    "record": ("WARC-Record-ID、または行番号", "WARC-Record-ID, or the row or line number"),
    "fetched": ("取得日時(ISO 8601、UTC)", "Time of the capture (ISO 8601, UTC)"),
    "charset": ("元の文字符号化方式", "Character encoding of the original"),
    "language": ("ページ自身の lang 属性", "The page's own lang attribute"),
    "cluster_size": ("同じ文章のまとまりの大きさ。1 は重複なし", "Size of its cluster of same texts; 1 when alone"),
    "quality": ("本文から測った値", "Values measured on the text"),
    "masked": ("置き換えた個人情報の件数(種類別)", "Number of places masked, by kind"),
}


def croissant(
    manifest: Mapping[str, Any],
    schema: Sequence[pa.Field],
    measures: Sequence[Measure],
    quality: Sequence[str],
    *,
    name: str,
    license_name: str,
) -> str:
    """The JSON text of `croissant.json`."""
    labels = {each.name: Label(each.name, each.japanese, each.english) for each in measures}
    fields = data_schema(schema, quality)
    counts = manifest["counts"]
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": name,
        "description": {
            "ja": f"ウェブと文書から作った日本語テキスト {counts['kept']:,} 件。重複を除き、個人情報を伏せ、"
            "全件の出典と採否の根拠を添えた。",
            "en": f"{counts['kept']:,} Japanese documents from web archives and files, deduplicated, with personal "
            "information masked, each with its source and the evidence for its verdict.",
        },
        "inLanguage": ["ja"],
        "keywords": ["Japanese", "text", "corpus", "language modeling"],
        "license": license_name,
        "version": _version(manifest),
        "distribution": [
            *(_file(part) for part in manifest["shards"]),
            {
                "@type": "cr:FileSet",
                "@id": "data",
                "name": "data",
                "encodingFormat": _PARQUET,
                "includes": "data/*.parquet",
            },
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "documents",
                "name": "documents",
                "description": {"ja": "採用した文書。1 件 1 行", "en": "The kept documents, one a record"},
                "key": {"@id": "documents/id"},
                "field": [_field(field, labels) for field in fields],
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _version(manifest: Mapping[str, Any]) -> str:
    """A release has no date, so that its bytes have none: its version is the version of the code that made it."""
    return str(manifest["manyo"])


def _file(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": part["path"],
        "name": part["path"],
        "contentUrl": part["path"],
        "contentSize": f"{part['bytes']} B",
        "encodingFormat": _PARQUET,
        "sha256": part["sha256"],
    }


def _field(field: pa.Field, labels: Mapping[str, Label], above: Sequence[str] = ()) -> dict[str, Any]:
    place = [*above, field.name]
    japanese, english = _words(field.name, labels, above)
    described = {
        "@type": "cr:Field",
        "@id": "/".join(["documents", *place]),
        "name": "/".join(place),
        "description": {"ja": japanese, "en": english},
    }
    if pa.types.is_struct(field.type):
        return {**described, "subField": [_field(child, labels, place) for child in field.type]}
    source: dict[str, Any] = {"fileSet": {"@id": "data"}, "extract": {"column": place[0]}}
    if above:
        source["transform"] = {"jsonPath": ".".join(place[1:])}
    return {**described, "dataType": _type(field), "source": source}


def _words(name: str, labels: Mapping[str, Label], above: Sequence[str]) -> tuple[str, str]:
    if above == ["masked"]:
        kind = label(KINDS, name)
        return f"{kind.japanese}の件数", f"Number of places masked: {kind.english}"
    if above == ["quality"]:
        return (labels[name].japanese, labels[name].english) if name in labels else (name, name)
    return FIELDS[name]


def _type(field: pa.Field) -> str:
    if field.name == "url":
        return "sc:URL"
    kinds = {"int32": "cr:Int32", "int64": "cr:Int64", "float": "cr:Float32"}
    return kinds.get(str(field.type), "sc:Text")

"""The labels that pages give to encodings of other languages, and the Python codec that reads each.

From the table of names and labels of the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels):
a label means what browsers take it to mean, `iso-8859-1` windows-1252 and `gb2312` GB 18030. A label that is not here
or in `charset` is treated as no label at all, and is never handed to Python: some of Python's codecs run code paths
that no page should reach (`unicode_escape`), or take quadratic time (`punycode`).
"""

from __future__ import annotations

from functools import cache
from typing import Final

_LABELS: Final = {
    "cp1252": "ansi_x3.4-1968 ascii us-ascii cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591"
    " iso_8859-1 iso_8859-1:1987 l1 latin1 latin-1",
    "iso8859_2": "csisolatin2 iso-ir-101 iso_8859-2:1987 l2 latin2",
    "iso8859_5": "csisolatincyrillic cyrillic iso-ir-144",
    "iso8859_6": "arabic asmo-708 csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i",
    "iso8859_7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 sun_eu_greek",
    "iso8859_8": "csisolatinhebrew hebrew iso-8859-8-e iso-8859-8-i logical visual",
    "cp1254": "csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 l5 latin5",
    "iso8859_15": "csisolatin9 l9",
    "cp874": "dos-874 windows-874 iso-8859-11 iso8859-11 iso885911 tis-620",
    "cp866": "866 cp866 csibm866 ibm866",
    "koi8_r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8_u": "koi8-ru koi8-u",
    "mac_roman": "csmacintosh mac macintosh x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk gb18030 iso-ir-58 x-gbk",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949",
}


@cache
def foreign_codecs() -> dict[str, str]:
    """Labels in lower case, and the codec that Python reads each with.

    >>> foreign_codecs()["gb2312"], foreign_codecs()["windows-1251"], "punycode" in foreign_codecs()
    ('gb18030', 'cp1251', False)
    """
    codecs = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
    for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16):
        for label in (f"iso-8859-{part}", f"iso8859-{part}", f"iso8859{part}", f"iso_8859-{part}"):
            codecs[label] = f"iso8859_{part}"
    for page in range(1250, 1259):
        for label in (f"windows-{page}", f"cp{page}", f"x-cp{page}"):
            codecs[label] = f"cp{page}"
    return codecs

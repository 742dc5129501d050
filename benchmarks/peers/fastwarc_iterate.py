"""FastWARC going through a file, every record's body read, nothing done with it: the speed of light for the rest.

python fastwarc_iterate.py WARC FOLDER
"""

from __future__ import annotations

import json
import sys

from fastwarc.warc import ArchiveIterator

records = size = 0
for record in ArchiveIterator(sys.argv[1], parse_http=False):
    records += 1
    size += len(record.reader.read())
print(json.dumps({"records": records, "bytes": size}))

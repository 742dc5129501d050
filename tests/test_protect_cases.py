"""What is masked and what is kept, case by case, and what is known not to work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from manyo import protect

CASES = Path(__file__).parent / "cases"


def masked(text: str) -> str:
    return str(protect.mask([text]).texts.text()[0])


def load(name: str) -> list[list[str]]:
    return list(json.loads((CASES / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", ["email", "phone", "card", "my-number", "address"])
def test_masked(kind: str) -> None:
    cases = load(f"personal-{kind}.json")
    assert {text: masked(text) for text, _ in cases} == dict(cases)  # type: ignore[arg-type]


def test_lookalikes_are_kept() -> None:
    cases = load("personal-lookalikes.json")
    assert {str(text): masked(str(text)) for text in cases} == {str(text): text for text in cases}


@pytest.mark.parametrize(("text", "wanted", "why"), load("known-failures-protect.json"))
def test_known_failures_still_fail(text: str, wanted: str, why: str) -> None:
    assert masked(text) != wanted, f"now works: {why}; move it to the cases"


@pytest.mark.parametrize("pattern", ["corpus/aozora/*.txt", "extract/egov_law_sjis/text/*.txt"])
def test_no_false_alarms_on_real_pages_kept_beside_the_checkout(pattern: str) -> None:
    data = Path(__file__).parents[2] / "shared" / "data"
    texts = [path.read_text(encoding="utf-8") for path in sorted(data.glob(pattern))]
    if not texts:
        pytest.skip("no ../shared/data beside the checkout")
    hits = sum(int(count.sum()) for count in protect.mask(texts).counts.values())
    # Novels and statutes hold nothing personal but the seat of an office or two.
    assert hits <= sum(map(len, texts)) / 1_000_000

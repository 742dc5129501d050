"""The kinds of personal information, what they are called, and what stands in their place.

A value is replaced by the name of its kind in full-width square brackets: a reader sees what was there, a language
model learns that something of that kind stands there, and the sentence keeps its grammar (「［電話番号］までご連絡
ください」). Full-width brackets, because ASCII ones are markup in Markdown, and because 【】 and （） are common in
running text. Typed, because one mark for everything would teach a model to write a mail address where a telephone
number belongs. Never a made-up value: an invented number may be somebody's.

No placeholder holds a digit, an at sign or a postal mark, and the matchers take one as the end of what they may look
at, so masking a text twice is masking it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal information: its name in recipes and ledgers, its labels, its placeholder."""

    name: str
    japanese: str
    english: str

    @property
    def placeholder(self) -> str:
        return f"［{self.japanese}］"


EMAIL, PHONE, CARD, MY_NUMBER, ADDRESS = range(5)  # the kernels' numbers: places in CATALOGUE

CATALOGUE: Final = (
    Kind("email", "メールアドレス", "e-mail address"),
    Kind("phone", "電話番号", "telephone number"),
    Kind("card", "カード番号", "payment card number"),
    Kind("my_number", "個人番号", "My Number (individual number)"),
    Kind("postal_address", "住所", "postal code and address"),
)
KINDS: Final = tuple(kind.name for kind in CATALOGUE)

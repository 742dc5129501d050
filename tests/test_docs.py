"""What the README and the pages of docs/ say is so: commands, options, links, recipe keys, outputs, examples.

Outputs in `console` blocks are compared with what the commands print; a line `…` stands for lines left out. When an output
has changed for good reason, this writes it into both READMEs:

    MANYO_WRITE_DOCS=1 .venv/bin/python -m pytest tests/test_docs.py
"""

from __future__ import annotations

import dataclasses
import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import command_line
from manyo import recipe
from manyo.cli import main
from manyo.version import VERSION

ROOT = Path(__file__).parent.parent
READMES = (ROOT / "README.md", ROOT / "README.ja.md")
PAGES = (
    *READMES,
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "examples" / "demo" / "README.md",
)
NO_ROOM = {"stages", "cli"}  # what workers run out of several rooms (docs/build.md), and the verbs

_FENCE = re.compile(r"^(```+)(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_LEFT_OUT = "…"


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *languages: str) -> list[str]:
    return [match[3] for match in _FENCE.finditer(page.read_text("utf-8")) if match[2] in languages]


def outside_blocks(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def lines_of_code(page: Path) -> list[str]:
    """What a person might type: the lines of blocks that are no Python, and inline code."""
    typed = [line.removeprefix("$ ") for block in blocks(page, "", "console", "sh") for line in block.splitlines()]
    return typed + _INLINE.findall(outside_blocks(page))


pages = pytest.mark.parametrize("page", PAGES, ids=name)
readmes = pytest.mark.parametrize("page", READMES, ids=name)


# Commands


def options(command: click.Command) -> set[str]:
    context = click.Context(command)
    return {text for option in command.get_params(context) for text in (*option.opts, *option.secondary_opts)} | {"-h"}


@pages
def test_commands_and_their_options_exist(page: Path) -> None:
    for line in lines_of_code(page):
        said = re.match(r"(?:.*\| )?(?:\.venv/bin/)?manyo +(\S+)(.*)", line)
        if not said:
            continue
        verb, rest = said.groups()
        if verb.startswith("-"):
            assert verb in options(main) | {"--version"}, line
            continue
        if not re.fullmatch("[a-z]+", verb):
            continue
        assert verb in main.commands, f"{name(page)}: {line}"
        for option in re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", rest.split(" #")[0]):
            assert option in options(main.commands[verb]), f"{name(page)}: {line}"


@pages
def test_make_targets_and_scripts_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for line in lines_of_code(page):
        for target in re.findall(r"^make ([a-z]+)", line):
            assert target in targets, f"{name(page)}: {line}"
        for script in re.findall(r"(?<![\w/.-])((?:benchmarks|examples|tests|src)/[\w/.-]+\.\w+)", line):
            assert (ROOT / script).exists(), f"{name(page)}: {line}"


@pytest.mark.parametrize("verb", sorted(main.commands))
def test_every_command_is_somewhere_in_the_documentation(verb: str) -> None:
    assert any(re.search(rf"\bmanyo {verb}\b", line) for page in PAGES for line in lines_of_code(page))


# Links and rooms


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(outside_blocks(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{name(page)}: {link}"
        assert not anchor or anchor in anchors(target), f"{name(page)}: {link}"


def test_every_room_has_its_page_and_every_page_is_on_the_map() -> None:
    rooms = {package.parent.name for package in (ROOT / "src" / "manyo").glob("*/__init__.py")} - NO_ROOM
    docs = {page.name for page in (ROOT / "docs").glob("*.md")}
    assert {f"{room}.md" for room in rooms} <= docs
    mapped = {link for link in _LINK.findall((ROOT / "docs" / "index.md").read_text("utf-8")) if "/" not in link}
    assert mapped == docs - {"index.md"}


@readmes
def test_the_readme_names_every_room(page: Path) -> None:
    rooms = {package.parent.name for package in (ROOT / "src" / "manyo").glob("*/__init__.py")} - NO_ROOM
    assert {f"docs/{room}.md" for room in rooms} <= set(_LINK.findall(page.read_text("utf-8")))


@pages
def test_no_path_of_somebodys_machine(page: Path) -> None:
    for line in page.read_text("utf-8").splitlines():
        assert not re.search(r"(?<![\w.~])/(?:home|root|work|tmp|Users|opt|var|mnt|private)/", line), line


# The recipe


def documented_keys() -> Iterator[tuple[str, str, str]]:
    """Section ("" at the top), key and default, as the tables of docs/recipe.md have them."""
    section = ""
    for line in (ROOT / "docs" / "recipe.md").read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"## (.+)", line):
            section = heading[1].strip("[]") if heading[1].startswith("[") else ""
        elif row := re.match(r"\| `(\w+)` \| (.+?) \| ", line):
            yield section, row[1], row[2]


def known_keys() -> set[tuple[str, str]]:
    plain = recipe.parse({"inputs": ["a.html"]})
    known = set()
    for item in dataclasses.fields(plain):
        section = getattr(plain, item.name)
        if dataclasses.is_dataclass(section):
            known |= {(item.name, inner.name) for inner in dataclasses.fields(section)}
        elif item.name not in ("base", "where"):  # what `load` adds
            known.add(("", item.name))
    return known


def test_the_recipes_keys_are_all_documented_and_no_other() -> None:
    found = [(section, key) for section, key, _ in documented_keys()]
    assert len(found) == len(set(found))
    assert set(found) == known_keys()


def test_the_documented_defaults_are_the_defaults() -> None:
    plain = recipe.parse({"inputs": ["a.html"]})
    for section, key, default in documented_keys():
        if section:
            value = tomllib.loads(f"value = {default.strip('`')}")["value"]
            said = recipe.parse({"inputs": ["a.html"], section: {key: value}})
            assert getattr(said, section) == getattr(plain, section), (section, key)


@pytest.mark.parametrize("block", blocks(ROOT / "docs" / "recipe.md", "toml"))
def test_the_recipes_shown_are_recipes(block: str) -> None:
    recipe.parse({"inputs": ["a.html"], **tomllib.loads(block)})


# Dependencies and versions


def test_every_dependency_has_its_reason() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    wanted = {re.split(r"[<>=\[]", one)[0] for one in wanted} - {"manyo"}
    rows = re.findall(r"^\| ([a-z0-9-]+) \| ", (ROOT / "docs" / "dependencies.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(set(rows) - {"package"}) == sorted(wanted)


def test_the_changelog_knows_this_version() -> None:
    assert f"\n## {VERSION} - " in (ROOT / "CHANGELOG.md").read_text("utf-8")


# Examples


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As much of a checkout as the READMEs' examples need, with the sample made."""
    folder = tmp_path_factory.mktemp("checkout")
    demo = folder / "examples" / "demo"
    demo.mkdir(parents=True)
    (folder / "demo").mkdir()
    shutil.copy(ROOT / "examples" / "demo" / "recipe.toml", demo)
    shutil.copy(ROOT / "examples" / "page.html", demo.parent)
    maker = ROOT / "examples" / "demo" / "make_sample.py"
    command = [sys.executable, str(maker), str(folder / "demo" / "sample.warc.gz")]
    subprocess.run(command, check=True, timeout=300, stdout=subprocess.DEVNULL)
    return folder


def abridged(said: list[str], like: list[str]) -> list[str]:
    """`said` with as many lines left out, and in the same place, as in `like`."""
    if _LEFT_OUT not in like:
        return said
    head = like.index(_LEFT_OUT)
    tail = len(like) - head - 1
    return [*said[:head], _LEFT_OUT, *said[len(said) - tail :]]


def without_offsets(lines: list[str]) -> list[str]:
    """Offsets, and ids that are made of them, differ with the version of zlib that wrote the sample."""
    return [re.sub(r"\b[0-9a-f]{32}\b|(?<=offset   )[\d,]+|(?<=位置      )[\d,]+", "…", line) for line in lines]


@readmes
def test_outputs_are_what_the_commands_print(page: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    text = page.read_text("utf-8")
    for block in blocks(page, "console"):
        command, *shown = block.splitlines()
        words = shlex.split(command.removeprefix("$ manyo "))
        answer = command_line.manyo(*words)
        assert answer.code == 0, answer.err
        printed = abridged([line.rstrip() for line in answer.out.strip("\n").splitlines()], shown)
        if os.environ.get("MANYO_WRITE_DOCS"):
            text = text.replace(block, "\n".join([command, *printed]) + "\n")
        else:
            assert without_offsets(shown) == without_offsets(printed), f"{name(page)}: {command}"
    if os.environ.get("MANYO_WRITE_DOCS"):
        page.write_text(text, encoding="utf-8")


@readmes
def test_python_examples_run(page: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    examples = blocks(page, "pycon")
    assert examples
    for block in examples:
        test = doctest.DocTestParser().get_doctest(block, {}, name(page), name(page), 0)
        report: list[str] = []
        results = doctest.DocTestRunner().run(test, out=report.append)
        assert results.failed == 0, "".join(report)


def test_both_readmes_show_the_same_commands() -> None:
    """The same verbs on the same sample; what is explained may differ."""
    shown = [[shlex.split(block.splitlines()[0])[2] for block in blocks(page, "console")] for page in READMES]
    assert shown[0] == shown[1]

"""The page in a real browser: by keys alone, in both languages, without a request that leaves this machine.

Needs Chromium and its driver (`apt-get install chromium chromium-driver`), and is skipped without them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import explored_release
from manyo import judge, replay
from manyo.explore import Server

CHROMIUM = explored_release.chromium()
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium with its driver here")

PATIENCE = 30
_HEADINGS = (
    "return [...document.querySelectorAll('#panel h2, #tabs button, #summary dt')].map((e) => e.innerText).join(' ')"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explored_release.build(tmp_path_factory.mktemp("crawl"))


@pytest.fixture
def server(built: Path, tmp_path: Path) -> Iterator[Server]:
    with explored_release.serving(built, tmp_path / "judgements.jsonl") as served:
        yield served


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    assert CHROMIUM
    options.binary_location, path = CHROMIUM
    downloads = str(tmp_path_factory.mktemp("downloads"))
    options.add_experimental_option("prefs", {"download.default_directory": downloads})
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1300,900"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(path))
    driver.downloads = downloads
    yield driver
    driver.quit()


class Page:
    """What a person at the page does and sees."""

    def __init__(self, driver: webdriver.Chrome, server: Server, lang: str = "ja") -> None:
        self.driver, self.server = driver, server
        driver.get("about:blank")
        driver.get_log("browser")
        driver.get_log("performance")
        driver.get(server.address(lang))
        self.until(lambda: self.of("#stat-failed b") != "" and self.count(".doc") > 0)

    def js(self, script: str, *values: Any) -> Any:
        return self.driver.execute_script(script, *values)

    def until(self, holds: Callable[[], Any]) -> None:
        WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: holds())

    def of(self, selector: str) -> str:
        """The text of the first element that fits, "" where there is none."""
        return str(self.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)).strip()

    def count(self, selector: str) -> int:
        return int(self.js("return document.querySelectorAll(arguments[0]).length", selector))

    def number(self, selector: str) -> int:
        return int(re.sub(r"[^\d]", "", self.of(selector)) or -1)

    def press(self, *keys: str) -> None:
        for key in keys:
            webdriver.ActionChains(self.driver).send_keys(key).perform()

    def standing(self) -> dict[str, int]:
        return {name: self.number(f"#sum-{name} b") for name in ("passed", "gained", "lost", "characters")}

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def asked(self) -> list[str]:
        """Every address that the browser has asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


@pytest.fixture
def page(browser: webdriver.Chrome, server: Server) -> Iterator[Page]:
    opened = Page(browser, server)
    yield opened
    own = f"http://127.0.0.1:{server.server_port}/"
    strangers = [url for url in opened.asked() if not url.startswith((own, f"blob:{own}", "about:", "data:"))]
    assert strangers == []
    assert opened.complaints() == []
    browser.execute_script("sessionStorage.clear()")


def test_a_slider_moved_by_keys_shows_what_judging_gives(page: Page, built: Path) -> None:
    before = page.standing()
    limit = 100.0
    page.press("t")
    while limit < 580:
        page.press(Keys.ARROW_RIGHT, Keys.PAGE_UP, Keys.SHIFT + Keys.ARROW_LEFT)
        moved = float(page.js("return document.querySelector('#exact-min').value"))
        assert moved > limit
        limit = moved
    rules = judge.load({"name": "c", "extends": "manyo", "thresholds": {"too_short": {"min": limit}}})
    found = replay.judge(built, rules)
    wanted = {name: getattr(found, name) for name in before}
    page.until(lambda: page.standing() == wanted)
    assert found.lost > 0 and wanted != before
    for one in found.counts:
        assert page.number(f"[data-rule={one.rule.name}] .failed") == one.failed
        assert page.number(f"[data-rule={one.rule.name}] .alone") == one.alone
    assert page.number("#stat-left b") == found.counts[0].left
    page.until(lambda: page.number("#tab-lost b") == found.lost)
    page.press("4")
    page.until(lambda: page.count(".doc") == min(found.lost, 10) and "採用" in page.of(".doc .fate"))
    assert "文字数" in page.of(".doc .why") and f"＜ {limit:g}" in page.of(".doc .why")
    page.js("document.querySelector('#reset').click()")
    page.until(lambda: page.standing() == before)


def test_the_documents_on_both_sides_are_the_nearest(page: Page) -> None:
    for side, passes in (("fails", False), ("passes", True)):
        page.until(lambda side=side: page.count(f".sides > .{side} .doc") > 0)
        values = page.js(
            "return [...document.querySelectorAll(`.sides > .${arguments[0]} .doc .value b`)].map((e) => Number(e.innerText.replace(',', '')))",
            side,
        )
        assert values == sorted(values, reverse=not passes)
        assert all((value >= 100) == passes for value in values) and values


def test_a_rule_is_switched_off_and_back_by_key(page: Page, built: Path) -> None:
    before = page.standing()
    off = replay.judge(built, judge.load({"name": "c", "extends": "manyo", "disable": ["too_short"]}))
    page.press("x")
    page.until(lambda: page.standing()["gained"] == off.gained > 0)
    assert page.of("[data-rule=too_short] .failed") == "–"
    page.press("3")
    page.until(lambda: page.count(".doc") > 0)
    page.press("x")
    page.until(lambda: page.standing() == before)


def test_judging_by_keys_writes_lines_and_estimates_precision(page: Page, server: Server) -> None:
    page.press("2")
    page.until(lambda: page.count(".doc") > 0 and page.count(".sides") == 0)
    page.press("j", "b")
    page.until(lambda: page.count(".doc[data-said=bad]") == 1)
    page.press("b")
    page.until(lambda: page.count(".doc[data-said=bad]") == 2)
    page.press("g")
    page.until(lambda: page.count(".doc[data-said=good]") == 1)
    page.until(lambda: "3 件のうち悪い文書 2 件" in page.of("#stat-precision"))
    assert page.of("#stat-precision b") == "67 %"
    page.press("u")
    page.until(lambda: page.count(".doc[data-said=good]") == 0)
    page.until(lambda: "2 件のうち悪い文書 2 件" in page.of("#stat-precision"))
    assert page.number("#sum-judged b") == 2
    page.press("k", "k", "k", "g")  # judged anew
    page.until(lambda: page.count(".doc[data-said=good]") == 1)
    made = [json.loads(line) for line in server.room.judgements.path.read_text("utf-8").splitlines()]
    assert [one["label"] for one in made] == ["bad", "good"]
    shown = page.js("return [...document.querySelectorAll('.doc')].slice(0, 2).map((e) => e.shown.id)")
    assert {one["id"] for one in made} == set(shown)
    assert all(one["text"] and one["rule"] == "too_short" for one in made)


def test_searching_finds_marks_and_takes_texts_for_texts(page: Page, built: Path) -> None:
    page.press("/")
    page.press(explored_release.HOSTILE, Keys.ENTER)
    page.until(lambda: page.count(".doc mark") > 0)
    assert page.of(".doc mark") == explored_release.HOSTILE
    assert page.count(".doc img") == 0
    page.press(Keys.ESCAPE, "/")
    page.js("document.querySelector('#search-text').value = ''")
    page.press("")
    page.js("document.querySelector('#search-host').focus()")
    page.press("SITE1", Keys.ENTER)
    page.until(lambda: page.of(".doc .meta bdi") == "site1.example.jp")
    hosts = page.js("return [...document.querySelectorAll('.doc .meta bdi')].map((e) => e.innerText)")
    assert set(hosts) == {"site1.example.jp"}
    page.press("なにもない", Keys.ENTER)
    page.until(lambda: page.of(".total") == "該当する文書はありません。")


def test_the_whole_text_and_all_numbers_by_key(page: Page) -> None:
    page.press("j", "o")
    page.until(lambda: page.count(".doc .all dt") > 50)
    assert page.js("return document.activeElement.querySelector('blockquote').innerText.length") > 0
    page.press("o")
    page.until(lambda: page.count(".doc .all") == 0)


def test_both_languages(page: Page) -> None:
    japanese = page.js(_HEADINGS)
    assert page.js("return document.documentElement.lang") == "ja"
    assert re.search("短すぎて.*境目の両側.*検索|合格.*増える", japanese)
    page.press("l")
    page.until(lambda: page.of("#sum-passed dt") == "Pass" and page.count(".doc") > 0)
    assert page.js("return document.documentElement.lang") == "en"
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]", page.js(_HEADINGS))
    assert page.js("return document.querySelector('blockquote').lang") == "ja"
    page.js("location.reload()")
    page.until(lambda: page.of("#sum-passed dt") == "Pass")
    page.press("l")
    page.until(lambda: page.js(_HEADINGS) == japanese)


def test_every_word_is_there_in_both_languages(page: Page) -> None:
    script = """
      const done = arguments[arguments.length - 1];
      import("/words.js").then(() => fetch("/words.js")).then((r) => r.text()).then((text) => done(text));
    """
    text = page.driver.execute_async_script(script)
    keys = re.findall(r"^  (\w+): \[", text, re.MULTILINE)
    assert len(keys) == len(set(keys)) > 80
    used = set()
    for path, (kind, content) in page.server.files.items():
        if "javascript" in kind and path != "/words.js":
            used |= set(re.findall(r"""\bt\(\s*"(\w+)""", content.decode()))
        used |= set(re.findall(r'data-(?:t|label)="(\w+)"', content.decode()))
    assert used <= set(keys)


def test_the_recipe_is_shown_and_saved(page: Page, built: Path) -> None:
    page.press("t", *[Keys.ARROW_LEFT] * 3)
    page.press("s")
    page.until(lambda: "too_short.min" in page.of("#recipe-text"))
    text = page.of("#recipe-text") + "\n"
    name = Path(page.driver.downloads) / "manyo-mine.toml"  # type: ignore[attr-defined]  # put there by the fixture
    page.js("document.querySelector('#recipe-box button.strong').click()")
    page.until(name.is_file)
    assert name.read_text("utf-8").strip() == text.strip()
    page.press(Keys.ESCAPE)
    found = replay.judge(built, judge.load(name))
    assert page.standing() == {one: getattr(found, one) for one in page.standing()}


def test_another_recipe_and_a_reload(page: Page, tmp_path: Path, built: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "mine"\nextends = "manyo"\n[thresholds]\ntoo_short.min = 590\n', "utf-8")
    page.js("document.querySelector('#file').hidden = false")
    page.driver.find_element("id", "file").send_keys(str(mine))
    found = replay.judge(built, judge.load(mine))
    page.until(lambda: page.standing()["lost"] == found.lost > 0)
    assert "mine" in page.js("return document.querySelector('#recipe').selectedOptions[0].text")
    page.press("]")
    page.until(lambda: page.of("#panel code") == "not_japanese")
    page.js("location.reload()")
    page.until(lambda: page.of("#panel code") == "not_japanese")
    assert page.standing()["lost"] == found.lost


def test_a_rule_is_added_and_looked_at(page: Page) -> None:
    page.press("x")
    page.until(lambda: page.standing()["gained"] > 0)
    page.js(
        "document.querySelector('#adding').open = true; document.querySelector('#adding [name=measure]').value = 'page_bytes'"
    )
    page.js("document.querySelector('#adding button').click()")
    page.until(lambda: page.of("#panel code") == "page_bytes_max" and page.count("#slider-max") == 1)
    assert page.standing()["gained"] > 0 and page.count("[data-rule=too_short].off") == 1
    page.press("t", *[Keys.PAGE_DOWN] * 3)
    page.until(lambda: page.number("#stat-failed b") > 0 and page.standing()["lost"] > 0)
    page.press("s")
    page.until(lambda: "[[rule]]" in page.of("#recipe-text"))
    page.press(Keys.ESCAPE)


def test_every_rule_of_every_recipe_can_be_looked_at_in_both_languages(page: Page) -> None:
    for lang in ("ja", "en"):
        for recipe in judge.recipes():
            page.js(
                "const s = document.querySelector('#recipe'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))",
                recipe,
            )
            names = page.js("return [...document.querySelectorAll('#rules [data-rule]')].map((e) => e.dataset.rule)")
            assert names
            for name in names:
                page.js("document.getElementById(`pick-${arguments[0]}`).click()", name)
                page.until(lambda name=name: page.of("#panel code") == name and page.of("#stat-failed b") != "")
                text = page.of("body")
                assert not re.search(r"undefined|\bnull\b|NaN|\[object", text), (recipe, name)
        assert page.js("return document.documentElement.lang") == lang
        page.press("l")


def test_help_opens_closes_and_rests_the_letters(page: Page) -> None:
    page.press("?")
    page.until(lambda: page.js("return document.querySelector('#help-box').open"))
    page.press("4")  # nothing happens behind a dialog
    page.js("document.querySelector('#help-box .choice input').click()")
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.js("return document.querySelector('#help-box').open"))
    page.press("4")
    assert page.js("return document.querySelector('#tab-edge').ariaSelected") == "true"


def test_everything_that_can_be_pressed_has_a_name_and_is_reached_by_tab(page: Page) -> None:
    page.until(lambda: page.count(".sides .doc") > 0)
    nameless = page.js(
        "return [...document.querySelectorAll('button, input, select, [role=tab]')].filter((e) => e.offsetParent"
        " && !e.textContent && !e.ariaLabel && !(e.labels && e.labels.length)).map((e) => e.outerHTML)"
    )
    assert nameless == []
    page.js("document.activeElement.blur()")
    reached = []
    for _ in range(60):
        page.press(Keys.TAB)
        reached.append(page.js("return document.activeElement.id || document.activeElement.className"))
    order = [
        reached.index(name)
        for name in ("recipe", "save", "pick-too_short", "slider-min", "exact-min", "tab-edge")
        if name in reached
    ]
    assert len(order) >= 3 and order == sorted(order)


@pytest.mark.parametrize("width", [360, 760, 1300])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    )
    try:
        page.until(lambda: page.js("return innerWidth") == width)
        assert page.js("return document.documentElement.scrollWidth") <= width
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_ticket_opens_the_page_and_a_reload_keeps_it_open(browser: webdriver.Chrome, server: Server) -> None:
    browser.get(server.ticket("en"))
    for _ in range(2):
        wait = WebDriverWait(browser, PATIENCE, 0.05)
        wait.until(lambda driver: driver.execute_script("return document.querySelectorAll('.doc').length"))
        assert browser.current_url.endswith("?lang=en")
        browser.refresh()
    browser.execute_script("sessionStorage.clear()")


def test_an_old_address_says_so(browser: webdriver.Chrome, server: Server) -> None:
    browser.get(f"http://127.0.0.1:{server.server_port}/?lang=en#wrong")
    wait = WebDriverWait(browser, PATIENCE, 0.05)
    wait.until(lambda driver: "token" in driver.execute_script("return document.querySelector('#status').innerText"))
    browser.get_log("browser")
    browser.execute_script("sessionStorage.clear()")

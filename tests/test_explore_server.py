"""The page's questions over HTTP: what is answered, and what is refused before anybody looks at it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import explored_release
from command_line import manyo as run
from command_line import refused, running
from manyo import judge, replay
from manyo.errors import ManyoError
from manyo.explore import Room, Server
from manyo.explore.server import MOST_BYTES, TOKEN


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explored_release.build(tmp_path_factory.mktemp("crawl"))


@pytest.fixture(scope="module")
def server(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with explored_release.serving(built, tmp_path_factory.mktemp("j") / "judgements.jsonl") as served:
        yield served


def talk(
    server: Server, method: str, path: str, body: bytes | str | None = None, **headers: str | None
) -> tuple[int, dict[str, str], bytes]:
    """One request; a header of None is left out."""
    said: dict[str, str | None] = {"Host": f"127.0.0.1:{server.server_port}"}
    if method == "POST":
        said |= {"Content-Type": "application/json", TOKEN: server.token}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    content = body.encode() if isinstance(body, str) else body
    if content is not None and "Content-Length" not in said:
        said["Content-Length"] = str(len(content))
    for name, value in said.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(content)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def ask(server: Server, question: str, **asked: Any) -> dict[str, Any]:
    status, _, body = talk(server, "POST", f"/ask/{question}", json.dumps(asked))
    answer: dict[str, Any] = json.loads(body)
    assert status == 200, answer
    return answer


def all_found(server: Server, **query: Any) -> list[dict[str, Any]]:
    shown, first = [], 0
    while first is not None:
        answer = ask(server, "find", query={"first": first, **query})
        shown += answer["documents"]
        first = answer["next"]
    return shown


# What is served


def test_every_file_of_the_page_is_served_with_its_walls(server: Server) -> None:
    assert {"/", "/main.js", "/style.css", "/icon.svg"} <= set(server.files)
    for path in server.files:
        status, headers, body = talk(server, "GET", path)
        assert status == 200 and body == server.files[path][1]
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
        assert headers["Server"] == "manyo"


def test_the_page_asks_for_nothing_from_elsewhere_and_writes_no_markup(server: Server) -> None:
    for path, (_, content) in server.files.items():
        text = content.decode("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text), path
        assert " style=" not in text and " onclick=" not in text, path


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/../server.py", "/%2e%2e/server.py", "//etc/passwd", "/page/../../room.py", "/index.html", "/ask/start",
     "/./main.js", "/main.js/", "/main.js%00", "http://127.0.0.1/main.js"],
)  # fmt: skip
def test_no_path_leads_to_a_file_that_is_not_the_pages(server: Server, path: str) -> None:
    assert talk(server, "GET", path)[0] == 404


# Who may ask


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost", "", None]
)
def test_another_name_for_this_address_is_refused(server: Server, host: str | None) -> None:
    said = host and host.format(port=server.server_port)
    for method, path, body in (("GET", "/", None), ("POST", "/ask/start", "{}")):
        assert talk(server, method, path, body, Host=said)[0] == 421


@pytest.mark.parametrize("token", [None, "", "wrong", "ö", "x" * 10_000])
def test_without_the_token_there_is_no_answer(server: Server, token: str | None) -> None:
    status, _, body = talk(
        server, "POST", "/ask/start", "{}", **{TOKEN.replace("-", "_"): token and token.encode().decode("latin-1")}
    )
    assert status == 403 and "token" in json.loads(body)["error"]


def test_other_sites_are_refused_even_with_the_token(server: Server) -> None:
    assert talk(server, "POST", "/ask/start", "{}", Origin="https://evil.example")[0] == 403
    assert talk(server, "POST", "/ask/start", "{}", Origin="null")[0] == 403
    assert talk(server, "POST", "/ask/start", "{}", Sec_Fetch_Site="cross-site")[0] == 403
    own = f"http://127.0.0.1:{server.server_port}"
    assert talk(server, "POST", "/ask/start", "{}", Origin=own, Sec_Fetch_Site="same-origin")[0] == 200
    for method in ("OPTIONS", "PUT", "DELETE", "BREW"):
        status, headers, _ = talk(server, method, "/ask/start")
        assert status == 501 and not any(name.startswith("Access-Control") for name in headers)


def test_the_token_is_in_no_answer_and_differs_from_run_to_run(server: Server, built: Path, tmp_path: Path) -> None:
    assert server.token not in json.dumps(ask(server, "start"))
    assert server.address().endswith(f"#{server.token}")
    room = Room(built, tmp_path / "j")
    with Server(room) as other:
        assert other.token != server.token
    room.close()


def test_a_ticket_is_good_once(server: Server) -> None:
    def enter(said: str) -> tuple[int, dict[str, Any]]:
        status, _, body = talk(server, "POST", "/ask/enter", "{}", **{TOKEN.replace("-", "_"): said})
        return status, json.loads(body)

    assert enter("")[0] == enter("once-")[0] == enter(server.token)[0] == 403
    first, second = (server.ticket("en").split("#")[1] for _ in range(2))
    assert talk(server, "POST", "/ask/start", "{}", **{TOKEN.replace("-", "_"): second})[0] == 403
    assert enter(first)[0] == 403
    assert enter(second) == (200, {"token": server.token})
    assert enter(second)[0] == 403


# What cannot be asked


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"[]", 400), (b"null", 400), (b"{", 400), (b"\xff\xfe{}", 400), (b'{"a": "\x83"}', 400),
        (b"[" * 100_000, 400), (b'{"a": ' + b"9" * 10_000 + b"}", 400), (b"\xef\xbb\xbf{}", 400),
    ],
)  # fmt: skip
def test_bodies_that_are_no_json_object(server: Server, body: bytes, status: int) -> None:
    assert talk(server, "POST", "/ask/start", body)[0] == status


def test_sizes_and_kinds_of_bodies(server: Server) -> None:
    assert talk(server, "POST", "/ask/start", "{}", Content_Type="text/plain")[0] == 415
    assert talk(server, "POST", "/ask/start", "{}", Content_Type=None)[0] == 415
    assert talk(server, "POST", "/ask/start", None, Content_Length=None)[0] == 411
    for length in ("-1", "x", "１", "1e3", "+2"):
        said = length.encode().decode("latin-1")
        assert talk(server, "POST", "/ask/start", None, Content_Length=said)[0] == 411
    for length in (str(MOST_BYTES + 1), "9" * 100):
        assert talk(server, "POST", "/ask/start", None, Content_Length=length)[0] == 413
    assert talk(server, "POST", "/ask/nothing", "{}")[0] == 404
    assert talk(server, "POST", "/ask/__init__", "{}")[0] == 404
    assert talk(server, "POST", "/", "{}")[0] == 404


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("stand", {"recipe": "nothing"}),
        ("stand", {"recipe": 1}),
        ("stand", {"recipe": "../../etc/passwd"}),
        ("stand", {"limits": {"no_rule": {"min": 1}}}),
        ("stand", {"limits": {"too_short": {"min": "1"}}}),
        ("stand", {"limits": {"too_short": {"min": True}}}),
        ("stand", {"limits": {"too_short": {"middle": 1}}}),
        ("stand", {"limits": {"too_short": {"min": -5}}}),
        ("stand", {"limits": {"too_short": {"min": 10**400}}}),
        ("stand", {"limits": []}),
        ("stand", {"disabled": ["no_rule"]}),
        ("stand", {"disabled": "too_short"}),
        ("rule", {"rule": "no_rule"}),
        ("rule", {}),
        ("find", {"query": {"rule": "no_rule"}}),
        ("find", {"query": {"order": "near"}}),
        ("find", {"query": {"order": "near", "rule": "too_short"}, "disabled": ["too_short"]}),
        ("find", {"query": {"limit": 0}}),
        ("find", {"query": {"limit": 10**6}}),
        ("find", {"query": {"first": -1}}),
        ("find", {"query": {"text": "あ" * 1000}}),
        ("find", {"query": {"nothing": 1}}),
        ("find", {"query": {"verdict": "odd"}}),
        ("find", {"query": 3}),
        ("document", {"row": -1}),
        ("document", {"row": 10**9}),
        ("document", {"row": 1.5}),
        ("document", {}),
        ("label", {"row": 0, "label": "fine"}),
        ("recipe", {"name": ""}),
        ("recipe", {"name": "../x"}),
        ("recipe", {"name": "a\nb"}),
        ("recipe", {"name": "x" * 101}),
        ("extend", {"measure": "no_measure", "end": "max"}),
        ("extend", {"measure": "noun_share", "end": "max"}),
        ("extend", {"measure": "__import__('os')", "end": "max"}),
        ("extend", {"measure": "characters", "end": "middle"}),
        ("extend", {}),
        ("load", {"toml": "name ="}),
        ("load", {"toml": 'name = "x"\nextends = "no/such.toml"'}),
        ("load", {}),
    ],
)
def test_questions_that_have_no_answer_say_why(server: Server, question: str, asked: dict[str, Any]) -> None:
    status, _, body = talk(server, "POST", f"/ask/{question}", json.dumps(asked))
    answer = json.loads(body)
    assert status == 400, answer
    assert answer["error"] and answer["hint"]


def test_a_request_that_never_comes_holds_up_nobody(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port)) as idle:
        idle.sendall(b"POST /ask/start HTTP/1.1\r\nHost: x\r\nContent-Le")
        assert ask(server, "start")["candidates"] > 0
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as rude:
        rude.sendall(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
        assert b"Bad Request" in rude.recv(4096)


# What is answered


def test_counts_are_those_of_a_replay(server: Server, built: Path) -> None:
    changed = judge.load({"name": "c", "extends": "manyo", "thresholds": {"too_short": {"min": 575}}})
    found = replay.judge(built, changed).to_dict()
    answer = ask(server, "stand", limits={"too_short": {"min": 575}})
    assert {name: answer[name] for name in answer if name != "rules"} == {
        name: found[name] for name in answer if name != "rules"
    }
    assert answer["lost"] > 0
    back = ask(server, "stand")
    assert (back["gained"], back["lost"]) == (0, 0)


def test_many_at_once_get_each_their_own_answer(server: Server) -> None:
    limits = [50, 100, 300, 575, 600, 700]

    def both(limit: int) -> tuple[Any, Any, Any]:
        """Counts and documents of one recipe, and documents of another one, which looks at other columns."""
        asked = {"recipe": "manyo", "limits": {"too_short": {"min": limit}}}
        other = {"recipe": "uzushio", "query": {"now": "fails", "order": "random", "limit": 5}}
        return (
            ask(server, "stand", **asked),
            ask(server, "find", **asked, query={"now": "fails"}),
            ask(server, "find", **other),
        )

    alone = {limit: both(limit) for limit in limits}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda limit: (limit, both(limit)), limits * 6))
    assert all(answer == alone[limit] for limit, answer in answers)


def test_a_rule_is_added_and_saved_with_the_rest(server: Server, built: Path, tmp_path: Path) -> None:
    setting: dict[str, Any] = {"limits": {"too_short": {"min": 50}}, "disabled": ["long_run"]}
    more = ask(server, "extend", **setting, measure="page_bytes", end="max")
    more = ask(server, "extend", **setting, recipe=more["key"], measure="page_bytes", end="max")
    assert more["added"] == ["page_bytes_max", "page_bytes_max_2"]
    setting |= {"recipe": more["key"], "limits": {**setting["limits"], "page_bytes_max": {"max": 600}}}
    setting["disabled"] += ["page_bytes_max_2"]
    answer = ask(server, "stand", **setting)
    assert answer["rules"]["page_bytes_max"]["failed"] > 0
    saved = tmp_path / "mine.toml"
    saved.write_text(ask(server, "recipe", **setting, name="mine")["toml"], "utf-8")
    found = replay.judge(built, judge.load(saved)).to_dict()
    assert {name: found[name] for name in answer if name != "rules"} == {
        name: answer[name] for name in answer if name != "rules"
    }
    assert 'extends = "manyo"' in saved.read_text("utf-8") and "page_bytes_max_2" not in saved.read_text("utf-8")
    assert more["key"] in {recipe["key"] for recipe in ask(server, "start")["recipes"]}


def test_documents_say_why_they_are_refused(server: Server, built: Path) -> None:
    rows = pa.concat_tables(pq.read_table(part) for part in sorted((built / "ledger").iterdir())).to_pylist()
    shown = all_found(server, now="fails")
    expected = [row for row in rows if row["failed"]]
    assert [one["id"] for one in shown] == [row["id"] for row in expected]
    for one, row in zip(shown, expected, strict=True):
        assert [failure["rule"] for failure in one["fails"]] == row["failed"] == one["before"]
        assert one["host"] == row["host"] and one["characters"] == row["characters"]
        for failure in one["fails"]:
            if failure["rule"] == "too_short":
                assert failure["value"] == row["characters"]
        whole = ask(server, "document", row=one["row"])
        assert len(whole["text"]) == row["characters"]
        assert whole["measures"]["page_bytes"] == row["page_bytes"]
        assert whole["text"].startswith(one["excerpt"]) or one["cut"][0]


def test_texts_are_searched_in_every_spelling(server: Server) -> None:
    def urls(text: str, **more: str) -> set[str]:
        return {one["id"] for one in all_found(server, text=text, limit=3, **more)}

    everything = all_found(server)
    texts = {one["id"]: ask(server, "document", row=one["row"])["text"] for one in everything}
    for words in ("図書館", "記録", "onerror", "なにもない"):
        assert urls(words) == {name for name, text in texts.items() if words in text} | {
            one["id"] for one in everything if words in one["title"]
        }
    assert urls("ＯＮＥＲＲＯＲ") == urls("onerror") and urls("onerror")
    some = urls("図書館", host="site1")
    assert some and some == {one["id"] for one in everything if one["host"] == "site1.example.jp"} & urls("図書館")
    assert urls("図書館", now="fails", rule="too_short") < urls("図書館")


def test_a_copy_without_its_work_folder_has_the_texts_of_what_was_kept(built: Path, tmp_path: Path) -> None:
    copy = explored_release.without_work(built, tmp_path / "copy")
    with explored_release.serving(copy, tmp_path / "j") as server:
        assert ask(server, "start")["texts"] == "kept"
        for one in all_found(server):
            whole = ask(server, "document", row=one["row"])["text"]
            assert (whole is not None) == (one["verdict"] == "kept") == (one["excerpt"] is not None)
            if whole is not None:
                assert len(whole) == one["characters"]
        assert {one["verdict"] for one in all_found(server, text="図書館")} == {"kept"}
        gone = next(one for one in all_found(server) if one["excerpt"] is None)
        status, _, body = talk(server, "POST", "/ask/label", json.dumps({"row": gone["row"], "label": "bad"}))
        assert status == 400 and "without its text" in json.loads(body)["error"]


def test_another_builds_work_folder_is_not_taken_for_this_ones(built: Path, tmp_path: Path) -> None:
    copy = explored_release.without_work(built, tmp_path / "copy")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "note.txt").write_text("別の文書です。" * 40, "utf-8")
    assert run("build", tmp_path / "other", "--out", tmp_path / "out", "--quiet", "--workers", 1).code == 0
    (tmp_path / "out" / ".manyo").rename(copy / ".manyo")
    with explored_release.serving(copy, tmp_path / "j") as server:
        assert ask(server, "start")["texts"] == "kept"
        assert not any("別の文書" in (one["excerpt"] or "") for one in all_found(server))


def test_judging_is_remembered_and_taken_back(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "judged.jsonl"
    with explored_release.serving(built, path) as server:
        sample = ask(server, "find", query={"rule": "too_short", "order": "random", "limit": 3})["documents"]
        for one, label in zip(sample, ("bad", "bad", "good"), strict=True):
            assert ask(server, "label", row=one["row"], label=label, rule="too_short")["label"] == label
        found = ask(server, "rule", rule="too_short")["fails"]
        assert (found["sample"], found["drawn"], found["bad"]) == (3, 3, 2)
    with explored_release.serving(built, path) as server:
        assert ask(server, "start")["judgements"]["count"] == 3
        again = ask(server, "find", query={"rule": "too_short", "order": "random", "limit": 3})
        assert [one["label"] for one in again["documents"]] == ["bad", "bad", "good"]
        assert ask(server, "undo") == {"count": 2, "row": sample[2]["row"], "label": ""}
        assert ask(server, "undo")["count"] == 1 and ask(server, "undo")["count"] == 0
        assert ask(server, "undo") == {"count": 0, "row": -1, "label": ""}
        ask(server, "label", row=sample[0]["row"], label="good", rule="nothing")
    made = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(one["id"], one["label"], one["rule"]) for one in made] == [(sample[0]["id"], "good", "")]
    assert made[0]["failed"] == [failure["rule"] for failure in sample[0]["fails"]]
    assert made[0]["release"] == "small" and made[0]["recipe"] == "manyo" and made[0]["text"]


# The verb


def test_the_verb_says_where_the_page_is_and_ends_cleanly(built: Path, tmp_path: Path) -> None:
    for ending in (signal.SIGINT, signal.SIGTERM):
        with running("explore", built, "--no-browser", "--lang", "en", "--judgements", tmp_path / "j") as process:
            assert process.stdout and process.stderr
            address = process.stdout.readline().strip()
            said = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?lang=en#([\w-]{32})", address)
            assert said
            connection = http.client.HTTPConnection("127.0.0.1", int(said[1]), timeout=60)
            secret = "秘密の言葉"
            body = json.dumps({"query": {"text": secret}})
            connection.request("POST", "/ask/find", body, {"Content-Type": "application/json", TOKEN: said[2]})
            assert connection.getresponse().status == 200
            connection.close()
            time.sleep(0.1)
            process.send_signal(ending)
            out, err = process.communicate(timeout=60)
            assert (process.returncode, out) == (0, "")
            assert secret not in err and "Traceback" not in err and "Ctrl-C ends it." in err


def test_what_cannot_be_explored(built: Path, tmp_path: Path) -> None:
    assert "no such folder" in refused("explore", tmp_path / "nothing", "--no-browser")
    assert "did you mean" in refused("explore", built, "--no-browser", "--recipe", "manio")
    assert "cannot be opened" in refused("explore", built, "--no-browser", "--judgements", tmp_path / "no" / "folder")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = ("--judgements", tmp_path / "j", "--port", taken.getsockname()[1])
        assert "cannot be had" in refused("explore", built, "--no-browser", *words)
    with pytest.raises(ManyoError, match="no such folder"):
        Room(tmp_path / "nothing", tmp_path / "j")

"""A small synthetic crawl, written for the end-to-end tests: every page's fate is known beforehand."""

from __future__ import annotations

import random
from pathlib import Path

from warc_fixtures import gzip_members, request_record, response_record, warcinfo_record

_SUBJECTS = "町の図書館 駅前の商店街 山あいの茶畑 古い水車小屋 小学校の花壇 港の朝市 川べりの遊歩道 神社の境内 工場の食堂 郊外の天文台".split()
_WHEN = "去年の春から 先月の終わりに 毎週日曜の朝に 雨のやんだ午後に 冬のあいだだけ 祭りの前の晩に 夏休みのはじめに 十年ぶりに".split()
_WHO = "近所の子どもたちが 町内会の人びとが 三代目の店主が 引っ越してきた夫婦が 学生の一団が 定年を迎えた技師が 農家の姉妹が".split()
_DID = (
    "新しい看板を手作りした 壊れた柵を直してまわった 季節の花を植え替えた 昔の写真を集めて並べた 手書きの地図を配った"
    " 湧き水の味を確かめた 古い道具の使い方を教わった 星の名前をひとつずつ覚えた"
).split()
_THEN = "評判は静かに広がっている。 来月も続けるそうだ。 見に来る人が少しずつ増えた。 帰り道には月が出ていた。 次は隣の町でも試すという。".split()

# Planted personal information: all values are made up, and the build must write none of them anywhere.
SECRETS = ("taro.manyo@example.co.jp", "090-0000-1234", "03-0000-5678", "4111-1111-1111-1111")
CRASHING = "https://crash.example.jp/"


def prose(seed: int, sentences: int = 9) -> str:
    """Readable sentences that differ from seed to seed."""
    draw = random.Random(seed)
    return "".join(
        f"{draw.choice(_SUBJECTS)}では、{draw.choice(_WHEN)}{draw.choice(_WHO)}{draw.choice(_DID)}。"
        f"{draw.choice(_THEN)}記録の番号は{draw.randrange(10**6)}である。"
        for _ in range(sentences)
    )


def page(text: str, title: str = "町の記録") -> str:
    return (
        f"<!DOCTYPE html><html lang='ja'><head><title>{title}</title></head><body><nav><a href='/'>ホーム</a></nav>"
        f"<article><h1>{title}</h1><p>{text}</p></article><footer>著作権表示</footer></body></html>"
    )


def foreign(text: str) -> str:
    return (
        f"<!DOCTYPE html><html><head><title>Library</title></head><body><article><p>{text}</p></article></body></html>"
    )


def records(good: int = 40) -> list[bytes]:
    """Good pages in four encodings, copies, near-copies, personal information, foreign pages and records of no page."""
    codes = ("utf-8", "cp932", "euc_jp", "iso2022_jp")
    made = [warcinfo_record()]
    for number in range(good):
        url = f"https://site{number % 7}.example.jp/{number}.html"
        body = page(prose(number), f"記録{number}").encode(codes[number % 4])
        made += [request_record(url), response_record(url, body, headers=(("Content-Type", "text/html"),))]
    made.append(response_record("https://copy.example.jp/0", page(prose(0), "記録0").encode()))
    near = prose(1).replace("来月", "再来月", 1) + "追記。"
    made.append(response_record("https://copy.example.jp/1", page(near, "記録1").encode()))
    told = f"{prose(900)}申し込みは{SECRETS[0]}まで。電話は{SECRETS[1]}、代表は{SECRETS[2]}。カードは{SECRETS[3]}。"
    made.append(response_record(f"https://personal.example.jp/?mail={SECRETS[0]}", page(told, SECRETS[0]).encode()))
    made.append(response_record("https://short.example.jp/", page("短いです。").encode()))
    english = foreign("The library by the river opens at nine and closes at six. " * 12).encode()
    made.append(response_record("https://english.example.com/", english))
    chinese = foreign("图书馆每天早上九点开门，晚上六点关门，欢迎大家来看书。" * 12).encode("gb18030")
    made.append(response_record("https://chinese.example.cn/", chinese))
    made.append(
        response_record(
            "https://image.example.jp/", b"\x89PNG\r\n\x1a\n" + bytes(64), headers=(("Content-Type", "image/png"),)
        )
    )
    made.append(response_record("https://gone.example.jp/", page("ありません。").encode(), status="404 Not Found"))
    return made


def write(path: Path, good: int = 40) -> Path:
    path.write_bytes(gzip_members(records(good)))
    return path

// The figures at the top, which follow every move, and what has to be known about them.

import { $, el, outside } from "./dom.js";
import { count, share } from "./numbers.js";
import { base, state } from "./state.js";
import { t } from "./words.js";

const cell = (id, name, value, note) =>
  el("div", { id: `sum-${id}` }, el("dt", {}, name), el("dd", {}, el("b", {}, value), el("small", {}, note)));

export function drawSummary() {
  const now = state.standing;
  if (!now) return;
  const mean = now.passed ? Math.round(now.characters / now.passed) : 0;
  $("summary").replaceChildren(
    cell(
      "passed",
      t("passed"),
      count(now.passed),
      t("of_candidates", share(now.passed, now.candidates), count(now.candidates)),
    ),
    cell("gained", t("gained"), `+${count(now.gained)}`, t("gained_note")),
    cell("lost", t("lost"), `−${count(now.lost)}`, t("lost_note")),
    cell("characters", t("characters"), count(now.characters), t("per_document", count(mean))),
    cell("judged", t("judged"), count(state.judged), outside(t("judged_note", fileName()))),
  );
  $("sum-gained").classList.toggle("some", now.gained > 0);
  $("sum-lost").classList.toggle("some", now.lost > 0);
}

const fileName = () => state.info.judgements.file.split("/").pop();

export function drawNotices() {
  const info = state.info;
  const said = [
    info.of > info.candidates && t("sampled", count(info.candidates), count(info.of)),
    !info.own && t("own_unknown"),
    info.texts === "kept" && t("texts_kept"),
    info.texts === "none" && t("texts_none"),
    base().unmeasured.length && t("unmeasured", count(base().unmeasured.length), base().unmeasured.join(", ")),
    base().unedited.length && t("unedited", base().unedited.join(", ")),
  ].filter(Boolean);
  $("notices").replaceChildren(...said.map((text) => el("p", { class: "notice" }, text)));
}

/** The figures to a screen reader, once a slider rests. */
export function tellStanding() {
  const now = state.standing;
  if (now) $("so-far").textContent = t("so_far", count(now.passed), count(now.gained), count(now.lost));
}

/** One line to the reader, and to a screen reader. */
let clearing = 0;
export function say(text, wrong = false) {
  const status = $("status");
  status.textContent = text;
  status.classList.toggle("wrong", wrong);
  status.classList.add("shown");
  clearTimeout(clearing);
  clearing = setTimeout(() => status.classList.remove("shown"), wrong ? 12000 : 5000);
}

/** What went wrong, whatever it was. */
export function sayError(error) {
  say("hint" in error ? t("refusal", error.message, error.hint) : t("no_answer"), true);
}

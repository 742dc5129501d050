// One document: where it is from, what the release said, what the setting says and why, how its text begins.

import { ask } from "./ask.js";
import { el, marked, outside } from "./dom.js";
import { count, number } from "./numbers.js";
import { asked, measureName } from "./rules.js";
import { limit, ruleOf, state } from "./state.js";
import { sayError } from "./summary.js";
import { lang, t } from "./words.js";

/** A card; `judge(card, label)` is called by its buttons. It is found by `card.shown`, the document. */
export function card(shown, patterns, judge) {
  const refused = shown.fails.length > 0;
  const title = `doc-${shown.row}`;
  const button = (label, key) =>
    el(
      "button",
      {
        type: "button",
        class: `say ${label}`,
        "data-says": label,
        disabled: shown.excerpt === null,
        onclick: () => judge(node, label),
      },
      t(label),
      el("kbd", { "aria-hidden": "true" }, key),
    );
  const value = shown.values[state.rule];
  const node = el(
    "article",
    {
      class: `doc ${refused ? "fails" : "passes"}`,
      tabindex: "-1",
      "aria-labelledby": title,
      "data-row": String(shown.row),
    },
    el(
      "header",
      {},
      el("h3", { id: title }, shown.title ? el("bdi", { lang: "ja" }, marked(shown.title, patterns)) : t("untitled")),
      value !== undefined &&
        value !== null &&
        el("span", { class: "value" }, measureName(ruleOf(state.rule)), " ", el("b", {}, number(value))),
    ),
    el(
      "p",
      { class: "meta" },
      shown.host && outside(shown.host),
      el("span", {}, t("n_characters", count(shown.characters))),
      shown.date && el("span", {}, shown.date),
      el(
        "span",
        { class: "fate" },
        `${t("in_release")} `,
        el("b", { class: shown.verdict }, t(shown.verdict)),
        ` → ${t("now")} `,
        el("b", { class: refused ? "refused" : "kept" }, t(refused ? "fails" : "passes")),
      ),
    ),
    refused && el("ul", { class: "why" }, shown.fails.map(reason)),
    shown.excerpt === null
      ? el("p", { class: "note" }, t("no_text"))
      : el("blockquote", { lang: "ja" }, shown.cut[0] && "…", marked(shown.excerpt, patterns), shown.cut[1] && "…"),
    el(
      "footer",
      {},
      button("good", "g"),
      button("bad", "b"),
      el(
        "button",
        { type: "button", class: "open", "aria-expanded": "false", onclick: () => unfold(node) },
        t("whole_text"),
        el("kbd", { "aria-hidden": "true" }, "o"),
      ),
      el("span", { class: "address" }, outside(shown.url || shown.file), " ", el("code", {}, shown.id.slice(0, 12))),
    ),
  );
  node.shown = shown;
  node.patterns = patterns;
  stamp(node, shown.label);
  return node;
}

/** A failed rule with the number and the threshold. */
function reason(failure) {
  const rule = ruleOf(failure.rule);
  const why = rule.why?.[lang()] || "";
  if (rule.hosts)
    return el(
      "li",
      {},
      el("code", {}, rule.name),
      " ",
      outside(failure.value),
      why && el("span", { class: "note" }, ` — ${why}`),
    );
  const low = limit(rule, "min");
  const beyond =
    failure.value === null
      ? t("not_number")
      : low !== undefined && failure.value < low
        ? t("less", number(low))
        : t("greater", number(limit(rule, "max")));
  return el(
    "li",
    { title: `${rule.name}: ${asked(rule)}` },
    el("code", {}, rule.name),
    ` ${measureName(rule)} `,
    el("b", {}, number(failure.value)),
    ` ${beyond}`,
    why && el("span", { class: "note" }, ` — ${why}`),
  );
}

/** Show what was said of a document: "good", "bad" or "". */
export function stamp(node, label) {
  node.shown.label = label;
  node.dataset.said = label;
  for (const button of node.querySelectorAll("button.say"))
    button.setAttribute("aria-pressed", String(button.dataset.says === label));
}

/** Show the whole text and every number of a document, or fold it again. */
export async function unfold(node) {
  const button = node.querySelector("button.open");
  const open = button.getAttribute("aria-expanded") !== "true";
  const before = node.querySelector("blockquote");
  button.setAttribute("aria-expanded", String(open));
  button.firstChild.textContent = t(open ? "less_text" : "whole_text");
  if (!open) {
    if (before)
      before.replaceChildren(
        ...[node.shown.cut[0] && "…", ...marked(node.shown.excerpt, node.patterns), node.shown.cut[1] && "…"].filter(
          Boolean,
        ),
      );
    node.querySelector(".all")?.remove();
    return;
  }
  try {
    const whole = await ask("document", { row: node.shown.row });
    if (before && whole.text !== null)
      before.replaceChildren(...marked(whole.text, node.patterns), whole.more ? t("cut_text", count(whole.more)) : "");
    node.querySelector(".all")?.remove();
    node.querySelector("footer").before(measures(whole.measures));
  } catch (error) {
    sayError(error);
  }
}

function measures(values) {
  const rows = Object.entries(values).map(([name, value]) => [
    state.info.measures[name]?.[lang()] ?? name,
    name,
    value,
  ]);
  return el(
    "details",
    { class: "all" },
    el("summary", {}, t("all_measures")),
    el(
      "dl",
      {},
      rows.map(([title, name, value]) => el("div", {}, el("dt", { title: name }, title), el("dd", {}, number(value)))),
    ),
  );
}

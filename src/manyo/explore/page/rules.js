// The list of rules: the funnel in the recipe's order, each rule on or off, one of them looked at.

import { ask } from "./ask.js";
import { $, el } from "./dom.js";
import { count, number } from "./numbers.js";
import { base, extend, isMoved, isOn, limit, look, setting, state, turn } from "./state.js";
import { say, sayError } from "./summary.js";
import { lang, t } from "./words.js";

/** A measure's name; an expression stands for itself. */
export const measureName = (rule) => state.info.measures[rule.measure]?.[lang()] ?? rule.measure;

/** What a rule asks for, as it is set. */
export function asked(rule) {
  if (rule.hosts) return rule.hosts;
  const low = limit(rule, "min");
  const high = limit(rule, "max");
  if (low !== undefined && high !== undefined) return `${number(low)}–${number(high)}`;
  return low !== undefined ? `≥\u00a0${number(low)}` : `≤\u00a0${number(high)}`;
}

export function drawRules() {
  const head = el(
    "div",
    { class: "rule head", "aria-hidden": "true" },
    el("span"),
    el("span", {}, t("rules")),
    el("span", { class: "n" }, t("failed")),
    el("span", { class: "n" }, t("alone")),
  );
  const items = base().rules.map((rule) => item(rule));
  $("rules").replaceChildren(head, el("ol", {}, items), adding());
  fillRules();
}

function item(rule) {
  const box = el("input", {
    type: "checkbox",
    id: `on-${rule.name}`,
    "aria-label": t("rule_on", rule.name),
    onchange: (event) => turn(rule.name, event.target.checked),
  });
  const button = el(
    "button",
    { type: "button", class: "pick", id: `pick-${rule.name}`, onclick: () => look(rule.name), onkeydown: walk },
    el("span", { class: "what" }, el("code", {}, rule.name), el("span", { class: "ask" })),
    el("span", { class: "n failed" }),
    el("span", { class: "n alone" }),
    el("span", { class: "band", "aria-hidden": "true" }, el("i", { class: "left" }), el("i", { class: "gone" })),
  );
  return el("li", { class: "rule", "data-rule": rule.name }, box, button);
}

/** The form that adds a rule over any measure that the ledger has. */
function adding() {
  const measures = Object.entries(state.info.measures).filter(([, measure]) => measure.held);
  const names = measures
    .map(([name, measure]) => [measure[lang()], name])
    .sort(([one], [other]) => one.localeCompare(other, lang()));
  const measure = el(
    "select",
    { name: "measure" },
    names.map(([title, name]) => el("option", { value: name }, title)),
  );
  const end = el(
    "select",
    { name: "end" },
    el("option", { value: "max" }, t("no_more")),
    el("option", { value: "min" }, t("no_less")),
  );
  const add = async (event) => {
    event.preventDefault();
    try {
      extend(await ask("extend", { ...setting(), measure: measure.value, end: end.value }));
      say(t("added", state.rule));
    } catch (error) {
      sayError(error);
    }
  };
  return el(
    "details",
    { class: "adding", id: "adding" },
    el("summary", {}, t("add_rule")),
    el(
      "form",
      { onsubmit: add },
      el("label", {}, t("add_measure"), measure),
      el("label", {}, t("add_end"), end),
      el("button", { type: "submit" }, t("add")),
    ),
  );
}

/** Arrow keys go through the list. */
function walk(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const all = [...$("rules").querySelectorAll("button.pick")];
  all[all.indexOf(event.currentTarget) + by]?.focus();
  event.preventDefault();
}

/** The counts and the mark of the chosen one, without building the list anew: focus stays where it is. */
export function fillRules() {
  const all = state.standing?.candidates || 1;
  let before = state.standing?.candidates ?? 0;
  for (const rule of base().rules) {
    const row = $("rules").querySelector(`[data-rule="${CSS.escape(rule.name)}"]`);
    if (!row) continue;
    const now = state.standing?.rules[rule.name];
    row.classList.toggle("chosen", rule.name === state.rule);
    row.classList.toggle("off", !isOn(rule.name));
    row.classList.toggle("moved", isMoved(rule));
    row.querySelector("input").checked = isOn(rule.name);
    row.querySelector("button").setAttribute("aria-current", String(rule.name === state.rule));
    row.querySelector(".ask").textContent = `${rule.hosts ? t("search_host") : measureName(rule)} ${asked(rule)}`;
    for (const name of ["failed", "alone"]) {
      const cell = row.querySelector(`.${name}`);
      cell.textContent = now ? count(now[name]) : "–";
      cell.classList.toggle("some", Boolean(now?.[name]));
    }
    const left = now ? now.left : before;
    row.querySelector(".left").style.width = `${(100 * left) / all}%`;
    row.querySelector(".gone").style.width = `${(100 * (before - left)) / all}%`;
    before = left;
  }
}

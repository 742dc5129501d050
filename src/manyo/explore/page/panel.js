// The rule that is looked at: why it is there, how its measure is spread, its sliders, what it costs, how precise it is.

import { latest } from "./ask.js";
import { chart, table } from "./chart.js";
import { $, el } from "./dom.js";
import { count, interval, number, place, share, stepAt, tidy, valueAt } from "./numbers.js";
import { measureName } from "./rules.js";
import { current, isMoved, isOn, limit, move, reset, setting, state, turn } from "./state.js";
import { sayError } from "./summary.js";
import { lang, t } from "./words.js";

const FINE = 1000; // places of a slider

let drawn = null; // {rule, answer, follow, controls}

const ask = latest("rule", (answer) => answer.rule === state.rule && receive(answer), sayError);

/** Ask for the rule's spread under the setting as it is, and draw it when the answer is there. */
export const refreshPanel = () => ask({ ...setting(), rule: state.rule });

function receive(answer) {
  const rule = current();
  const same = drawn && drawn.rule === rule && drawn.lang === lang();
  if (!same) build(rule, answer);
  else if (answer.axis && JSON.stringify([answer.decides, answer.elsewhere]) !== drawn.bars) plot(rule, answer);
  drawn.answer = answer;
  followPanel();
}

function build(rule, answer) {
  const measure = state.info.measures[rule.measure];
  const why = rule.why?.[lang()] || rule.why?.ja || rule.why?.en || (rule.hosts ? rule.name : measureName(rule));
  const controls = answer.axis
    ? ["min", "max"].filter((end) => rule[end] !== undefined).map((end) => control(rule, end, answer.axis))
    : [];
  const use = el("input", { type: "checkbox", id: "use", onchange: (event) => turn(rule.name, event.target.checked) });
  const back = el("button", { type: "button", id: "reset-rule", onclick: () => reset(rule.name) }, t("reset_rule"));
  const parts = [
    el("h2", {}, why),
    el(
      "p",
      { class: "about" },
      el("code", {}, rule.name),
      el(
        "span",
        {},
        t("labelled", t("measure"), rule.hosts ? `${t("search_host")} ${rule.hosts}` : measureName(rule)),
        measure && el("small", {}, ` — ${measure.means[lang()]}`),
      ),
      rule.source && el("span", {}, t("labelled", t("source"), ""), el("small", { lang: "en" }, rule.source)),
    ),
    el("p", { class: "note off-note" }, t("rule_off")),
    answer.axis ? el("div", { id: "plot" }) : el("p", { class: "note" }, t("host_rule")),
    el(
      "div",
      { class: controls.length > 1 ? "sliders two" : "sliders" },
      controls.map((one) => one.slider),
    ),
    answer.axis && el("div", { id: "legend" }),
    el(
      "div",
      { class: "controls" },
      controls.map((one) => one.exact),
      el("label", { class: "use" }, use, t("use_rule")),
      back,
    ),
    el("dl", { class: "stats", id: "stats" }),
  ];
  $("panel").replaceChildren(...parts.filter(Boolean));
  drawn = { rule, lang: lang(), controls, use, back, follow: () => {}, bars: "" };
  if (answer.axis) plot(rule, answer);
}

function plot(rule, answer) {
  const { figure, follow } = chart(rule, answer);
  const key = (tone, text) => el("span", {}, el("i", { class: tone }), text);
  const data = table(answer);
  data.open = Boolean($("legend").querySelector("details")?.open);
  $("plot").replaceChildren(
    el("figure", {}, el("figcaption", { class: "visually-hidden" }, t("spread", measureName(rule))), figure),
  );
  $("legend").replaceChildren(
    el(
      "p",
      { class: "key" },
      key("kept", t("key_passes")),
      key("refused", t("key_fails")),
      key("other", t("key_other")),
      el(
        "span",
        { class: "aside" },
        [t("height_note"), answer.axis.beyond && t("beyond_note")].filter(Boolean).join(lang() === "ja" ? "。" : "; "),
      ),
    ),
    data,
  );
  drawn.follow = follow;
  drawn.bars = JSON.stringify([answer.decides, answer.elsewhere]);
}

/** A slider over the axis, and a field for the exact number. */
function control(rule, end, axis) {
  const name = `${measureName(rule)}: ${t(end)}`;
  const slide = (value) => move(rule, end, bounded(rule, end, value));
  const range = el("input", {
    type: "range",
    class: `slider ${end}`,
    id: `slider-${end}`,
    min: "0",
    max: String(FINE),
    step: "1",
    "aria-label": name,
    oninput: (event) => slide(valueAt(axis, event.target.value / FINE)),
    onkeydown: (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
      const value = limit(rule, end);
      let step = stepAt(axis, by < 0 && !event.shiftKey ? value - stepAt(axis, value) / 2 : value);
      if (event.shiftKey) step = axis.whole ? Math.max(1, step / 10) : step / 10;
      slide(tidy(value + by * (axis.whole ? Math.round(step) : step)));
      event.preventDefault();
    },
  });
  const field = el("input", {
    type: "number",
    id: `exact-${end}`,
    step: "any",
    "aria-label": name,
    onchange: (event) => {
      const value = event.target.valueAsNumber;
      if (Number.isFinite(value)) slide(value);
      else followPanel();
    },
  });
  const back = el(
    "button",
    { type: "button", class: "back", onclick: () => move(rule, end, rule[end]) },
    t("back_to", number(rule[end])),
  );
  const exact = el(
    "span",
    { class: "exact" },
    el("label", {}, end === "max" && rule.min !== undefined ? "" : measureName(rule), field),
    t(end === "min" ? "at_least" : "at_most"),
    back,
  );
  const follow = () => {
    const value = limit(rule, end);
    range.value = String(Math.round(FINE * place(axis, value)));
    range.setAttribute("aria-valuetext", number(value));
    if (document.activeElement !== field || field.valueAsNumber !== value) field.value = String(value);
    back.hidden = value === rule[end];
    for (const node of [range, field]) node.disabled = !isOn(rule.name);
  };
  return { slider: range, exact, follow };
}

/** The nearest value that the rule's threshold may have. */
function bounded(rule, end, value) {
  const [least, most] = rule.range;
  const other = limit(rule, end === "min" ? "max" : "min");
  const low = Math.max(least ?? -Infinity, end === "max" && other !== undefined ? other : -Infinity);
  const high = Math.min(most ?? Infinity, end === "min" && other !== undefined ? other : Infinity);
  return Math.min(high, Math.max(low, value));
}

/** Everything that follows a move without an answer, then the figures as far as they are known. */
export function followPanel() {
  if (!drawn || drawn.rule !== current()) return;
  const { rule } = drawn;
  drawn.follow();
  drawn.controls.forEach((one) => one.follow());
  drawn.use.checked = isOn(rule.name);
  drawn.back.hidden = !isMoved(rule);
  $("panel").classList.toggle("off", !isOn(rule.name));
  drawStats();
}

function drawStats() {
  const now = state.standing?.rules[state.rule];
  const all = state.standing?.candidates;
  const cells = now
    ? [
        stat("failed", t("failed"), count(now.failed), t("failed_note", share(now.failed, all))),
        stat("alone", t("key_fails"), count(now.alone), t("alone_note")),
        stat("left", t("left"), count(now.left), t("left_note")),
        precision(),
      ]
    : [];
  $("stats").replaceChildren(...cells);
}

const stat = (name, title, value, ...notes) =>
  el(
    "div",
    { id: `stat-${name}` },
    el("dt", {}, title),
    el(
      "dd",
      {},
      el("b", {}, value),
      notes.map((note) => el("small", {}, note)),
    ),
  );

function precision() {
  const found = drawn.answer?.[state.alone ? "alone" : "fails"];
  if (!found || !found.sample) {
    const judged = found?.judged ? t("precision_more", count(found.judged)) : null;
    return stat("precision", t("precision"), "—", t("precision_none"), judged);
  }
  const more = found.judged > found.sample ? t("precision_more", count(found.judged - found.sample)) : null;
  const note = t("precision_note", count(found.bad), count(found.sample), interval(found));
  return stat("precision", t("precision"), `${Math.round((100 * found.bad) / found.sample)} %`, note, more);
}

// The lists of documents: both sides of a threshold, samples, what is gained and lost, and the search.

import { ask, latest } from "./ask.js";
import { card, stamp } from "./card.js";
import { $, el } from "./dom.js";
import { count, interval, share } from "./numbers.js";
import { refreshPanel } from "./panel.js";
import { form, searched } from "./searching.js";
import { current, emit, isOn, keep, setting, state } from "./state.js";
import { drawSummary, say, sayError } from "./summary.js";
import { t } from "./words.js";

export const TABS = ["edge", "refused", "gained", "lost", "search"];
const SIDE = 8; // documents on each side of a threshold
const LIST = 10;

let lists = []; // {node, query}: what the shelf shows
let asking = 0; // a later drawing makes an earlier one's answers void

export function drawTabs() {
  $("tabs").replaceChildren(
    ...TABS.map((name, at) =>
      el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-controls": "shelf",
          "aria-selected": String(name === state.tab),
          tabindex: name === state.tab ? "0" : "-1",
          onclick: () => openTab(name),
          onkeydown: walk,
        },
        t(`tab_${name}`),
        (name === "gained" || name === "lost") &&
          el("b", { class: `n ${name}` }, state.standing ? count(state.standing[name]) : ""),
        el("kbd", { "aria-hidden": "true" }, String(at + 1)),
      ),
    ),
  );
  $("shelf").setAttribute("aria-labelledby", `tab-${state.tab}`);
}

export function fillTabs() {
  for (const name of ["gained", "lost"]) {
    const badge = $("tabs").querySelector(`b.${name}`);
    if (badge && state.standing) badge.textContent = count(state.standing[name]);
  }
}

/** Show a list, and put the focus on its tab if it was on one. */
export function openTab(name) {
  const focused = $("tabs").contains(document.activeElement);
  state.tab = name;
  keep();
  drawTabs();
  if (focused) $(`tab-${name}`).focus();
  drawShelf();
}

function walk(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  openTab(TABS[(TABS.indexOf(state.tab) + by + TABS.length) % TABS.length]);
  event.preventDefault();
}

/** Build the shelf of the tab that is open, and ask for its documents. */
export function drawShelf() {
  asking += 1;
  lists = [];
  const parts = { edge, refused, gained: () => changed("gained"), lost: () => changed("lost"), search }[state.tab]();
  $("shelf").replaceChildren(...parts);
  if (state.tab !== "search") for (const list of lists) begin(list);
}

/** The same lists under another setting: built anew where they depend on the rule's being on. */
export function refreshShelf() {
  if (state.tab === "search" && !searched()) return;
  if (state.tab === "edge" && lists.length === 0) drawShelf();
  else if (state.tab === "edge" && !isOn(state.rule)) drawShelf();
  else {
    asking += 1;
    for (const list of lists) begin(list);
  }
}

function edge() {
  if (!isOn(state.rule)) return [el("p", { class: "note" }, t("rule_off"))];
  if (current().hosts) return refused();
  const rule = state.rule;
  const near = () => ({ rule, order: "near", limit: SIDE });
  const sides = [
    [t("edge_fails"), "fails", () => ({ ...near(), how: state.elsewhere ? "fails" : "alone" })],
    [t("edge_passes"), "passes", () => ({ ...near(), how: "passes", now: state.elsewhere ? "" : "passes" })],
  ];
  return [
    el("p", { class: "note" }, t("edge_note"), " ", choice("elsewhere", t("edge_elsewhere"))),
    el(
      "div",
      { class: "sides" },
      sides.map(([title, tone, query]) => el("section", { class: tone }, el("h3", {}, title), list(query))),
    ),
  ];
}

function refused() {
  if (!isOn(state.rule)) return [el("p", { class: "note" }, t("rule_off"))];
  const rule = state.rule;
  return [
    el("p", { class: "note" }, t("refused_note"), " ", choice("alone", t("refused_alone"))),
    list(() => ({ rule, how: state.alone ? "alone" : "fails", order: "random", limit: LIST })),
    el("p", { class: "note judging" }, t("judging_note")),
  ];
}

const changed = (name) => [
  el("p", { class: "note" }, t(`${name}_list`)),
  list(() => ({ now: name, order: "random", limit: LIST })),
  el("p", { class: "note judging" }, t("judging_note")),
];

function search() {
  const shown = list(() => ({ ...searched(), limit: LIST }));
  const found = form(() => {
    asking += 1;
    for (const one of lists) begin(one);
  });
  if (searched()) lists.forEach(begin);
  return [found, shown];
}

function choice(name, text) {
  const change = (event) => {
    state[name] = event.target.checked;
    keep();
    emit("choice");
    refreshShelf();
  };
  return el(
    "label",
    { class: "choice" },
    el("input", { type: "checkbox", id: `choice-${name}`, checked: state[name], onchange: change }),
    text,
  );
}

function list(query) {
  const node = el("div", { class: "list" }, el("p", { class: "note" }, state.tab === "search" ? "" : t("loading")));
  const one = { node, query, ask: null };
  one.ask = latest(
    "find",
    (answer, asked) => receive(one, answer, asked),
    (error) => failed(one, error),
  );
  lists.push(one);
  return node;
}

const begin = (one) => one.ask({ ...setting(), query: one.query(), asking });

function failed(one, error) {
  one.node.replaceChildren();
  sayError(error);
}

function receive(one, answer, asked) {
  if (asked.asking !== asking) return;
  const cards = answer.documents.map((shown) => card(shown, answer.patterns, judge));
  if (!asked.query.first) {
    const row = document.activeElement?.closest?.(".doc")?.dataset.row;
    one.node.replaceChildren(el("p", { class: "total note" }), ...cards);
    if (row) one.node.querySelector(`[data-row="${CSS.escape(row)}"]`)?.focus({ preventScroll: true });
  } else {
    one.node.querySelector(".more")?.remove();
    one.node.append(...cards);
  }
  const shown = one.node.querySelectorAll(".doc").length;
  one.node.querySelector(".total").textContent =
    answer.total === null
      ? t("found", count(shown))
      : answer.total
        ? t("shown_of", count(shown), count(answer.total))
        : t("nothing");
  if (answer.estimate?.sample && (state.tab === "gained" || state.tab === "lost")) {
    const { bad, sample } = answer.estimate;
    one.node
      .querySelector(".total")
      .append(` · ${t("share_bad", count(bad), count(sample), interval(answer.estimate))}`);
  }
  if (answer.next !== null) {
    const text = answer.total === null ? t("search_on", share(answer.searched, 1)) : t("more");
    const go = () => one.ask({ ...asked, query: { ...asked.query, first: answer.next } });
    one.node.append(el("button", { type: "button", class: "more", onclick: go }, text));
  } else if (!shown && answer.total === null) one.node.querySelector(".total").textContent = t("nothing");
  emit("listed");
}

/** Every card that is shown, in the order in which they are read. */
export const cards = () => [...$("shelf").querySelectorAll(".doc")];

/** The card that the focus is in. */
export const focused = () => document.activeElement?.closest?.(".doc") ?? null;

/** Go to the next card, or the one before; ask for more at the end. */
export function go(by) {
  const all = cards();
  const at = all.indexOf(focused());
  const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
  if (next) {
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  } else if (by > 0) focused()?.parentNode.querySelector(".more")?.click();
}

/** Judge a card's document; by key, go on to the next. */
export async function judge(node, label, goOn = false) {
  if (node.shown.excerpt === null) return say(t("no_text"), true);
  try {
    const answer = await ask("label", { ...setting(), row: node.shown.row, label, rule: state.rule });
    for (const same of cards()) if (same.shown.row === answer.row) stamp(same, label);
    state.judged = answer.count;
    say(t(`said_${label}`, count(answer.count)));
    if (goOn) go(1);
    drawSummary();
    refreshPanel();
  } catch (error) {
    sayError(error);
  }
}

/** Take the last judgement back. */
export async function undo() {
  try {
    const before = state.judged;
    const answer = await ask("undo", setting());
    for (const same of cards()) if (same.shown.row === answer.row) stamp(same, "");
    state.judged = answer.count;
    say(before === answer.count ? t("nothing_to_undo") : t("undone", count(answer.count)));
    drawSummary();
    refreshPanel();
  } catch (error) {
    sayError(error);
  }
}

// The search form, and what was last asked for with it.

import { el } from "./dom.js";
import { base, state } from "./state.js";
import { t } from "./words.js";

const FIELDS = ["text", "host", "rule", "now", "verdict"];
let asked = null;

/** The query of the last search, null where there was none. */
export function searched() {
  if (!asked) return null;
  const [how, rule] = asked.rule.split(":");
  const known = rule && base().rules.some((one) => one.name === rule);
  return {
    text: asked.text,
    host: asked.host,
    now: asked.now,
    verdict: asked.verdict,
    ...(known ? { rule, how } : {}),
  };
}

/** The form; `onSearch` is called when it is sent. */
export function form(onSearch) {
  const said = asked || Object.fromEntries(FIELDS.map((name) => [name, ""]));
  const field = (name, title, node) => el("label", { class: `field-${name}` }, title, node);
  const select = (name, options) =>
    el(
      "select",
      { name, id: `search-${name}` },
      options.map(([value, text]) => el("option", { value, selected: value === said[name] }, text)),
    );
  const input = (name) =>
    el("input", { type: "search", name, id: `search-${name}`, value: said[name], maxLength: 200, autocomplete: "off" });
  const rules = base().rules.flatMap(({ name }) => [
    [`fails:${name}`, t("fails_rule", name)],
    [`alone:${name}`, t("alone_rule", name)],
  ]);
  const now = ["passes", "fails", "gained", "lost"].map((name) => [name, t(name)]);
  const verdicts = ["kept", "refused", "duplicate"].map((name) => [name, t(name)]);
  const any = ["", t("any")];
  return el(
    "form",
    {
      class: "search",
      role: "search",
      onsubmit: (event) => {
        event.preventDefault();
        asked = Object.fromEntries(FIELDS.map((name) => [name, event.target.elements[name].value]));
        onSearch();
      },
    },
    field("text", t("search_text"), input("text")),
    field("host", t("search_host"), input("host")),
    field("rule", t("search_rule"), select("rule", [any, ...rules])),
    field("now", t("search_now"), select("now", [any, ...now])),
    field("verdict", t("search_verdict"), select("verdict", [any, ...verdicts])),
    el("button", { type: "submit", class: "strong" }, t("go")),
    el(
      "p",
      { class: "note" },
      state.info.texts === "whole" ? t("search_note") : [t("search_note"), " ", t(`texts_${state.info.texts}`)],
    ),
  );
}

// A rule's histogram. What a threshold refuses is coloured by clipping, so that a move needs no answer from anybody.

import { el, svg } from "./dom.js";
import { count, number, place, ticks } from "./numbers.js";
import { limit } from "./state.js";
import { t } from "./words.js";

const HEIGHT = 150;
const FOOT = 22; // for the numbers below the axis
const HEAD = 20; // for the threshold's own number

const percent = (share) => `${(100 * share).toFixed(3)}%`;

/** The chart for what `rule` was answered, with one line for each threshold; `follow(rule)` puts them where they are set. */
export function chart(rule, answer) {
  const { axis, decides, elsewhere } = answer;
  const top = Math.sqrt(Math.max(1, ...decides.map((one, at) => one + elsewhere[at])));
  const width = 1 / decides.length;
  const bars = (tone) =>
    decides.flatMap((one, at) => {
      const whole = one + elsewhere[at];
      if (!whole) return [];
      const height = Math.max(1.5, (HEIGHT * Math.sqrt(whole)) / top);
      const part = (height * one) / whole;
      const x = percent((at + 0.07) * width);
      const across = percent(0.86 * width);
      return [
        one > 0 && svg("rect", { class: tone, x, width: across, y: HEAD + HEIGHT - part, height: part }),
        tone === "kept" &&
          whole > one &&
          svg("rect", { class: "other", x, width: across, y: HEAD + HEIGHT - height, height: height - part }),
      ].filter(Boolean);
    });
  const below = svg("rect", { x: "0%", y: 0, height: HEAD + HEIGHT });
  const above = svg("rect", { y: 0, height: HEAD + HEIGHT });
  const between = svg("rect", { y: 0, height: HEAD + HEIGHT });
  const ends = ["min", "max"].filter((end) => rule[end] !== undefined);
  const lines = Object.fromEntries(ends.map((end) => [end, line("limit")]));
  const starts = ends.map((end) => start(rule, end, axis));
  const figure = svg(
    "svg",
    { class: "histogram", height: HEAD + HEIGHT + FOOT, "aria-hidden": "true" },
    svg("clipPath", { id: "refusing" }, below, above),
    svg("clipPath", { id: "passing" }, between),
    svg(
      "g",
      {},
      bars("kept").filter((bar) => bar.getAttribute("class") === "other"),
    ),
    svg(
      "g",
      { "clip-path": "url(#passing)" },
      bars("kept").filter((bar) => bar.getAttribute("class") === "kept"),
    ),
    svg("g", { "clip-path": "url(#refusing)" }, bars("refused")),
    svg("line", { class: "axis", x1: "0%", x2: "100%", y1: HEAD + HEIGHT + 0.5, y2: HEAD + HEIGHT + 0.5 }),
    starts,
    Object.values(lines).map((one) => one.group),
    ticks(axis).map(([value, at]) =>
      svg(
        "text",
        { x: percent(at), y: HEAD + HEIGHT + 17, "text-anchor": at < 0.02 ? "start" : at > 0.98 ? "end" : "middle" },
        number(value),
      ),
    ),
  );
  function follow() {
    const low = rule.min === undefined ? 0 : place(axis, limit(rule, "min"));
    const high = rule.max === undefined ? 1 : place(axis, limit(rule, "max"));
    below.setAttribute("width", percent(low));
    between.setAttribute("x", percent(low));
    between.setAttribute("width", percent(Math.max(0, high - low)));
    above.setAttribute("x", percent(high));
    above.setAttribute("width", percent(1 - high));
    for (const end of ends) lines[end].put(end === "min" ? low : high, number(limit(rule, end)));
  }
  follow();
  return { figure, follow };
}

function line(tone) {
  const stroke = svg("line", { class: tone, y1: 4, y2: HEAD + HEIGHT });
  const name = svg("text", { class: "limit-name", y: 13 });
  const put = (at, text) => {
    stroke.setAttribute("x1", percent(at));
    stroke.setAttribute("x2", percent(at));
    name.setAttribute("x", percent(at));
    name.setAttribute("dx", at > 0.85 ? -6 : 6);
    name.setAttribute("text-anchor", at > 0.85 ? "end" : "start");
    name.textContent = text;
  };
  return { group: svg("g", {}, stroke, name), put };
}

/** Where the threshold stood at first. */
function start(rule, end, axis) {
  const at = percent(place(axis, rule[end]));
  return svg("line", { class: "was", x1: at, x2: at, y1: HEAD, y2: HEAD + HEIGHT });
}

/** The same numbers as a table, for who does not see the chart. */
export function table(answer) {
  const { axis, decides, elsewhere } = answer;
  const edge = (at) => {
    const share = at / decides.length;
    const span = axis.high - axis.low;
    return axis.low + (axis.pivot ? axis.pivot * Math.expm1(share * Math.log1p(span / axis.pivot)) : share * span);
  };
  const rows = decides.flatMap((one, at) =>
    one + elsewhere[at]
      ? [
          el(
            "tr",
            {},
            el("th", { scope: "row" }, `${number(edge(at))} – ${number(edge(at + 1))}`),
            el("td", { class: "n" }, count(one)),
            el("td", { class: "n" }, count(elsewhere[at])),
          ),
        ]
      : [],
  );
  const head = [t("table_from"), `${t("key_passes")}・${t("key_fails")}`, t("key_other")];
  return el(
    "details",
    { class: "data" },
    el("summary", {}, t("table")),
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((name, at) => el("th", { scope: "col", class: at ? "n" : "" }, name)),
        ),
      ),
      el("tbody", {}, rows),
    ),
  );
}

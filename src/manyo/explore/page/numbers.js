// Numbers as people read them, and places on an axis.

export const count = (value) => Number(value).toLocaleString("en-US");

/** Four significant digits, whole numbers whole; "—" for none. */
export function number(value) {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "—";
  if (Number.isInteger(value)) return count(value);
  return Math.abs(value) < 1000
    ? String(Number(value.toPrecision(4)))
    : value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** A share in percent. What is not nothing never reads 0 %, what is not all never 100 %. */
export function share(part, whole) {
  if (!whole) return "—";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  if (percent < 100 && percent > 99.9) return "> 99.9 %";
  return part === 0 || part === whole ? `${percent.toFixed(0)} %` : `${percent.toFixed(1)} %`;
}

/** The ends of an estimate, in percent. */
export const interval = ({ low, high }) => `${Math.round(100 * low)}–${Math.round(100 * high)}\u00a0%`;

/** Where a value lies on an axis, between 0 and 1. */
export function place(axis, value) {
  const span = axis.high - axis.low;
  const from = Math.min(Math.max(value - axis.low, 0), span);
  return axis.pivot ? Math.log1p(from / axis.pivot) / Math.log1p(span / axis.pivot) : from / span;
}

/** The value at a place of an axis, in the digits that its neighbourhood deserves. */
export function valueAt(axis, at) {
  const span = axis.high - axis.low;
  const raw = axis.low + (axis.pivot ? axis.pivot * Math.expm1(at * Math.log1p(span / axis.pivot)) : at * span);
  const grain = stepAt(axis, raw);
  return tidy(Math.min(axis.high, Math.max(axis.low, Math.round(raw / grain) * grain)));
}

/** How far one key goes from a value: 1, 2 or 5 times a power of ten. */
export function stepAt(axis, value) {
  const rough = axis.pivot ? Math.max(Math.abs(value - axis.low), axis.pivot) / 20 : (axis.high - axis.low) / 200;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].find((one) => one * power >= rough * 0.999) * power;
  return axis.whole ? Math.max(1, Math.round(nice)) : nice;
}

/** Without the dust of binary fractions. */
export const tidy = (value) => Number(value.toPrecision(10));

/** Round values to write under an axis: [value, place]. */
export function ticks(axis) {
  const found = [];
  if (axis.pivot) {
    found.push(axis.low);
    for (let power = 10 ** Math.floor(Math.log10(axis.pivot)); power < axis.high - axis.low; power *= 10) {
      for (const one of [1, 3]) if (one * power < axis.high - axis.low) found.push(axis.low + one * power);
    }
  } else {
    const rough = (axis.high - axis.low) / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const nice = [1, 2, 5, 10].find((one) => one * power >= rough * 0.999) * power;
    for (let at = Math.ceil(axis.low / nice - 1e-9) * nice; at <= axis.high * (1 + 1e-9); at += nice) found.push(at);
  }
  const shown = [];
  for (const value of found.map(tidy)) {
    const at = place(axis, value);
    if (!shown.length || at - shown[shown.length - 1][1] > 0.08) shown.push([value, at]);
  }
  return shown;
}

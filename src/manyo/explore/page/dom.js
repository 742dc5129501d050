// Elements out of plain values. Texts of documents are hostile: they become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.setAttribute("class", value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else if (name in node && typeof value !== "string" && node.namespaceURI !== SVG) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element: `el("p", {class: "note"}, "text", other)`. Handlers are `onclick` and so on. */
export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

/** The same for SVG. */
export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

export const $ = (id) => document.getElementById(id);

/** Text from outside, its direction kept to itself. */
export const outside = (text, attributes = {}) => el("bdi", attributes, text);

/** A text with every place of the patterns marked. */
export function marked(text, patterns) {
  const wanted = patterns.filter(Boolean).map((pattern) => pattern.toLowerCase());
  const folded = text.toLowerCase();
  if (!wanted.length || folded.length !== text.length) return [text];
  const parts = [];
  let at = 0;
  for (;;) {
    let next = -1;
    let length = 0;
    for (const pattern of wanted) {
      const place = folded.indexOf(pattern, at);
      if (place >= 0 && (next < 0 || place < next)) [next, length] = [place, pattern.length];
    }
    if (next < 0) break;
    parts.push(text.slice(at, next), el("mark", {}, text.slice(next, next + length)));
    at = next + length;
  }
  return [...parts, text.slice(at)];
}

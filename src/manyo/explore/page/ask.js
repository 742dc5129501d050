// Questions to the server that this page came from.

const KEEP = "manyo-token";

/** What the server would not do: what was wrong, and what to do about it. */
export class Refusal extends Error {
  constructor(answer) {
    super(answer.error);
    this.hint = answer.hint || "";
  }
}

let token = "";

/** Take the token from the address, where it stands no longer than this; exchange a ticket for it. */
export async function enter() {
  token = location.hash.slice(1) || sessionStorage.getItem(KEEP) || "";
  history.replaceState(null, "", location.pathname + location.search);
  if (token.startsWith("once-")) token = (await ask("enter")).token;
  sessionStorage.setItem(KEEP, token);
}

/** Tells runs of the server apart. */
export const run = () => token.slice(0, 8);

/** Ask, and wait for the answer. Throws `Refusal`, or `TypeError` where nobody answers. */
export async function ask(question, asked = {}) {
  const response = await fetch(`/ask/${question}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Manyo-Token": token },
    body: JSON.stringify(asked),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(answer);
  return answer;
}

/**
 * One question of a kind at a time: while it is out, only the newest of those that come waits. An answer that a newer
 * question has overtaken is not handed on.
 */
export function latest(question, onAnswer, onError) {
  let running = false;
  let waiting = null;
  async function go(asked) {
    running = true;
    const [answer, error] = await ask(question, asked).then(
      (found) => [found, null],
      (wrong) => [null, wrong],
    );
    running = false;
    if (!waiting) {
      if (error) onError(error);
      else onAnswer(answer, asked);
    }
    if (waiting) {
      const next = waiting;
      waiting = null;
      go(next);
    }
  }
  return (asked) => {
    if (running) waiting = asked;
    else go(asked);
  };
}

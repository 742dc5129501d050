// Everything the page says, in Japanese and English. A function where words go around values.

const WORDS = {
  title: ["しきい値を探る", "Explore thresholds"],
  skip: ["本文へ", "To the content"],
  start_from: ["起点のレシピ", "Start from"],
  own_rules: [(name) => `この版の規則（${name}）`, (name) => `this release's own (${name})`],
  file_rules: [(name) => `ファイル（${name}）`, (name) => `file (${name})`],
  open_file: ["ファイルを開く…", "Open a file…"],
  reset_all: ["すべて元に戻す", "Reset all"],
  save_recipe: ["レシピを保存…", "Save the recipe…"],
  help: ["キー操作の一覧", "Keyboard help"],
  rules: ["規則", "Rules"],
  rule_panel: ["選んだ規則", "The chosen rule"],
  documents: ["文書", "Documents"],
  close: ["閉じる", "Close"],

  passed: ["合格", "Pass"],
  of_candidates: [(share, n) => `候補 ${n} 件の ${share}`, (share, n) => `${share} of ${n} candidates`],
  gained: ["増える", "Gained"],
  gained_note: ["元の版では不採用", "refused in the release"],
  lost: ["減る", "Lost"],
  lost_note: ["元の版では採用", "kept in the release"],
  characters: ["合格した文字数", "Characters that pass"],
  per_document: [(n) => `1 件あたり ${n} 文字`, (n) => `${n} a document`],
  judged: ["判定した文書", "Judged"],
  judged_note: [(file) => `${file} に保存`, (file) => `kept in ${file}`],

  add_rule: ["規則を加える", "Add a rule"],
  add_measure: ["測定値", "Measure"],
  add_end: ["条件", "Condition"],
  add: ["加える", "Add"],
  with_more: [(n) => `＋規則 ${n} 個`, (n) => `+ ${n} rule${n > 1 ? "s" : ""}`],
  added: [(name) => `規則 ${name} を加えました。`, (name) => `The rule ${name} was added.`],
  so_far: [
    (passed, gained, lost) => `合格 ${passed} 件、増える ${gained} 件、減る ${lost} 件`,
    (passed, gained, lost) => `${passed} pass, ${gained} gained, ${lost} lost`,
  ],

  failed: ["不合格", "Fail"],
  alone: ["これだけ", "Only this"],
  rule_on: [(name) => `規則 ${name} を使う`, (name) => `use the rule ${name}`],
  moved: ["変更あり", "changed"],
  unmeasured: [
    (n, names) => `この版では測っていないため、${n} 個の規則が使えません。ここの数は残りの規則だけのものです：${names}`,
    (n, names) => `${n} rules look at what was not measured in this release and are left out of all counts: ${names}`,
  ],
  unedited: [
    (edits) => `このレシピは測る前に本文を編集します（${edits}）。ここの数値は、編集していない本文のものです。`,
    (edits) =>
      `This recipe edits texts before it measures them (${edits}). The figures here are of texts as they were.`,
  ],
  sampled: [
    (held, of) => `候補 ${of} 件から無作為に選んだ ${held} 件を表示しています。数はこの標本の中のものです。`,
    (held, of) => `Shown are ${held} candidates chosen at random out of ${of}; counts are of these.`,
  ],
  texts_kept: [
    "作業フォルダー（.manyo）がないため、本文があるのは採用した文書だけです。不採用の文書は読むことも判定することもできません。",
    "The work folder (.manyo) is gone, so only kept documents have their texts: refused ones can be neither read nor judged.",
  ],
  texts_none: [
    "作業フォルダー（.manyo）がないため、本文は表示できません。",
    "The work folder (.manyo) is gone: there are no texts to show.",
  ],
  own_unknown: [
    "この版の規則は読み直せませんでした（ホストの一覧が見つからないなど）。起点のレシピには manyo を使っています。",
    "This release's own rules cannot be read again (a list of hosts is elsewhere, for instance); the recipe manyo is used.",
  ],

  measure: ["測定値", "Measure"],
  source: ["出典", "Source"],
  labelled: [(name, value) => `${name}：${value}`, (name, value) => `${name}: ${value}`],
  at_least: ["以上なら合格", "or more passes"],
  no_less: ["下限（小さすぎると不合格）", "minimum: too little fails"],
  no_more: ["上限（大きすぎると不合格）", "maximum: too much fails"],
  at_most: ["以下なら合格", "or less passes"],
  min: ["下限", "Minimum"],
  max: ["上限", "Maximum"],
  back_to: [(value) => `元の ${value} に戻す`, (value) => `back to ${value}`],
  reset_rule: ["この規則を元に戻す", "Reset this rule"],
  use_rule: ["この規則を使う", "Use this rule"],
  was: ["元", "was"],
  left: ["ここまで合格", "Left so far"],
  left_note: ["この規則までを満たす文書", "pass this rule and all before it"],
  failed_note: [(share) => `候補の ${share}`, (share) => `${share} of the candidates`],
  alone_note: ["ほかの規則はすべて満たす", "pass every other rule"],
  precision: ["精度の推定", "Precision"],
  precision_note: [
    (bad, n, interval) => `無作為の ${n} 件のうち悪い文書 ${bad} 件・95 % 区間 ${interval}`,
    (bad, n, interval) => `${bad} bad of ${n} drawn at random; 95 % interval ${interval}`,
  ],
  precision_none: ["「不合格の標本」で判定すると出ます", "judge some of its “Refused” sample"],
  precision_more: [(n) => `ほかの判定 ${n} 件は無作為の順の外`, (n) => `${n} more judged out of the random order`],
  rule_off: ["この規則は使っていません。", "This rule is switched off."],
  host_rule: [
    "ホストの一覧による規則なので、動かすしきい値はありません。",
    "A rule about hosts has no threshold to move.",
  ],
  key_passes: ["合格", "passes"],
  key_fails: ["この規則だけで不合格", "refused by this rule alone"],
  key_other: ["ほかの規則で不合格", "refused by another rule"],
  key_limit: ["しきい値", "threshold"],
  height_note: ["棒の高さは件数の平方根", "heights are square roots of counts"],
  beyond_note: ["右端の棒はそれより大きい値を含む", "the last bar holds all larger values"],
  spread: [(measure) => `${measure}の分布`, (measure) => `How ${measure} is spread`],
  table: ["数値の表", "As a table"],
  table_from: ["値", "Value"],

  tab_edge: ["境目の両側", "Both sides"],
  tab_refused: ["不合格の標本", "Refused"],
  tab_gained: ["増える文書", "Gained"],
  tab_lost: ["減る文書", "Lost"],
  tab_search: ["検索", "Search"],
  edge_fails: ["境目で不合格", "Just refused"],
  edge_passes: ["境目で合格", "Just passing"],
  edge_note: [
    "しきい値に近い順。この規則だけが決め手になる文書です。",
    "Nearest to the threshold first; documents that this rule alone decides about.",
  ],
  edge_elsewhere: ["ほかの規則で不合格の文書も含める", "also those that another rule refuses"],
  refused_note: [
    "この規則で不合格になった文書を、決まった無作為の順に。上から順に判定すると、規則の精度を推定できます。",
    "What this rule refuses, in a fixed random order. Judge from the top to estimate the rule's precision.",
  ],
  refused_alone: ["この規則だけで不合格のもの", "only those that nothing else refuses"],
  gained_list: [
    "元の版では不採用、今の設定では合格。重複はまだ調べていません。無作為の順。",
    "Refused in the release, passing now; nobody has looked for duplicates among them. In random order.",
  ],
  lost_list: ["元の版では採用、今の設定では不合格。無作為の順。", "Kept in the release, refused now. In random order."],
  share_bad: [
    (bad, n, interval) => `悪い文書の割合の推定：${n} 件中 ${bad} 件・95 % 区間 ${interval}`,
    (bad, n, interval) => `Estimated share of bad documents: ${bad} of ${n}; 95 % interval ${interval}`,
  ],
  nothing: ["該当する文書はありません。", "There are none."],
  loading: ["読み込み中…", "Loading…"],
  shown_of: [(shown, total) => `${total} 件中 ${shown} 件`, (shown, total) => `${shown} of ${total}`],
  found: [(n) => `${n} 件`, (n) => `${n} found`],
  more: ["続きを表示", "Show more"],
  search_on: [(share) => `続きを探す（${share} まで調べました）`, (share) => `Search on (${share} looked through)`],

  search_text: ["本文・題名に含む文字", "Text or title holds"],
  search_host: ["ホスト", "Host"],
  search_rule: ["規則", "Rule"],
  search_now: ["今の設定", "Now"],
  search_verdict: ["元の版", "In the release"],
  any: ["すべて", "any"],
  passes: ["合格", "passes"],
  fails: ["不合格", "fails"],
  fails_rule: [(name) => `${name} で不合格`, (name) => `fails ${name}`],
  alone_rule: [(name) => `${name} だけで不合格`, (name) => `fails ${name} alone`],
  go: ["検索", "Search"],
  search_note: [
    "英字の大小、全角・半角の違いは問いません。空欄の条件は使いません。",
    "Case and full- or half-width forms do not matter; empty conditions hold for all.",
  ],

  kept: ["採用", "kept"],
  refused: ["不採用", "refused"],
  duplicate: ["重複", "duplicate"],
  in_release: ["元の版", "release"],
  now: ["今", "now"],
  untitled: ["（題名なし）", "(no title)"],
  n_characters: [(n) => `${n} 文字`, (n) => `${n} characters`],
  less: [(limit) => `＜ ${limit}`, (limit) => `< ${limit}`],
  greater: [(limit) => `＞ ${limit}`, (limit) => `> ${limit}`],
  not_number: ["測定値なし", "not a number"],
  no_text: ["本文は残っていません。", "Its text is gone."],
  good: ["良い", "Good"],
  bad: ["悪い", "Bad"],
  whole_text: ["全文と測定値", "Whole text, all numbers"],
  less_text: ["たたむ", "Fold"],
  cut_text: [(n) => `…（残り ${n} 文字）`, (n) => `… (${n} more characters)`],
  all_measures: ["すべての測定値", "All measures"],

  said_good: [
    (n) => `「良い」と判定しました（計 ${n} 件）。u で取り消せます。`,
    (n) => `Judged good (${n} in all). u takes it back.`,
  ],
  said_bad: [
    (n) => `「悪い」と判定しました（計 ${n} 件）。u で取り消せます。`,
    (n) => `Judged bad (${n} in all). u takes it back.`,
  ],
  undone: [(n) => `判定を 1 件取り消しました（計 ${n} 件）。`, (n) => `One judgement taken back (${n} left).`],
  nothing_to_undo: ["取り消す判定はありません。", "There is no judgement to take back."],
  no_answer: [
    "サーバーから応答がありません。manyo explore が動いているか確かめてください。",
    "The server does not answer: see that `manyo explore` is running.",
  ],
  refusal: [
    (what, hint) => `受け付けられませんでした：${what}${hint ? `（${hint}）` : ""}`,
    (what, hint) => `Refused: ${what}${hint ? ` (${hint})` : ""}`,
  ],
  loaded: [(name) => `レシピ ${name} を読み込みました。`, (name) => `The recipe ${name} was loaded.`],

  recipe_title: ["この設定のレシピ", "This setting as a recipe"],
  recipe_name: ["名前", "Name"],
  recipe_note: [
    "保存したファイルは、次のコマンドにそのまま渡せます。",
    "The file can be given to these commands as it is.",
  ],
  download: ["ファイルに保存", "Save as a file"],
  copy: ["コピー", "Copy"],
  copied: ["コピーしました。", "Copied."],

  help_title: ["キー操作", "Keyboard"],
  help_letters: ["一文字のキーを使う", "use single-letter keys"],
  judging_note: [
    "判定は文書の本文とともにファイルに保存され、品質スコアの学習に使えます。ファイルには本文が入るので、扱いにご注意ください。",
    "Judgements are kept in a file together with the documents' texts, and can train the quality score. Mind that it holds texts.",
  ],
  help_keys: [
    [
      ["← →", "スライダーを動かす（Shift で細かく、PageUp / PageDown で大きく）"],
      ["[  ]", "前の規則、次の規則"],
      ["t", "しきい値のスライダーへ"],
      ["x", "この規則を使う／使わない"],
      ["1 – 5", "文書の一覧を切り替える"],
      ["j  k", "次の文書、前の文書"],
      ["o", "全文と測定値を開く／たたむ"],
      ["g  b", "良い、悪いと判定して次へ"],
      ["u", "最後の判定を取り消す"],
      ["/", "検索"],
      ["s", "レシピを保存"],
      ["l", "日本語／English"],
      ["?", "この一覧"],
    ],
    [
      ["← →", "move a slider (Shift: finer; PageUp, PageDown: further)"],
      ["[  ]", "previous, next rule"],
      ["t", "to the threshold's slider"],
      ["x", "use this rule or not"],
      ["1 – 5", "another list of documents"],
      ["j  k", "next, previous document"],
      ["o", "open the whole text and all numbers, or fold it"],
      ["g  b", "judge good or bad, and go on"],
      ["u", "take the last judgement back"],
      ["/", "search"],
      ["s", "save the recipe"],
      ["l", "日本語 / English"],
      ["?", "this list"],
    ],
  ],
};

let place = 0;

export const lang = () => (place === 0 ? "ja" : "en");

/** Speak this language from now on. */
export function speak(wanted) {
  place = wanted === "en" ? 1 : 0;
  document.documentElement.lang = lang();
}

/** What stands under `key` in the language of the page, `values` put into it. */
export function t(key, ...values) {
  const said = WORDS[key][place];
  return typeof said === "function" ? said(...values) : said;
}

/** Put words into the parts of the page that do not change: `data-t` their text, `data-label` their name. */
export function translate() {
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const button of document.querySelectorAll("button[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === lang()));
  }
}

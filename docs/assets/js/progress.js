// What a reader has done, kept in the browser's storage: per question the variant on show, and per variant
// the last answer with its verdict. Reads before each write, so two tabs do not undo each other; data that
// cannot be read are set aside, never deleted. No elements here, and no grading.

export const KEY = "cnnmath.progress";
const VERSION = 1;
const MOST_VARIANTS = 30; // per question; the best one and the newest ones are kept

/**
 * @typedef {{answer: string, status: string, score: number, attempts: number, at: number}} Variant
 * @typedef {{seed: number | null, variants: Record<string, Variant>, drafts?: Record<string, string>}} Entry
 * @typedef {{version: number, questions: Record<string, Entry>}} Saved
 */

/**
 * Dispatches `change` when something was recorded, here or in another tab.
 */
export class Progress extends EventTarget {
  /** A sentence for the reader when saving does not work, else empty. */
  trouble = "";
  /** @type {Saved} what holds where there is no storage */
  #memory = { version: VERSION, questions: {} };
  /** @type {Storage | null} */
  #storage = null;

  /** @param {() => Storage} openStorage may throw where the browser blocks storage */
  constructor(openStorage) {
    super();
    try {
      this.#storage = openStorage();
      this.#storage.getItem(KEY);
    } catch {
      this.#storage = null;
      this.trouble =
        "This browser blocks storage: your progress lasts until you leave the page. Export keeps it.";
    }
    this.#read();
  }

  /**
   * @param {string} name
   * @returns {Entry}
   */
  question(name) {
    return this.#read().questions[name] ?? { seed: null, variants: {} };
  }

  /**
   * The verdict that counts for a question: the best score over its variants, of equals the newest.
   * @param {string} name
   * @returns {({seed: number} & Variant) | null}
   */
  best(name) {
    const tried = Object.entries(this.question(name).variants).map(([seed, variant]) => ({
      seed: Number(seed),
      ...variant,
    }));
    tried.sort((one, other) => other.score - one.score || other.at - one.at);
    return tried[0] ?? null;
  }

  /**
   * Record a verdict. A second correct answer to the same variant changes nothing but the text.
   * @param {string} name
   * @param {number} seed
   * @param {{answer: string, status: string, score: number}} verdict
   * @param {number} [at] milliseconds since 1970
   */
  record(name, seed, { answer, status, score }, at = Date.now()) {
    this.#change(name, (entry) => {
      const before = entry.variants[seed];
      const attempts = before?.score === 1 ? before.attempts : (before?.attempts ?? 0) + 1;
      entry.variants[seed] = { answer, status, score, attempts, at };
      delete entry.drafts?.[seed];
      prune(entry);
    });
  }

  /**
   * Keep which variant is on show.
   * @param {string} name
   * @param {number} seed
   */
  choose(name, seed) {
    this.#change(name, (entry) => {
      entry.seed = seed;
    });
  }

  /**
   * Keep what was typed but not checked.
   * @param {string} name
   * @param {number} seed
   * @param {string} text
   */
  draft(name, seed, text) {
    this.#change(name, (entry) => {
      entry.drafts = { [seed]: text.slice(0, 2000) };
    });
  }

  /**
   * Forget some questions.
   * @param {string[]} names
   */
  reset(names) {
    const saved = this.#read();
    for (const name of names) delete saved.questions[name];
    this.#write(saved);
  }

  /** Look again: another tab has written. */
  refresh() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} name @param {(entry: Entry) => void} edit */
  #change(name, edit) {
    const saved = this.#read();
    const entry = (saved.questions[name] ??= { seed: null, variants: {} });
    edit(entry);
    this.#write(saved);
  }

  /** @returns {Saved} */
  #read() {
    if (!this.#storage) return this.#memory;
    const text = this.#storage.getItem(KEY);
    if (text === null) return { version: VERSION, questions: {} };
    try {
      return checked(JSON.parse(text));
    } catch {
      this.#setAside(text);
      return { version: VERSION, questions: {} };
    }
  }

  /** @param {Saved} saved */
  #write(saved) {
    this.#memory = saved;
    try {
      this.#storage?.setItem(KEY, JSON.stringify(saved));
    } catch {
      this.#storage = null;
      this.trouble =
        "The browser's storage is full: your progress lasts until you leave the page. Export keeps it.";
    }
    this.refresh();
  }

  /** @param {string} text */
  #setAside(text) {
    const storage = /** @type {Storage} */ (this.#storage);
    try {
      let number = 1;
      while (storage.getItem(`${KEY}.unreadable-${number}`) !== null) number += 1;
      storage.setItem(`${KEY}.unreadable-${number}`, text);
      storage.removeItem(KEY);
      const kept = `${KEY}.unreadable-${number}`;
      this.trouble = `Your saved progress could not be read. It was kept aside in this browser's storage as ${kept}.`;
    } catch {
      this.#storage = null; // no room for a copy: leave the original alone and work in memory
      this.trouble =
        "Your saved progress could not be read and was left as it is; new progress lasts until you leave the page.";
    }
  }
}

/**
 * @param {any} saved
 * @returns {Saved}
 */
function checked(saved) {
  if (saved?.version !== VERSION || !isRecord(saved.questions)) throw new TypeError("not our progress");
  for (const entry of Object.values(saved.questions)) {
    if (!isRecord(entry) || !isRecord(entry.variants)) throw new TypeError("not our progress");
    for (const variant of Object.values(entry.variants)) {
      if (typeof variant?.answer !== "string" || typeof variant.score !== "number")
        throw new TypeError("not our progress");
    }
  }
  return saved;
}

/** @param {unknown} value */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {Entry} entry */
function prune(entry) {
  const seeds = Object.keys(entry.variants);
  if (seeds.length <= MOST_VARIANTS) return;
  const score = (/** @type {string} */ seed) => entry.variants[seed].score;
  const best = seeds.reduce((one, other) => (score(other) > score(one) ? other : one));
  const oldest = seeds
    .filter((seed) => seed !== best)
    .sort((one, other) => entry.variants[one].at - entry.variants[other].at);
  for (const seed of oldest.slice(0, seeds.length - MOST_VARIANTS)) delete entry.variants[seed];
}

/** The progress of this browser. */
export const progress = new Progress(() => globalThis.localStorage);
globalThis.addEventListener?.("storage", (event) => {
  if (/** @type {StorageEvent} */ (event).key === KEY || /** @type {StorageEvent} */ (event).key === null)
    progress.refresh();
});

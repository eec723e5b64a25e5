// What an explorer shows, kept in the address of the page, so that it can be sent to somebody and comes back after
// a reload. How a state is written is the explorer's business.

const DELAY = 300; // milliseconds after the last change: browsers allow only so many changes of the address

/**
 * The place of one explorer in the address.
 * @param {HTMLElement} host its `data-address` is the name there, if it is not the only one of its kind
 * @param {string} kind the name otherwise
 */
export function addressPlace(host, kind) {
  const name = host.dataset.address ?? kind;
  let timer = 0;
  /** @param {string | null} state */
  function write(state) {
    if (!host.isConnected) return; // the reader has gone to another page, whose address is not ours
    const address = new URL(location.href);
    if (state === null) address.searchParams.delete(name);
    else address.searchParams.set(name, state);
    history.replaceState(history.state, "", address);
  }
  return {
    /** What the address says of this explorer, or null. */
    said: () => new URLSearchParams(location.search).get(name),
    /**
     * Write a state into the address soon, or remove it at once where it is the one that the page begins with.
     * @param {string} state
     * @param {string} first
     */
    keep(state, first) {
      clearTimeout(timer);
      if (state === first) write(null);
      else timer = setTimeout(() => write(state), DELAY);
    },
  };
}

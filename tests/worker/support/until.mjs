// Waiting for what is to happen, with a deadline; never for time to pass.

/**
 * Answers what `condition` answers once that is something; fails when it hasn't by the deadline.
 *
 * @template T
 * @param {string} what names what is waited for, for the failure
 * @param {() => T | Promise<T>} condition
 * @param {number} [within] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, condition, within = 10_000) {
  const deadline = performance.now() + within;
  let last;
  for (;;) {
    try {
      const found = await condition();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${within} ms`, { cause: last });
    }
    // Lets other events in before looking again.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

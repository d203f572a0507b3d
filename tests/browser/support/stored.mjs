// What a device keeps, looked at from outside.

/** How many entries each of these object stores has. */
export function counts(page, names) {
  return page.evaluate(async (names) => {
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("docket:demo"));
    const transaction = database.transaction(names);
    const all = await Promise.all(names.map((name) => done(transaction.objectStore(name).count())));
    database.close();
    return Object.fromEntries(names.map((name, n) => [name, all[n]]));
  }, names);
}

/** Waits until an object store has so many entries. */
export async function holds(page, name, count) {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const found = (await counts(page, [name]))[name];
    if (found === count) return;
    if (performance.now() > deadline) throw new Error(`${name} has ${found} entries, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Puts a row of a document beside the others, as bytes. */
export function putRow(page, document, record) {
  return page.evaluate(
    async ([document, record]) => {
      const done = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open("docket:demo"));
      const transaction = database.transaction("rows", "readwrite");
      await done(transaction.objectStore("rows").put(new Uint8Array(record), new Uint8Array(document)));
      database.close();
    },
    [document, record],
  );
}

// What a person does with the app, in its own words.

/** Reports an issue; answers its page's address below the workspace. */
export async function report(device, title, { description = "" } = {}) {
  const { page } = device;
  await device.visit("new");
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  if (description !== "") await page.getByRole("textbox", { name: "Description" }).fill(description);
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/\/issue\//);
  await page.locator("textarea.issue-title").waitFor();
  return new URL(page.url()).pathname.replace("/w/demo/", "");
}

/** Opens an issue's page. */
export async function read(device, address, page = device.page) {
  await device.visit(address, page);
  await page.locator("textarea.issue-title").waitFor();
}

/** A field's select: its label's text holds the options' as well, so it is found by the label alone. */
function field(page, label) {
  const words = page.locator(".field-label").getByText(label, { exact: true });
  return page.locator("aside.issue-fields label.field").filter({ has: words }).locator("select");
}

export async function choose(page, label, words) {
  await field(page, label).selectOption({ label: words });
}

export async function chosen(page, label) {
  return field(page, label).evaluate((select) => select.selectedOptions[0]?.label);
}

export async function retitle(page, title) {
  const field = page.locator("textarea.issue-title");
  await field.fill(title);
  await field.blur();
}

export async function setStatus(page, words, reason = "as agreed") {
  await page.locator(".status-button").click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("label.status-choice", { hasText: words }).click();
  await dialog.locator("textarea").fill(reason);
  await dialog.getByRole("button", { name: "Change the status" }).click();
  await dialog.waitFor({ state: "detached" });
}

export async function comment(page, text) {
  await page.getByLabel("New comment").fill(text);
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.locator("ol.comments > li", { hasText: text }).waitFor();
}

/** The titles of a list, first to last, as far as they are drawn. */
export async function titles(page) {
  const lines = await page.locator("#list .line:not(.heading)").evaluateAll((lines) =>
    lines
      .map((line) => [Number(line.getAttribute("aria-rowindex")), line.querySelector(".title a")?.textContent])
      .sort(([a], [b]) => a - b)
      .map(([, title]) => title),
  );
  return lines;
}

/** The titles of the ranked issues only. */
export async function ranked(page) {
  const lines = await page.locator("#list .line:not(.heading)").evaluateAll((lines) =>
    lines
      .filter((line) => /\d/.test(line.querySelector(".rank")?.textContent ?? ""))
      .map((line) => [Number(line.getAttribute("aria-rowindex")), line.querySelector(".title a")?.textContent])
      .sort(([a], [b]) => a - b)
      .map(([, title]) => title),
  );
  return lines;
}

/** Every issue of a list, first to last, by scrolling through it: `[{address, title}]`. */
export async function whole(page) {
  return page.locator("#list").evaluate(async (list) => {
    const lines = new Map();
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    for (let top = 0; top < list.scrollHeight; top += list.clientHeight / 2) {
      list.scrollTop = top;
      await painted();
      for (const link of list.querySelectorAll(".line .title a")) lines.set(link.pathname.replace("/w/demo/", ""), link.textContent);
    }
    list.scrollTop = 0;
    return [...lines].map(([address, title]) => ({ address, title }));
  });
}

/** What an issue's page comes to: its title, or the words that stand in its place. */
export async function outcome(device, { address, title }) {
  const before = await device.page.$("article.issue-page");
  await device.visit(address);
  const found = await device.page.waitForFunction(
    ({ before, title }) => {
      // Two issues may have one title: the page before doesn't count.
      const page = document.querySelector("article.issue-page");
      if (page !== null && page !== before && page.querySelector("textarea.issue-title")?.value === title) return title;
      return document.querySelector("main .state h2")?.textContent ?? false;
    },
    { before, title },
  );
  return found.jsonValue();
}

export async function act(page, title, item) {
  await page.locator("#list .line", { hasText: title }).getByRole("button", { name: "Actions for this issue" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

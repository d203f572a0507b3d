// A phone, 360 px wide: everything is reachable, nothing scrolls sideways, nothing but what is there scrolls down.

import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

for (const dark of [false, true]) {
  test(`every page fits a phone, ${dark ? "dark" : "light"}`, async (context) => {
    const place = await openPlace(context);
    const phone = await place.device(place.admin.token, { viewport: { width: 360, height: 740 }, touch: true, dark });
    const title = "A title that is long enough to need a second line on a phone, whatever it is about";
    const issue = await report(phone, title, { description: "One line of many.\n\n".repeat(60) });
    const begun = "2026-Q1";
    await phone.visit(`report/${begun}`);
    await phone.page.getByRole("button", { name: "Begin the report" }).click();
    await phone.page.getByRole("heading", { level: 1, name: /^Support report/ }).waitFor();
    const pages = {
      "list/agreed": "Agreed list",
      issues: "All issues",
      [issue]: null,
      new: "New issue",
      figures: "Figures",
      reports: "Reports",
      [`report/${begun}`]: /^Support report/,
      export: "Export",
      import: "Import",
      members: "Members",
      [`member/${place.admin.member.id}`]: "Ada Admin",
      usage: "Usage",
      audit: "Audit log",
      refused: "Refused changes",
      conflicts: "Conflicts",
      settings: "Settings",
    };
    for (const [address, name] of Object.entries(pages)) {
      await phone.visit(address);
      // Its code may be on its way.
      const heading = name === null ? phone.page.locator("textarea.issue-title") : phone.page.getByRole("heading", { level: 1, name });
      await heading.waitFor();
      const [wide, high] = await phone.page.evaluate(() => {
        const page = document.documentElement;
        return [page.scrollWidth - page.clientWidth, page.scrollHeight - page.clientHeight];
      });
      assert.ok(wide <= 0, `${address} is ${wide} px too wide`);
      assert.ok(high <= 0, `${address}: below it come ${high} px of nothing`);
      await phone.screenshot(`phone-${dark ? "dark" : "light"}-${address.replaceAll("/", "-").slice(0, 20)}`);
    }
    phone.assertQuiet();
  });
}

// A page is left with the focus in a field, by the browser's own ways: nothing that was typed is lost, nothing breaks.

import { test } from "node:test";

import { read, report } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("what is typed is kept, however the page is left", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const { page } = ann;
  const address = await report(ann, "One", { description: "A" });
  await bob.visit("issues");
  const elsewhere = () => bob.page.getByRole("link", { name: /Ann is on/ }).waitFor({ state: "detached" });
  const open = async () => {
    await ann.visit("issues");
    await read(ann, address);
    await bob.page.getByRole("link", { name: /Ann is on/ }).waitFor();
  };

  await open();
  await page.getByRole("textbox", { name: "Title" }).fill("One and a half");
  await page.goBack();
  await page.locator("#list .line", { hasText: "One and a half" }).waitFor();
  await elsewhere();

  await open();
  await page.getByRole("combobox", { name: "Priority" }).focus();
  await page.goBack();
  await page.locator("#list .line").waitFor();
  await elsewhere();

  await open();
  const description = page.getByRole("region", { name: "Description" });
  await description.getByRole("button", { name: "Edit" }).click();
  const field = description.getByRole("textbox", { name: "Description" });
  await field.press("End");
  await field.pressSequentially(" and B");
  await page.keyboard.press("Escape");
  await description.getByText("A and B").waitFor();

  await description.getByRole("button", { name: "Edit" }).click();
  await field.press("End");
  await field.pressSequentially(" and C");
  await page.goBack();
  await page.locator("#list .line").waitFor();
  await elsewhere();
  await ann.stored();
  await read(bob, address);
  await bob.page.getByText("A and B and C").waitFor();
  ann.assertQuiet();
  bob.assertQuiet();
});

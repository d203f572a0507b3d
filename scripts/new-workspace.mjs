// See scripts/new-workspace.

import { HubError, createWorkspace } from "./hub.mjs";

const [url, slug, name, admin] = process.argv.slice(2);
const secret = process.env.DOCKET_SETUP_SECRET;
try {
  if (!url || !slug || !name || !admin) {
    throw new HubError('usage: DOCKET_SETUP_SECRET=… scripts/new-workspace <url> <workspace> "<its name>" "<the admin\'s name>"');
  }
  if (!secret) {
    throw new HubError("DOCKET_SETUP_SECRET is empty: set it to what 'wrangler secret put DOCKET_SETUP_SECRET' was given.");
  }
  const made = await createWorkspace(url.replace(/\/+$/, ""), secret, slug, name, admin);
  process.stdout.write(`${JSON.stringify({ document: made.document, admin: made.token })}\n`);
} catch (error) {
  const told = error.status === 409 ? `the workspace '${slug}' exists already: another of its admins can make tokens.` : error.message;
  process.stderr.write(`new-workspace: ${error.cause ? `${told} (${error.cause.message})` : told}\n`);
  process.exit(1);
}

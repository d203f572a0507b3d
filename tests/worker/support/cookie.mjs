// A browser's session.

import { call } from "./workspace.mjs";

/** Begins a session with a token; answers `{cookie, status, body, sent}`. */
export async function signIn(place, token, { cookie, ...body } = {}) {
  const headers = { origin: place.hub.url, ...(cookie && { cookie }) };
  const response = await call(place.api("/session"), { method: "POST", body: { token, ...body }, headers });
  const set = response.headers.getSetCookie();
  return { status: response.status, body: await response.json(), sent: set, cookie: set[0]?.split(";")[0] };
}

/** A request with that session, as our own pages make it. */
export function withSession(place, cookie, resource = "", options = {}) {
  return call(place.api(resource), { ...options, headers: { cookie, origin: place.hub.url, ...options.headers } });
}

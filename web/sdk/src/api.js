// When the app comes back, and when an API says no.
import { listen } from "./page.js";

const SOON = 60; // seconds: a token that ends within them is renewed

/**
 * Renews when the tab is looked at again, if the token at hand is over or about to be.
 * Who is not signed in is left alone.
 */
export function returns(renew, library, wanted) {
  if (!wanted) return () => {};
  return listen(document, "visibilitychange", async () => {
    if (document.visibilityState !== "visible") return;
    const held = await library.holds();
    if (held && held.left < SOON) renew().catch(() => {}); // the report has it
  });
}

/**
 * Sends with the access token at hand, and once more with another where the API does not
 * take it. send(token) resolves to the response.
 */
export async function retry(send, renew, library) {
  const held = await library?.holds();
  const token = held?.access ?? accessOf(await renew());
  const response = await send(token, held?.type);
  if (response.status !== 401) return response;
  // RFC 9470 section 3: it is the sign-in that is not enough, and silence does not mend it.
  if (/insufficient_user_authentication/.test(response.headers?.get?.("WWW-Authenticate") ?? "")) return response;
  const now = await library.holds();
  if (held && now?.sub !== held.sub) return response; // what one user asked for is not sent as another's
  if (now?.access && now.access !== token) return send(now.access, now.type); // renewed meanwhile
  let result;
  try {
    result = await renew();
  } catch {
    return response; // the API's answer stands; why there is no other token is in the report
  }
  if (held && (await library.holds())?.sub !== held.sub) return response;
  return send(accessOf(result), now?.type);
}

const accessOf = (result) => result?.access_token ?? result;

/** fetch() with the access token, for retry. */
export function fetched(input, init, renew, library) {
  const request = new Request(input, init);
  return retry((token, type) => {
    if (/^dpop$/i.test(type ?? "")) throw new TypeError("hush: this token is bound to a key: use the library's own fetch in renew.retry()");
    const again = request.clone();
    again.headers.set("Authorization", `Bearer ${token}`);
    return fetch(again);
  }, renew, library);
}

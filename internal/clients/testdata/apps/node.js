// What the Node apps share: their settings, and a loop by which the tests drive
// them, one JSON line a call and one an answer.
import { createInterface } from "node:readline";

const { issuer, clientId, clientSecret, origin, key, initialAccessToken } = JSON.parse(process.env.APP);

// privateKey is the app's own, as PKCS #8.
const privateKey =
  key && (await crypto.subtle.importKey("pkcs8", Buffer.from(key, "base64"), { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]));

export { issuer, clientId, clientSecret, origin, privateKey, initialAccessToken };

const code = (e) => e.error ?? e.code ?? e.message;

export async function serve(methods) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { method, args } = JSON.parse(line);
    let answer;
    try {
      answer = { result: (await methods[method](...args)) ?? null };
    } catch (e) {
      answer = { refused: code(e), detail: [e.error_description, e.message, e.cause?.message].filter(Boolean).join(": ") };
    }
    console.log(JSON.stringify(answer));
  }
}

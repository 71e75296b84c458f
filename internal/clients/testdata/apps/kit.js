// What the apps share: the settings that the server wrote into the page, and the
// handle by which the tests drive whatever library it is.
export const { issuer, clientId, origin } = JSON.parse(document.getElementById("config").textContent);
export const userinfo = `${issuer}userinfo`;

// code finds the error code that a library's error carries, each in its own place.
const code = (e) =>
  [e?.error?.error, e?.error, e?.errorCode, e?.code, e?.reason?.params?.error, e?.message].find((c) => c && typeof c === "string");

const show = (state) => (document.body.dataset.state = state);

// heard is what the provider's frames said, the one of check_session_iframe among them.
window.heard = [];
addEventListener("message", (e) => e.origin === new URL(issuer).origin && heard.push(e.data));

// start runs an app. tokens returns { id, access, refresh } or nothing; renew gets
// new ones; revoke ends them; call asks userinfo with a DPoP proof. What cannot be done is told by
// its code. watch calls what it is given whenever the library itself finds the user gone.
export async function start({ begin, tokens, signIn, renew, signOut, revoke, call, watch }) {
  const update = async () => show((await tokens()) ? "signed-in" : "signed-out");
  window.app = {
    tokens, signIn, signOut, revoke, call,
    renew: async () => {
      try {
        await renew();
        return "renewed";
      } catch (e) {
        console.log("refused", e);
        return code(e);
      } finally {
        await update();
      }
    },
  };
  watch?.(update);
  try {
    await begin?.();
    await update();
  } catch (e) {
    console.log("failed", e);
    show(`failed: ${code(e)}`);
  }
}

// What the server wrote into this page: see settings in page.go.
export const config = JSON.parse(document.getElementById("config").textContent);

// In hush demo --cross-site this tab may use the provider's host on the app's own site.
const KEY = "demo host";
export const beside = Boolean(config.beside) && sessionStorage.getItem(KEY) === "beside";
if (beside) config.issuer = config.beside;

/** Has this tab use the other host from now on. */
export function changeHost() {
  sessionStorage.setItem(KEY, beside ? "" : "beside");
  window.location.assign("/");
}

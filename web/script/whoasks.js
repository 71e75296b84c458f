// Waits for the first message of the page that frames this one, and goes on to the
// page for that app and origin, with the session_state behind the #. What is no
// message to check_session_iframe cannot be answered: it names no app.
function () {
  addEventListener("message", (e) => {
    const asked = typeof e.data === "string" && /^([!-~]{1,200}) (\S{0,200})$/.exec(e.data);
    if (!asked || parent === window || e.source !== parent) return;
    const [, client_id, state] = asked;
    location.replace("?" + new URLSearchParams({ client_id, origin: e.origin }) + "#" + (state || "-"));
  });
}

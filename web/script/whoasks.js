// Waits for the first message, and goes on to the page for the app and origin that it
// is from: with the session_state behind the # if it is the parent's, which waits for
// the answer. What is no message to check_session_iframe cannot be answered: it names
// no app.
function () {
  addEventListener("message", (e) => {
    const asked = typeof e.data === "string" && /^([!-~]{1,200}) (\S{0,200})$/.exec(e.data);
    const parents = e.source === parent;
    if (!asked || parent === window || (!parents && e.origin !== location.ancestorOrigins?.[0])) return;
    const [, client_id, state] = asked;
    location.replace("?" + new URLSearchParams({ client_id, origin: e.origin }) + (parents ? "#" + (state || "-") : ""));
  });
}

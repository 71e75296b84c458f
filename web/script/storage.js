// Asks the browser for access to our cookies, without anybody being asked, and sends
// the request once more if it gives it. Else, and where it says nothing, it goes on
// with the refusal: a message to origin, an address, or the last form of the page.
function (marker, refusal) {
  const [first, last] = [document.forms[0], document.forms[document.forms.length - 1]];
  const submit = (form) => HTMLFormElement.prototype.submit.call(form); // a field may be named submit
  let decided = false;

  function refuse() {
    if (refusal.message) parent.postMessage(refusal.message, refusal.origin);
    else if (refusal.address) location.replace(refusal.address);
    else submit(last);
  }

  function again() {
    // Where a sandbox forbids forms nothing happens, and nobody says so.
    setTimeout(refuse, 5000);
    if (refusal.posted) submit(first);
    else location.replace(location.pathname + location.search + "&" + marker);
  }

  function decide(next) {
    if (decided) return;
    decided = true;
    next();
  }

  setTimeout(decide, 500, refuse);
  Promise.resolve()
    .then(() => document.requestStorageAccess())
    .then(() => decide(again), () => decide(refuse));
}

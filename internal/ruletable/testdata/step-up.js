// Asks for a second factor where none was shown.
function requireSecondFactor(user, context, callback) {
  const shown = ((context.authentication || {}).methods || []).some(m => m.name === 'mfa');
  if (!shown) {
    context.multifactor = { provider: 'any', allowRememberBrowser: false };
  }
  callback(null, user, context);
}

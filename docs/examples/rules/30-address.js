// Keeps out requests from listed addresses: whole ones, and beginnings that end
// with a dot or a colon. BLOCKED_ADDRESSES is a setting, such as "203.0.113., 2001:db8:".
function blockByAddress(user, context, callback) {
  const blocked = (configuration.BLOCKED_ADDRESSES || '').split(',').map(s => s.trim()).filter(Boolean);
  const ip = context.request.ip;

  const hit = blocked.some(b => /[.:]$/.test(b) ? ip.startsWith(b) : ip === b);
  if (hit) {
    console.log('blocked', ip);
    return callback(new UnauthorizedError('Not from this network.'));
  }
  callback(null, user, context);
}

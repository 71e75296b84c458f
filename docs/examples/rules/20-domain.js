// Lets in whose verified address is of one of our domains.
function allowByDomain(user, context, callback) {
  const allowed = ['shop.example', 'demo.example'];
  const domain = (user.email || '').split('@').pop().toLowerCase();

  if (!user.email_verified || !allowed.includes(domain)) {
    return callback(new UnauthorizedError('Only people of the company may sign in.'));
  }
  callback(null, user, context);
}

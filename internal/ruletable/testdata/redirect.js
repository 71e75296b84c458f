// Has everybody pass a page first, which sends its word back signed.
function viaPage(user, context, callback) {
  const jwt = require('jsonwebtoken');
  const secret = configuration.PAGE_SECRET;

  if (context.protocol !== 'redirect-callback') {
    const token = jwt.sign({ sub: user.user_id }, secret, { expiresIn: '5m', audience: 'page' });
    context.redirect = { url: 'https://shop.example/hello?token=' + token };
    return callback(null, user, context);
  }
  jwt.verify(context.request.query.token, secret, { audience: 'hush' }, function (err, said) {
    if (err || said.sub !== user.user_id) {
      return callback(new UnauthorizedError('The page did not vouch for you.'));
    }
    context.idToken['https://shop.example/greeted'] = said.greeted;
    context.idToken['https://shop.example/by'] = context.original_protocol;
    callback(null, user, context);
  });
}

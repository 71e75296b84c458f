// Adds the user's roles to the ID token and the access token of every app.
// Claims of your own have a URL as their name, so that no standard one is meant.
function addRoles(user, context, callback) {
  const namespace = 'https://shop.example/';
  const roles = (context.authorization || {}).roles || [];

  context.idToken[namespace + 'roles'] = roles;
  context.accessToken[namespace + 'roles'] = roles;

  callback(null, user, context);
}

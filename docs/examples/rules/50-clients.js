// Lets into an app only those with the role that the app's metadata asks for. Whoever
// is signed in already stays so at the other apps.
function denyByClient(user, context, callback) {
  const needed = (context.clientMetadata || {}).required_role;
  const roles = (context.authorization || {}).roles || [];

  if (needed && !roles.includes(needed)) {
    return callback(new UnauthorizedError(`${context.clientName} is for people with the role ${needed}.`));
  }
  callback(null, user, context);
}

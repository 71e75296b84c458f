// Enriches tokens from app_metadata, and keeps there what it learns: the app with
// which a user began. That is written once, not at every renewal.
async function addPlan(user, context, callback) {
  const metadata = user.app_metadata || {};

  if (!metadata.first_app) {
    metadata.first_app = context.clientName;
    try {
      await auth0.users.updateAppMetadata(user.user_id, { first_app: metadata.first_app });
    } catch (err) {
      console.log('first_app is not kept', err.message); // no reason to keep anyone out
    }
  }
  context.idToken['https://shop.example/plan'] = metadata.plan || 'free';
  context.idToken['https://shop.example/first_app'] = metadata.first_app;
  callback(null, user, context);
}

import { Component, inject } from "@angular/core";
import { provideHttpClient } from "@angular/common/http";
import { bootstrapApplication } from "@angular/platform-browser";
import { OAuthService, provideOAuthClient } from "angular-oauth2-oidc";
import { start } from "/kit.js";
import { settings } from "/settings.js";

// Without a build step a decorator is a function.
class App {
  oauth = inject(OAuthService);
}
Component({ selector: "app-root", template: "<h1>App</h1>" })(App);

const running = await bootstrapApplication(App, { providers: [provideHttpClient(), provideOAuthClient()] });
const { oauth } = running.components[0].instance;

start({
  begin: async () => {
    oauth.configure(settings);
    await oauth.loadDiscoveryDocumentAndTryLogin();
  },
  tokens: () => oauth.hasValidIdToken() && { id: oauth.getIdToken(), access: oauth.getAccessToken(), refresh: oauth.getRefreshToken() },
  signIn: () => oauth.initLoginFlow(),
  renew: async () => {
    try {
      await (oauth.getRefreshToken() ? oauth.refreshToken() : oauth.silentRefresh());
    } catch (e) {
      oauth.logOut(true); // the library leaves it to the app; true: here only
      throw e;
    }
  },
  signOut: () => oauth.logOut(),
  revoke: () => oauth.revokeTokenAndLogout(),
  watch: (update) => oauth.events.subscribe((e) => e.type === "logout" && update()),
});

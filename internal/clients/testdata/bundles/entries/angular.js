// What a small app without a build step imports. The compiler comes first: the
// library is published half compiled, and is finished in the browser.
import "@angular/compiler";
export { provideHttpClient } from "@angular/common/http";
export { Component, inject } from "@angular/core";
export { bootstrapApplication } from "@angular/platform-browser";
export { OAuthService, provideOAuthClient } from "angular-oauth2-oidc";

import { ProtocolMode, PublicClientApplication } from "@azure/msal-browser";
import { clientId, issuer, origin } from "/kit.js";

export const msal = new PublicClientApplication({
  auth: {
    clientId,
    authority: issuer,
    knownAuthorities: [new URL(issuer).host],
    redirectUri: `${origin}/redirect.html`,
    postLogoutRedirectUri: `${origin}/`,
  },
  system: { protocolMode: ProtocolMode.OIDC },
});

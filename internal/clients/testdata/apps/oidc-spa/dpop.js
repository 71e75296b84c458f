import { oidcEarlyInit } from "oidc-spa/core";
import { DPoP } from "oidc-spa/DPoP";
import { clientId, issuer } from "/kit.js";

export const { shouldLoadApp } = oidcEarlyInit({
  BASE_URL: "/",
  securityDefenses: { ...DPoP({ mode: "enforced" }) },
});
export const settings = { issuerUri: issuer, clientId, scopes: ["profile", "email"] };

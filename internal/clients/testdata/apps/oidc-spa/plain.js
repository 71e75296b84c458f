import { oidcEarlyInit } from "oidc-spa/core";
import { clientId, issuer } from "/kit.js";

export const { shouldLoadApp } = oidcEarlyInit({ BASE_URL: "/" }); // the redirect URI is <origin>/
export const settings = { issuerUri: issuer, clientId, scopes: ["profile", "email"] };

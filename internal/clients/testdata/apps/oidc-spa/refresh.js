import { oidcEarlyInit } from "oidc-spa/core";
import { clientId, issuer } from "/kit.js";

export const { shouldLoadApp } = oidcEarlyInit({ BASE_URL: "/" });
export const settings = { issuerUri: issuer, clientId, scopes: ["profile", "email", "offline_access"] };

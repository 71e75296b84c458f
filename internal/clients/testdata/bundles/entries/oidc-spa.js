export { createOidc, oidcEarlyInit } from "oidc-spa/core";
export { DPoP } from "oidc-spa/DPoP";

export { createOidc, oidcEarlyInit } from "oidc-spa/core";

export { InteractionRequiredAuthError, ProtocolMode, PublicClientApplication } from "@azure/msal-browser";
export { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

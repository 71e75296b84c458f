/** The version of this module. */
export declare const version: string;

/** A way to new tokens. The first four are those of a hidden iframe. */
export type Rung =
  | "same-site"
  | "third-party-cookie"
  | "storage-access"
  | "renewal-cookie"
  | "fedcm"
  | "refresh-token"
  | "popup"
  | "redirect";

/** All of them, in the order in which they are tried. */
export declare const rungs: readonly Rung[];

/** What became of a rung in the latest renewal. */
export interface Step {
  rung: Rung;
  state: "used" | "failed" | "unavailable" | "not-needed" | "not-tried" | "unknown";
  /** For a developer; empty for the rung that was used. */
  why: string;
  /** The OAuth error code, or the name of the library's error. */
  error?: string;
  /** The provider's reason, and the page that explains it. */
  reason?: string;
  uri?: string;
}

export interface Report {
  version: string;
  issuer: string;
  clientId: string;
  /**
   * What brought the tokens; null before the first renewal, and after one that failed.
   * "iframe" where the library did not ask by which cookie (cookie_access=true).
   */
  rung: Rung | "iframe" | null;
  at: Date | null;
  /** How long it took, in milliseconds. */
  ms: number | null;
  /** Every rung, in order. */
  rungs: Step[];
}

/** An Auth0Client of @auth0/auth0-spa-js, as far as it is used here. */
export interface Auth0 {
  getTokenSilently(options?: any): Promise<any>;
  loginWithPopup(options?: any, config?: any): Promise<any>;
  loginWithRedirect(options?: any): Promise<any>;
  getIdTokenClaims(): Promise<any>;
}

/** A UserManager of oidc-client-ts, as far as it is used here. */
export interface Manager {
  readonly settings: any;
  signinSilent(args?: any): Promise<any>;
  signinPopup(args?: any): Promise<any>;
  signinRedirect(args?: any): Promise<any>;
  getUser(raiseEvent?: boolean): Promise<any>;
  storeUser(user: any): Promise<void>;
}

/** Any other library. Only silent is needed. */
export interface Library<Result = unknown, Call extends object = object> {
  /** Renews in a hidden iframe, or rejects with the library's error. */
  silent(call: Call): Promise<Result>;
  /** Whether the library holds a refresh token, and how it uses it. */
  refreshes?(): boolean | Promise<boolean>;
  refresh?(call: Call): Promise<Result>;
  /** Asks with prompt=none in a popup; in the whole window. */
  popup?(call: Call): Promise<Result>;
  redirect?(call: Call): Promise<unknown>;
  /** Who is signed in, with which access token, good for how many seconds; or null. */
  holds?(): Promise<{ sub: string; access?: string; type?: string; left: number } | null>;
  /**
   * To share a renewal between tabs: what is asked for, as text; what another tab of the
   * same user may have of a result; and taking that. Never hand a refresh token over.
   */
  key?(call: Call): string;
  tokens?(result: Result): Promise<{ sub: string; [member: string]: unknown }>;
  adopt?(tokens: any, key: string): Promise<Result>;
}

export interface Settings {
  /** Default: where this module was imported from, or the UserManager's authority. */
  issuer?: string;
  /** Default: the UserManager's client_id. */
  clientId?: string;
  /** false: FedCM is not tried. Default true. */
  fedcm?: boolean;
  /** true: a renewal that nothing else helped leaves the page, once. Default false. */
  redirect?: boolean;
  /** false: coming back to the tab renews nothing. Default true. */
  visible?: boolean;
  /** Is called after each renewal. */
  onreport?(report: Report): void;
}

/** What one renewal may do besides asking silently. */
export interface May {
  /** Open a popup: in the handler of a click only. */
  popup?: boolean;
  /** Show the browser's account chooser (FedCM): in the handler of a click. */
  choose?: boolean;
  /** Leave the page, once until a renewal works. */
  redirect?: boolean;
}

export interface Renew<Result = any, Call extends object = Record<string, any>> {
  /**
   * Renews, past the library's cache. Resolves to what the library's silent call does
   * (auth0-spa-js: with detailedResponse); rejects with the library's own error.
   */
  (call?: Call & May): Promise<Result>;
  /** How the latest renewal went, and which rung worked last on this origin. */
  report(): Report & { remembered: Rung | "iframe" | null };
  /** fetch() with the access token, again with a new one after a 401. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** The same for any other way to send. */
  retry<R extends { status: number }>(send: (accessToken: string, tokenType?: string) => Promise<R>): Promise<R>;
  /** Takes everything back that hush() changed in the page. */
  stop(): void;
}

export declare function hush<Result = any>(
  settings: Settings &
    ({ userManager: Manager } | ({ clientId: string } & ({ auth0: Auth0 } | { library: Library<Result> } | {}))),
): Renew<Result>;

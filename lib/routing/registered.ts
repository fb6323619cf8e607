/** Where a registered DN can be called. */
export interface RegisteredContact {
  readonly requestUri: string;
  /** Next hop URI, when it is not the Request-URI. */
  readonly via?: string;
  /** Name of the trunk that it registered through; empty for none. */
  readonly trunk: string;
}

/** The DNs that have registered themselves here (RFC 3261 §10), as routing asks for them. */
export interface RegisteredDns {
  /** Of a DN of this tenant, those that answer, the best first. */
  contactsOf(tenant: string, dn: string): readonly RegisteredContact[];
  /** A contact is registered for it, whether it answers or not. */
  isRegistered(key: { readonly tenant: string; readonly dn: string }): boolean;
}

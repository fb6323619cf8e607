declare module 'sip-methods' {
  /** The methods of RFC 3261 and its extensions, in upper case. */
  const methods: readonly string[];
  export default methods;
}

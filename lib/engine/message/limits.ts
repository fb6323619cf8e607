/** How big a message may be. Beyond a limit it is refused with a status that says so, and what was read is forgotten. */
export interface MessageLimits {
  /** Start line, header lines and body together. */
  readonly maxMessageBytes: number;
  /** Method, Request-URI and version, or version, status and reason. */
  readonly maxStartLineBytes: number;
  /** Name and value of one header field with all its folded lines. */
  readonly maxHeaderLineBytes: number;
  readonly maxHeaderCount: number;
  readonly maxBodyBytes: number;
}

export const DEFAULT_LIMITS: MessageLimits = {
  // A datagram cannot exceed 65,535 octets; streams carry multipart bodies (SDP, PIDF-LO, recording metadata).
  maxMessageBytes: 256 * 1024,
  // Longest seen in the field are signed Request-URIs of some 2 KiB.
  maxStartLineBytes: 8 * 1024,
  // A header that carries attached data may be longer than the data limit (at most 65,535 octets): then the entry is
  // dropped and the call goes on, so the line itself has to be readable.
  maxHeaderLineBytes: 68 * 1024,
  // RFC 4475 §3.1.1.7 has 34 Via lines; an INVITE through several SBCs has about 60 lines.
  maxHeaderCount: 256,
  maxBodyBytes: 192 * 1024,
};

import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../errors.ts';
import { problemFor, problemMediaType } from './problem.ts';

/** Requests that Node refuses before any route is looked for: they get a problem as well, and lose their connection. */

/** RFC 9112 §9.6: what the peer still sends is read this long, so that a reset does not take the answer from it. */
const lingerMs = 1_000;

/** What Node says by its error: `HPE_…` is a message that cannot be read, anything else but a timeout is no message at all. */
function codeOf({ code = '' }: NodeJS.ErrnoException): ErrorCode | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 'header-too-large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return code.startsWith('HPE_') ? 'bad-request' : undefined;
}

/** Of each connection the last request that it has sent. */
const lastRequests = new WeakMap<
  Duplex,
  { readonly request: IncomingMessage; readonly answer: ServerResponse }
>();
/** Connections whose refusal comes after an answer that is still to come. */
const refusedSoon = new WeakSet<Duplex>();

/**
 * For `clientError`. Node tells one error again with each piece that comes after it: only the first counts. RFC 9112 §9.3.2: answers
 * come in the order of the requests, so who has sent good ones before gets their answers first.
 */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writableEnded || refusedSoon.has(socket)) return;
  const code = codeOf(error);
  const owed = answerOwed(socket);
  // A stream has no end that could be waited for, and nothing can be said in the middle of it.
  if (code === undefined || !socket.writable || owed?.headersSent === true) socket.destroy();
  else if (owed === undefined) refuse(socket, code);
  else {
    refusedSoon.add(socket);
    owed.once('close', () => {
      if (socket.writable) refuse(socket, code);
    });
  }
}

/** What is still to be said to the last request that came whole. */
function answerOwed(socket: Duplex): ServerResponse | undefined {
  const last = lastRequests.get(socket);
  return last?.request.complete === true && !last.answer.writableEnded ? last.answer : undefined;
}

/** What Node would answer by itself without a body, or not at all. */
export function takeOverFromNode(server: Server, allow: string): void {
  server.on('request', (request: IncomingMessage, answer: ServerResponse) => {
    lastRequests.set(request.socket, { request, answer });
  });
  // RFC 9110 §10.1.1: an expectation that is not known may be ignored.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => refuse(socket, 'method-not-allowed', [`Allow: ${allow}`]));
}

/** RFC 6455 §4.2.2, §4.4: a handshake without a good key, or of another version; the one there is is told. */
export function refuseHandshake(socket: Duplex): void {
  refuse(socket, 'bad-request', ['Sec-WebSocket-Version: 13']);
}

/** RFC 9112 §3.2: a request of HTTP/1.1 has exactly one Host line, which may be empty. */
export function hasOneHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') count += 1;
  return count === 1 || (count === 0 && httpVersion === '1.0');
}

function refuse(socket: Duplex, code: ErrorCode, more: readonly string[] = []): void {
  const problem = problemFor(code);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Type: ${problemMediaType}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...more,
    'Connection: close',
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.resume();
  const giveUp = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(giveUp));
}

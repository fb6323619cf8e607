// A receiver of Baton's webhooks: SECRET='the same as in Baton' PORT=8090 node examples/webhook-receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const secret = process.env.SECRET;
if (!secret) throw new Error('SECRET is not set: everybody could sign');
const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
const seen = new Set(); // of real receivers: a table of the database, for as long as Baton may try again

/** The body must be as it came, octet for octet, and not older than five minutes. */
function isFromBaton(headers, body) {
  const timestamp = headers['webhook-timestamp'];
  const signed = `${headers['webhook-id']}.${timestamp}.${body}`;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  const given = Buffer.from(headers['webhook-signature'] ?? '');
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected);
}

/** Only asked where webhooks.incomingCall points here. */
const decisionAbout = ({ customContext }) =>
  customContext.sipHeaders['X-MS-Custom-Tier'] === 'gold'
    ? { action: 'redirect', target: 'sip:gold@10.0.5.30' }
    : { action: 'answer' };

async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (!isFromBaton(request.headers, body)) return response.writeHead(401).end();
  const { id, type, subject, data } = JSON.parse(body);
  if (type === 'baton.IncomingCall') return response.end(JSON.stringify(decisionAbout(data)));
  // The same event can come twice: when the answer to the first was lost.
  if (!seen.has(id)) console.log(type, subject, JSON.stringify(data.UserData));
  seen.add(id);
  response.writeHead(204).end();
}

// Who hangs up in the middle must not end the receiver.
const server = createServer((request, response) => receive(request, response).catch(() => response.destroy()));
server.listen(process.env.PORT, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));

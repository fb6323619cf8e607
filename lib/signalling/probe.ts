import type { HeaderLine } from '../call/signal.ts';
import type { ProbeTarget } from '../ports.ts';
import { breaksFrame, hopsLine, statusFor } from './content.ts';
import { linesToSend } from './lines-to-send.ts';
import type { Server } from './server.ts';

/** RFC 3261 §11.1: OPTIONS outside a dialog. What is told, and when: `Signalling.probe`. */
export function sendProbe(
  server: Server | undefined,
  { requestUri, via }: ProbeTarget,
  answered: (status: number | undefined) => void,
): void {
  if (server === undefined || breaksFrame(requestUri) || breaksFrame(via ?? '')) {
    queueMicrotask(() => answered(server === undefined ? undefined : 503));
    return;
  }
  const own: HeaderLine[] = [
    { name: 'From', value: '<sip:localhost>' },
    { name: 'To', value: `<${requestUri}>` },
    hopsLine(70),
    { name: 'Accept', value: 'application/sdp' },
  ];
  const { lines } = linesToSend({ lines: [], own });
  server.connection.send(
    { method: 'OPTIONS', requestUri, via, lines },
    {
      sent: () => undefined,
      responded: ({ status }) => {
        if (status >= 200) answered(status);
      },
      failed: failure => answered(failure.kind === 'connection' ? undefined : statusFor(failure)),
    },
  );
}

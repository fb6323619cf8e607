/** CloudEvents 1.0, JSON format §3, structured content mode of the HTTP binding §3.2. */
export const CLOUD_EVENT_CONTENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** The attributes that differ from event to event. */
export interface CloudEvent {
  /** With `source` it is what a receiver knows a second delivery by. */
  readonly id: string;
  /** URI reference of who tells it. */
  readonly source: string;
  readonly type: string;
  /** What it is about. */
  readonly subject: string | undefined;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** JSON of `data`, taken over octet for octet. */
  readonly dataJson: string;
}

/** The event as one JSON object. */
export function cloudEventJson({ id, source, type, subject, timeMs, dataJson }: CloudEvent): string {
  const attributes = JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    // CloudEvents §3.1.2: RFC 3339.
    time: new Date(timeMs).toISOString(),
    datacontenttype: 'application/json',
  });
  return `${attributes.slice(0, -1)},"data":${dataJson}}`;
}

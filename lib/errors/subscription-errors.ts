/** What SUBSCRIBE is refused for, besides what it has in common with REGISTER. */
export const subscriptionErrors = {
  'event-unknown': {
    meaning:
      'SUBSCRIBE to another event package than message-summary; Allow-Events lists those that are served.',
    sipStatus: 489,
    blame: 'caller',
  },
  'bad-subscribe': {
    meaning: 'Event or Expires of a SUBSCRIBE cannot be taken; Warning says why.',
    sipStatus: 400,
    blame: 'caller',
  },
  'summary-unacceptable': {
    meaning: 'Accept of a SUBSCRIBE excludes application/simple-message-summary.',
    sipStatus: 406,
    blame: 'caller',
  },
  'subscription-unknown': {
    meaning: 'SUBSCRIBE within a dialog whose subscription has ended, or to another event than that is for.',
    sipStatus: 481,
    blame: 'caller',
  },
  'too-many-subscriptions': {
    meaning:
      'The subscription would be one more than messageWaiting.maxPerDn or messageWaiting.maxSubscriptions.',
    sipStatus: 503,
    blame: 'operator',
  },
  'too-many-subscribes': {
    meaning:
      'More SUBSCRIBE requests of one address than messageWaiting.perSecond; Retry-After says when to come again.',
    sipStatus: 503,
    blame: 'caller',
  },
} as const;

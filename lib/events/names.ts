/** The names of all events, verbatim. */

/** Call handling. */
const CALL_HANDLING = [
  'EventAbandoned',
  'EventBridged',
  'EventDestinationBusy',
  'EventDialing',
  'EventDiverted',
  'EventEstablished',
  'EventHeld',
  'EventNetworkReached',
  'EventPartyAdded',
  'EventPartyChanged',
  'EventPartyDeleted',
  'EventQueued',
  'EventReleased',
  'EventRetrieved',
  'EventRinging',
] as const;

const ROUTING = ['EventRouteRequest', 'EventRouteUsed'] as const;

const TREATMENT = [
  'EventTreatmentApplied',
  'EventTreatmentEnd',
  'EventTreatmentNotApplied',
  'EventTreatmentRequired',
] as const;

const AGENT_AND_DN = [
  'EventAgentLogin',
  'EventAgentLogout',
  'EventAgentNotReady',
  'EventAgentReady',
  'EventDNBackInService',
  'EventDNDOff',
  'EventDNDOn',
  'EventDNOutOfService',
  'EventForwardCancel',
  'EventForwardSet',
  'EventListenDisconnected',
  'EventListenReconnected',
  'EventMessageWaitingOff',
  'EventMessageWaitingOn',
  'EventMonitoringCancelled',
  'EventMonitoringNextCall',
  'EventMuteOff',
  'EventMuteOn',
  'EventOffHook',
  'EventOnHook',
  'EventQueueLogout',
] as const;

/** The 21 events of the Kafka topic `voice-callthread`. */
export const CALL_THREAD_EVENTS = [...CALL_HANDLING, ...ROUTING, ...TREATMENT] as const;
/** The 21 events of the Kafka topic `voice-agentstate`. */
export const AGENT_STATE_EVENTS = AGENT_AND_DN;

export type CallHandlingEventName = (typeof CALL_HANDLING)[number];
export type RoutingEventName = (typeof ROUTING)[number];
export type TreatmentEventName = (typeof TREATMENT)[number];
export type AgentStateEventName = (typeof AGENT_AND_DN)[number];

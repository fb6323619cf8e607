import { HeaderList } from '../message/header-list.ts';
import { SipMessage } from '../message/message.ts';

/** Stands for a request that has been answered for good and is needed no more. */
export const emptiedRequest = new SipMessage(
  { kind: 'request', method: '', requestUri: '' },
  new HeaderList(),
);

/** What REGISTER is refused for, and a call to a DN that is not registered. */
export const registrarErrors = {
  'bad-register': {
    meaning:
      'To, Contact, CSeq or the credentials of a REGISTER (Request-URI or credentials of a SUBSCRIBE) cannot be taken, or its Contact is none that Baton can call; Warning says why.',
    sipStatus: 400,
    blame: 'caller',
  },
  'credentials-wrong': {
    meaning: 'The credentials of a REGISTER or SUBSCRIBE are those of no user of registrar.digest.',
    sipStatus: 401,
    blame: 'caller',
  },
  'register-forbidden': {
    meaning:
      'Its sender may not register the DN, or subscribe to its messages: From is not the DN, the user of the credentials has no such DN, or it comes from a trunk with network: true without credentials.',
    sipStatus: 403,
    blame: 'caller',
  },
  'dn-not-ours': {
    meaning:
      'To of a REGISTER, or the Request-URI of a SUBSCRIBE, is no DN here: it has no user, or its host is neither an address of this server nor among registrar.domains.',
    sipStatus: 404,
    blame: 'caller',
  },
  'interval-too-brief': {
    meaning:
      'A REGISTER for less than registrar.minExpiresS, or a SUBSCRIBE for less than messageWaiting.minExpiresS; Min-Expires says how long it must be.',
    sipStatus: 423,
    blame: 'caller',
  },
  'register-out-of-order': {
    meaning: 'A later REGISTER of the same Call-ID has been taken before it.',
    sipStatus: 500,
    blame: 'caller',
  },
  'registrar-full': {
    meaning: 'The contact would be one more than registrar.maxContacts or registrar.maxBindings.',
    sipStatus: 503,
    blame: 'operator',
  },
  'too-many-registers': {
    meaning:
      'More REGISTER requests of one address than registrar.perSecond; Retry-After says when to come again.',
    sipStatus: 503,
    blame: 'caller',
  },
  'not-registered': {
    meaning: 'No contact of the called DN is registered, or none that answers.',
    sipStatus: 480,
    httpStatus: 404,
    blame: 'callee',
  },
} as const;

// Types of /openapi.json, made by `npm run client-types`. Problems are left out: failure.ts reads them.
export interface paths {
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly status: string;
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly status: string;
                            /**
                             * @description Whether events reach Kafka. While they do not they are kept: calls go on.
                             * @enum {string}
                             */
                            readonly stream: "off" | "healthy" | "unhealthy";
                            /** @description Of docs/errors.md; where the stream is unhealthy. */
                            readonly code?: string;
                            /** @description For people. */
                            readonly reason?: string;
                            /** @description Milliseconds since the epoch. */
                            readonly since?: number;
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/plain": string;
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/calls": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly calls: readonly {
                                readonly connId: string;
                                readonly callThreadId: string;
                                /** @enum {string} */
                                readonly state: "screening" | "inviting" | "ringing" | "answered" | "established" | "released";
                                readonly legs: readonly {
                                    readonly dn: string;
                                    /** @enum {string} */
                                    readonly role: "caller" | "callee";
                                    readonly state: string;
                                    readonly trunk: string | null;
                                }[];
                                /** Format: date-time */
                                readonly startedAt: string;
                            }[];
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: {
                    /** @description The same key with the same request gets the same answer, and nothing is done twice. */
                    readonly "idempotency-key"?: string;
                };
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        /** @description A sip or tel URI, or a telephone number. It finds its way by the routes, as any call does. */
                        readonly from: string;
                        /** @description A sip or tel URI, or a telephone number. It finds its way by the routes, as any call does. */
                        readonly to: string;
                        /** @description Who asks. A party's own DN makes it that party's own change. */
                        readonly thirdPartyDn?: string;
                        /** @description Attached from the start. */
                        readonly userData?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                            /**
                             * @description Where the pair lives; call, which is nowhere on the wire, when absent.
                             * @enum {string}
                             */
                            readonly scope?: "sip" | "uui" | "voip" | "call";
                        }[];
                        /** @description As Azure Communication Services has it; SIP header names with or without X-MS-Custom-. */
                        readonly customContext?: {
                            readonly sipHeaders?: {
                                readonly [key: string]: string;
                            };
                            readonly voipHeaders?: {
                                readonly [key: string]: string;
                            };
                            readonly userToUser?: string;
                        };
                        /**
                         * @description When `from` holds another call: separate (this one begins without its data), inherited (with a copy), joint (both have the same data); as the route to `to` says when absent.
                         * @enum {string}
                         */
                        readonly consult?: "separate" | "inherited" | "joint";
                        /**
                         * @description What the data becomes when another call is joined with it; as the route says when absent.
                         * @enum {string}
                         */
                        readonly merged?: "main-only" | "merged-only" | "merged-over-main" | "main-over-merged";
                    };
                };
            };
            readonly responses: {
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly connId: string;
                            /** @enum {string} */
                            readonly state: "screening" | "inviting" | "ringing" | "answered" | "established" | "released";
                            /** @description Counts the changes of the data. */
                            readonly revision: number;
                            readonly callThreadId?: string;
                            readonly legs?: readonly {
                                readonly dn: string;
                                /** @enum {string} */
                                readonly role: "caller" | "callee";
                                readonly state: string;
                                readonly trunk: string | null;
                            }[];
                            /** Format: date-time */
                            readonly startedAt?: string;
                            readonly userData?: readonly {
                                readonly key: string;
                                /** @enum {string} */
                                readonly type: "string" | "int" | "binary" | "list";
                                readonly value: unknown;
                            }[];
                            readonly customContext?: {
                                readonly sipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly voipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly userToUser?: string;
                            };
                            /** @description The one begun last. */
                            readonly recording?: {
                                /** @description userid of who asked for it, or of our making. */
                                readonly recordingId: string;
                                /** @enum {string} */
                                readonly mode: "record" | "capture";
                                /** @enum {string} */
                                readonly backend: "rtpengine" | "siprec" | "http";
                                /** @enum {string} */
                                readonly state: "starting" | "active" | "paused" | "stopping" | "stopped" | "failed";
                                /**
                                 * Format: date-time
                                 * @description When it was asked for.
                                 */
                                readonly startedAt: string;
                                /** Format: date-time */
                                readonly endedAt?: string;
                                readonly segments: readonly {
                                    /** @description On the recorder's machine. */
                                    readonly file?: string;
                                    /** @description Final when the recording has stopped. */
                                    readonly bytes?: number;
                                    /** Format: date-time */
                                    readonly startedAt?: string;
                                    /** Format: date-time */
                                    readonly endedAt?: string;
                                }[];
                                /** @description Why it failed: one of docs/errors.md. */
                                readonly code?: string;
                                /** @description For people. */
                                readonly reason?: string;
                            } | null;
                        };
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/calls/{connId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description `<16 hex digits>@<tenant>:<node>` */
                    readonly connId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly connId: string;
                            readonly callThreadId: string;
                            /** @enum {string} */
                            readonly state: "screening" | "inviting" | "ringing" | "answered" | "established" | "released";
                            readonly legs: readonly {
                                readonly dn: string;
                                /** @enum {string} */
                                readonly role: "caller" | "callee";
                                readonly state: string;
                                readonly trunk: string | null;
                            }[];
                            /** Format: date-time */
                            readonly startedAt: string;
                            readonly userData: readonly {
                                readonly key: string;
                                /** @enum {string} */
                                readonly type: "string" | "int" | "binary" | "list";
                                readonly value: unknown;
                            }[];
                            readonly customContext: {
                                readonly sipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly voipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly userToUser?: string;
                            };
                            /** @description Counts the changes of the data. */
                            readonly revision: number;
                            /** @description The one begun last. */
                            readonly recording: {
                                /** @description userid of who asked for it, or of our making. */
                                readonly recordingId: string;
                                /** @enum {string} */
                                readonly mode: "record" | "capture";
                                /** @enum {string} */
                                readonly backend: "rtpengine" | "siprec" | "http";
                                /** @enum {string} */
                                readonly state: "starting" | "active" | "paused" | "stopping" | "stopped" | "failed";
                                /**
                                 * Format: date-time
                                 * @description When it was asked for.
                                 */
                                readonly startedAt: string;
                                /** Format: date-time */
                                readonly endedAt?: string;
                                readonly segments: readonly {
                                    /** @description On the recorder's machine. */
                                    readonly file?: string;
                                    /** @description Final when the recording has stopped. */
                                    readonly bytes?: number;
                                    /** Format: date-time */
                                    readonly startedAt?: string;
                                    /** Format: date-time */
                                    readonly endedAt?: string;
                                }[];
                                /** @description Why it failed: one of docs/errors.md. */
                                readonly code?: string;
                                /** @description For people. */
                                readonly reason?: string;
                            } | null;
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/calls/{connId}/user-data": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: {
                    /** @description The same key with the same request gets the same answer, and nothing is done twice. */
                    readonly "idempotency-key"?: string;
                };
                readonly path: {
                    /** @description `<16 hex digits>@<tenant>:<node>` */
                    readonly connId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        /**
                         * @description With T-Library's meaning.
                         * @enum {string}
                         */
                        readonly operation: "attach" | "update" | "delete" | "delete-all";
                        /** @description Who asks. A party's own DN makes it that party's own change. */
                        readonly thirdPartyDn: string;
                        /** @description For attach and update. */
                        readonly userData?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                            /**
                             * @description Where the pair lives; call, which is nowhere on the wire, when absent.
                             * @enum {string}
                             */
                            readonly scope?: "sip" | "uui" | "voip" | "call";
                        }[];
                        /** @description For delete: all pairs of each key. */
                        readonly keys?: readonly string[];
                        /** @description As Azure Communication Services has it; SIP header names with or without X-MS-Custom-. */
                        readonly customContext?: {
                            readonly sipHeaders?: {
                                readonly [key: string]: string;
                            };
                            readonly voipHeaders?: {
                                readonly [key: string]: string;
                            };
                            readonly userToUser?: string;
                        };
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Refused with 409 when the data has another revision. */
                        readonly ifRevision?: number;
                    };
                };
            };
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly connId: string;
                            /** @enum {string} */
                            readonly state: "screening" | "inviting" | "ringing" | "answered" | "established" | "released";
                            /** @description Counts the changes of the data. */
                            readonly revision: number;
                            readonly callThreadId?: string;
                            readonly legs?: readonly {
                                readonly dn: string;
                                /** @enum {string} */
                                readonly role: "caller" | "callee";
                                readonly state: string;
                                readonly trunk: string | null;
                            }[];
                            /** Format: date-time */
                            readonly startedAt?: string;
                            readonly userData?: readonly {
                                readonly key: string;
                                /** @enum {string} */
                                readonly type: "string" | "int" | "binary" | "list";
                                readonly value: unknown;
                            }[];
                            readonly customContext?: {
                                readonly sipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly voipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly userToUser?: string;
                            };
                            /** @description The one begun last. */
                            readonly recording?: {
                                /** @description userid of who asked for it, or of our making. */
                                readonly recordingId: string;
                                /** @enum {string} */
                                readonly mode: "record" | "capture";
                                /** @enum {string} */
                                readonly backend: "rtpengine" | "siprec" | "http";
                                /** @enum {string} */
                                readonly state: "starting" | "active" | "paused" | "stopping" | "stopped" | "failed";
                                /**
                                 * Format: date-time
                                 * @description When it was asked for.
                                 */
                                readonly startedAt: string;
                                /** Format: date-time */
                                readonly endedAt?: string;
                                readonly segments: readonly {
                                    /** @description On the recorder's machine. */
                                    readonly file?: string;
                                    /** @description Final when the recording has stopped. */
                                    readonly bytes?: number;
                                    /** Format: date-time */
                                    readonly startedAt?: string;
                                    /** Format: date-time */
                                    readonly endedAt?: string;
                                }[];
                                /** @description Why it failed: one of docs/errors.md. */
                                readonly code?: string;
                                /** @description For people. */
                                readonly reason?: string;
                            } | null;
                        };
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/calls/{connId}/release": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: {
                    /** @description The same key with the same request gets the same answer, and nothing is done twice. */
                    readonly "idempotency-key"?: string;
                };
                readonly path: {
                    /** @description `<16 hex digits>@<tenant>:<node>` */
                    readonly connId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        /** @description Who asks. A party's own DN makes it that party's own change. */
                        readonly thirdPartyDn?: string;
                    } | null;
                };
            };
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly connId: string;
                            /** @enum {string} */
                            readonly state: "screening" | "inviting" | "ringing" | "answered" | "established" | "released";
                            /** @description Counts the changes of the data. */
                            readonly revision: number;
                            readonly callThreadId?: string;
                            readonly legs?: readonly {
                                readonly dn: string;
                                /** @enum {string} */
                                readonly role: "caller" | "callee";
                                readonly state: string;
                                readonly trunk: string | null;
                            }[];
                            /** Format: date-time */
                            readonly startedAt?: string;
                            readonly userData?: readonly {
                                readonly key: string;
                                /** @enum {string} */
                                readonly type: "string" | "int" | "binary" | "list";
                                readonly value: unknown;
                            }[];
                            readonly customContext?: {
                                readonly sipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly voipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly userToUser?: string;
                            };
                            /** @description The one begun last. */
                            readonly recording?: {
                                /** @description userid of who asked for it, or of our making. */
                                readonly recordingId: string;
                                /** @enum {string} */
                                readonly mode: "record" | "capture";
                                /** @enum {string} */
                                readonly backend: "rtpengine" | "siprec" | "http";
                                /** @enum {string} */
                                readonly state: "starting" | "active" | "paused" | "stopping" | "stopped" | "failed";
                                /**
                                 * Format: date-time
                                 * @description When it was asked for.
                                 */
                                readonly startedAt: string;
                                /** Format: date-time */
                                readonly endedAt?: string;
                                readonly segments: readonly {
                                    /** @description On the recorder's machine. */
                                    readonly file?: string;
                                    /** @description Final when the recording has stopped. */
                                    readonly bytes?: number;
                                    /** Format: date-time */
                                    readonly startedAt?: string;
                                    /** Format: date-time */
                                    readonly endedAt?: string;
                                }[];
                                /** @description Why it failed: one of docs/errors.md. */
                                readonly code?: string;
                                /** @description For people. */
                                readonly reason?: string;
                            } | null;
                        };
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/calls/{connId}/transfer": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: {
                    /** @description The same key with the same request gets the same answer, and nothing is done twice. */
                    readonly "idempotency-key"?: string;
                };
                readonly path: {
                    /** @description `<16 hex digits>@<tenant>:<node>` */
                    readonly connId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        /** @description Who gives the other party away. */
                        readonly party: string;
                        /** @description A sip or tel URI, or a telephone number. It finds its way by the routes, as any call does. */
                        readonly to?: string;
                        /** @description Mode attended: the other call of the party, instead of `to`. */
                        readonly otherConnId?: string;
                        /**
                         * @description blind: the party is released at once; single-step: when the target has answered; attended: the other parties of two calls are connected.
                         * @enum {string}
                         */
                        readonly mode: "blind" | "single-step" | "attended";
                        /**
                         * @description Mode attended: what the data of the call becomes; as its route says when absent.
                         * @enum {string}
                         */
                        readonly merged?: "main-only" | "merged-only" | "merged-over-main" | "main-over-merged";
                        /** @description Who asks. A party's own DN makes it that party's own change. */
                        readonly thirdPartyDn?: string;
                        /** @description Updates the data of the call before the target is called. */
                        readonly userData?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                            /**
                             * @description Where the pair lives; call, which is nowhere on the wire, when absent.
                             * @enum {string}
                             */
                            readonly scope?: "sip" | "uui" | "voip" | "call";
                        }[];
                        /** @description As Azure Communication Services has it; SIP header names with or without X-MS-Custom-. */
                        readonly customContext?: {
                            readonly sipHeaders?: {
                                readonly [key: string]: string;
                            };
                            readonly voipHeaders?: {
                                readonly [key: string]: string;
                            };
                            readonly userToUser?: string;
                        };
                    };
                };
            };
            readonly responses: {
                readonly 202: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly connId: string;
                            /** @enum {string} */
                            readonly state: "screening" | "inviting" | "ringing" | "answered" | "established" | "released";
                            /** @description Counts the changes of the data. */
                            readonly revision: number;
                            readonly callThreadId?: string;
                            readonly legs?: readonly {
                                readonly dn: string;
                                /** @enum {string} */
                                readonly role: "caller" | "callee";
                                readonly state: string;
                                readonly trunk: string | null;
                            }[];
                            /** Format: date-time */
                            readonly startedAt?: string;
                            readonly userData?: readonly {
                                readonly key: string;
                                /** @enum {string} */
                                readonly type: "string" | "int" | "binary" | "list";
                                readonly value: unknown;
                            }[];
                            readonly customContext?: {
                                readonly sipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly voipHeaders: {
                                    readonly [key: string]: string;
                                };
                                readonly userToUser?: string;
                            };
                            /** @description The one begun last. */
                            readonly recording?: {
                                /** @description userid of who asked for it, or of our making. */
                                readonly recordingId: string;
                                /** @enum {string} */
                                readonly mode: "record" | "capture";
                                /** @enum {string} */
                                readonly backend: "rtpengine" | "siprec" | "http";
                                /** @enum {string} */
                                readonly state: "starting" | "active" | "paused" | "stopping" | "stopped" | "failed";
                                /**
                                 * Format: date-time
                                 * @description When it was asked for.
                                 */
                                readonly startedAt: string;
                                /** Format: date-time */
                                readonly endedAt?: string;
                                readonly segments: readonly {
                                    /** @description On the recorder's machine. */
                                    readonly file?: string;
                                    /** @description Final when the recording has stopped. */
                                    readonly bytes?: number;
                                    /** Format: date-time */
                                    readonly startedAt?: string;
                                    /** Format: date-time */
                                    readonly endedAt?: string;
                                }[];
                                /** @description Why it failed: one of docs/errors.md. */
                                readonly code?: string;
                                /** @description For people. */
                                readonly reason?: string;
                            } | null;
                        };
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/calls/{connId}/recording": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description `<16 hex digits>@<tenant>:<node>` */
                    readonly connId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly connId: string;
                            /** @description The oldest first. */
                            readonly recordings: readonly {
                                /** @description userid of who asked for it, or of our making. */
                                readonly recordingId: string;
                                /** @enum {string} */
                                readonly mode: "record" | "capture";
                                /** @enum {string} */
                                readonly backend: "rtpengine" | "siprec" | "http";
                                /** @enum {string} */
                                readonly state: "starting" | "active" | "paused" | "stopping" | "stopped" | "failed";
                                /**
                                 * Format: date-time
                                 * @description When it was asked for.
                                 */
                                readonly startedAt: string;
                                /** Format: date-time */
                                readonly endedAt?: string;
                                readonly segments: readonly {
                                    /** @description On the recorder's machine. */
                                    readonly file?: string;
                                    /** @description Final when the recording has stopped. */
                                    readonly bytes?: number;
                                    /** Format: date-time */
                                    readonly startedAt?: string;
                                    /** Format: date-time */
                                    readonly endedAt?: string;
                                }[];
                                /** @description Why it failed: one of docs/errors.md. */
                                readonly code?: string;
                                /** @description For people. */
                                readonly reason?: string;
                            }[];
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: {
                    /** @description The same key with the same request gets the same answer, and nothing is done twice. */
                    readonly "idempotency-key"?: string;
                };
                readonly path: {
                    /** @description `<16 hex digits>@<tenant>:<node>` */
                    readonly connId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        /**
                         * @description pause and resume: where the recorder can.
                         * @enum {string}
                         */
                        readonly action: "start" | "stop" | "pause" | "resume";
                        /** @description start: as its entry of recording.flows says. */
                        readonly accessCode?: string;
                        /**
                         * @description start, instead of accessCode; record when absent.
                         * @enum {string}
                         */
                        readonly mode?: "record" | "capture";
                        /**
                         * @description start, instead of accessCode: what records, rtpengine when absent; else: only what it records.
                         * @enum {string}
                         */
                        readonly backend?: "rtpengine" | "siprec" | "http";
                    };
                };
            };
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly connId: string;
                            /** @description The oldest first. */
                            readonly recordings: readonly {
                                /** @description userid of who asked for it, or of our making. */
                                readonly recordingId: string;
                                /** @enum {string} */
                                readonly mode: "record" | "capture";
                                /** @enum {string} */
                                readonly backend: "rtpengine" | "siprec" | "http";
                                /** @enum {string} */
                                readonly state: "starting" | "active" | "paused" | "stopping" | "stopped" | "failed";
                                /**
                                 * Format: date-time
                                 * @description When it was asked for.
                                 */
                                readonly startedAt: string;
                                /** Format: date-time */
                                readonly endedAt?: string;
                                readonly segments: readonly {
                                    /** @description On the recorder's machine. */
                                    readonly file?: string;
                                    /** @description Final when the recording has stopped. */
                                    readonly bytes?: number;
                                    /** Format: date-time */
                                    readonly startedAt?: string;
                                    /** Format: date-time */
                                    readonly endedAt?: string;
                                }[];
                                /** @description Why it failed: one of docs/errors.md. */
                                readonly code?: string;
                                /** @description For people. */
                                readonly reason?: string;
                            }[];
                        };
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/agents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly agents: readonly {
                                readonly agentId: string;
                                readonly tenant: string;
                                readonly dn: string | null;
                                /** @enum {string} */
                                readonly state: "logged-out" | "not-ready" | "ready";
                                /** @enum {string} */
                                readonly workMode: "Unknown" | "ManualIn" | "AutoIn" | "AfterCallWork" | "AuxWork" | "NoCallDisconnect" | "WalkAway" | "ReturnBack";
                                readonly reasons: readonly {
                                    readonly key: string;
                                    /** @enum {string} */
                                    readonly type: "string" | "int" | "binary" | "list";
                                    readonly value: unknown;
                                }[];
                                readonly queues: readonly string[];
                                readonly dnd: boolean;
                                readonly forwardTo: string | null;
                                /** @description The others do not hear the agent. */
                                readonly muted: boolean;
                                readonly mutedConnId: string | null;
                                /** @description The agent does not hear the others. */
                                readonly listenDisconnected: boolean;
                                readonly listenDisconnectedConnId: string | null;
                                readonly monitoring: {
                                    readonly monitorDn: string | null;
                                    /** @enum {string} */
                                    readonly type: "MonitorOneCall" | "MonitorAllCalls";
                                } | null;
                                readonly messageWaiting: boolean;
                                readonly messages: {
                                    readonly waiting: number | null;
                                    readonly old: number | null;
                                    readonly urgent: number | null;
                                    readonly urgentOld: number | null;
                                } | null;
                                /** @description Counts what has changed. */
                                readonly revision: number;
                            }[];
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/agents/{agentId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly agentId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly agentId: string;
                            readonly tenant: string;
                            readonly dn: string | null;
                            /** @enum {string} */
                            readonly state: "logged-out" | "not-ready" | "ready";
                            /** @enum {string} */
                            readonly workMode: "Unknown" | "ManualIn" | "AutoIn" | "AfterCallWork" | "AuxWork" | "NoCallDisconnect" | "WalkAway" | "ReturnBack";
                            readonly reasons: readonly {
                                readonly key: string;
                                /** @enum {string} */
                                readonly type: "string" | "int" | "binary" | "list";
                                readonly value: unknown;
                            }[];
                            readonly queues: readonly string[];
                            readonly dnd: boolean;
                            readonly forwardTo: string | null;
                            /** @description The others do not hear the agent. */
                            readonly muted: boolean;
                            readonly mutedConnId: string | null;
                            /** @description The agent does not hear the others. */
                            readonly listenDisconnected: boolean;
                            readonly listenDisconnectedConnId: string | null;
                            readonly monitoring: {
                                readonly monitorDn: string | null;
                                /** @enum {string} */
                                readonly type: "MonitorOneCall" | "MonitorAllCalls";
                            } | null;
                            readonly messageWaiting: boolean;
                            readonly messages: {
                                readonly waiting: number | null;
                                readonly old: number | null;
                                readonly urgent: number | null;
                                readonly urgentOld: number | null;
                            } | null;
                            /** @description Counts what has changed. */
                            readonly revision: number;
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/agents/{agentId}/state": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: {
                    /** @description The same key with the same request gets the same answer, and nothing is done twice. */
                    readonly "idempotency-key"?: string;
                };
                readonly path: {
                    readonly agentId: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        /** @enum {string} */
                        readonly action: "login";
                        /** @description Where the agent works. */
                        readonly dn: string;
                        readonly queues?: readonly string[];
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "logout";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "queue-logout";
                        readonly queue: string;
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "ready";
                        /**
                         * @description T-Library's AgentWorkMode; Unknown when absent.
                         * @enum {string}
                         */
                        readonly workMode?: "Unknown" | "ManualIn" | "AutoIn" | "ReturnBack";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "not-ready";
                        /**
                         * @description T-Library's AgentWorkMode; Unknown when absent.
                         * @enum {string}
                         */
                        readonly workMode?: "Unknown" | "ManualIn" | "AutoIn" | "AfterCallWork" | "AuxWork" | "NoCallDisconnect" | "WalkAway" | "ReturnBack";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "dnd-on";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "dnd-off";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "forward-set";
                        /** @description A sip or tel URI, or a telephone number. It finds its way by the routes, as any call does. */
                        readonly to: string;
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "forward-cancel";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "mute-on";
                        /** @description The only call; all there are and come when absent. */
                        readonly connId?: string;
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "mute-off";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "listen-disconnect";
                        /** @description The only call; all there are and come when absent. */
                        readonly connId?: string;
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "listen-reconnect";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "monitor-next-call";
                        readonly monitorDn?: string;
                        /**
                         * @description MonitorOneCall when absent.
                         * @enum {string}
                         */
                        readonly type?: "MonitorOneCall" | "MonitorAllCalls";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "monitor-cancel";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "message-waiting-on";
                        readonly waiting?: number;
                        readonly old?: number;
                        /** @description Of those waiting. */
                        readonly urgent?: number;
                        /** @description Of the old ones. */
                        readonly urgentOld?: number;
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    } | {
                        /** @enum {string} */
                        readonly action: "message-waiting-off";
                        /** @description Comes back as ReferenceID in the requester's copy of the event. */
                        readonly referenceId?: number;
                        /** @description Reasons of the events; at most 4,096 octets packed. */
                        readonly reasons?: readonly {
                            readonly key: string;
                            /**
                             * @description What the value must be; taken from the value when absent.
                             * @enum {string}
                             */
                            readonly type?: "string" | "int" | "binary" | "list";
                            /** @description A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs. */
                            readonly value: unknown;
                        }[];
                    };
                };
            };
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly agentId: string;
                            /** @enum {string} */
                            readonly state: "logged-out" | "not-ready" | "ready";
                            /** @description Counts what has changed. */
                            readonly revision: number;
                            readonly tenant?: string;
                            readonly dn?: string | null;
                            /** @enum {string} */
                            readonly workMode?: "Unknown" | "ManualIn" | "AutoIn" | "AfterCallWork" | "AuxWork" | "NoCallDisconnect" | "WalkAway" | "ReturnBack";
                            readonly reasons?: readonly {
                                readonly key: string;
                                /** @enum {string} */
                                readonly type: "string" | "int" | "binary" | "list";
                                readonly value: unknown;
                            }[];
                            readonly queues?: readonly string[];
                            readonly dnd?: boolean;
                            readonly forwardTo?: string | null;
                            /** @description The others do not hear the agent. */
                            readonly muted?: boolean;
                            readonly mutedConnId?: string | null;
                            /** @description The agent does not hear the others. */
                            readonly listenDisconnected?: boolean;
                            readonly listenDisconnectedConnId?: string | null;
                            readonly monitoring?: {
                                readonly monitorDn: string | null;
                                /** @enum {string} */
                                readonly type: "MonitorOneCall" | "MonitorAllCalls";
                            } | null;
                            readonly messageWaiting?: boolean;
                            readonly messages?: {
                                readonly waiting: number | null;
                                readonly old: number | null;
                                readonly urgent: number | null;
                                readonly urgentOld: number | null;
                            } | null;
                        };
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/dns": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly dns: readonly {
                                readonly dn: string;
                                readonly tenant: string;
                                /** @description One of its contacts can be called. */
                                readonly inService: boolean;
                                readonly contacts: readonly {
                                    readonly uri: string;
                                    /** @description Next hop; null: where the URI leads. */
                                    readonly via: string | null;
                                    /** @description The best is called first. */
                                    readonly q: number;
                                    /** @description Where its REGISTER came from. */
                                    readonly source: string;
                                    readonly trunk: string | null;
                                    /** Format: date-time */
                                    readonly registeredAt: string;
                                    /** Format: date-time */
                                    readonly expiresAt: string;
                                    /**
                                     * @description Whether it answers OPTIONS; a silent one is not called.
                                     * @enum {string}
                                     */
                                    readonly health: "unknown" | "answering" | "silent";
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/schema": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": Record<string, never>;
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/schema/events.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": Record<string, never>;
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/schema/asyncapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": Record<string, never>;
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": Record<string, never>;
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Server-sent events, or a WebSocket where the request asks for an upgrade to one. The first message, and later ones with heartbeats, carry a position alone: an id without data, or {"position"}. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only copies of these parties. */
                    readonly dn?: readonly string[];
                    /** @description Only these calls. */
                    readonly connId?: readonly string[];
                    /** @description Only events of these names. */
                    readonly id?: readonly string[];
                    /** @description The last position seen: what came since is sent first. */
                    readonly after?: string;
                };
                readonly header?: {
                    /** @description The same as after, and stronger. */
                    readonly "last-event-id"?: string;
                };
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/event-stream": string;
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

/** What HTTP/2 frames are made of (RFC 9113 sections 4, 6 and 7). */

/** Of a frame's head, in bytes. */
export const frameHeadBytes = 9;

/** SETTINGS_MAX_FRAME_SIZE as everyone starts with it: the largest payload of a frame, in bytes. We never ask for more. */
export const defaultFrameBytes = 16_384;

/** Of a flow-control window; a window that exceeds it is an error (RFC 9113 section 6.9.1). */
export const maxWindowBytes = 0x7fffffff;

/** Of every flow-control window before SETTINGS or WINDOW_UPDATE say otherwise (RFC 9113 section 6.9.2). */
export const initialWindowBytes = 65_535;

/** What a client's connection begins with (RFC 9113 section 3.4). */
export const clientPreface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export const frameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goAway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

export const frameFlag = {
  /** Of SETTINGS and PING. */
  ack: 0x1,
  /** Of DATA and HEADERS. */
  endStream: 0x1,
  /** Of HEADERS, PUSH_PROMISE and CONTINUATION. */
  endHeaders: 0x4,
  /** Of DATA, HEADERS and PUSH_PROMISE. */
  padded: 0x8,
  /** Of HEADERS. */
  priority: 0x20,
} as const;

/** Codes of RST_STREAM and GOAWAY (RFC 9113 section 7). */
export const errorCode = {
  none: 0x0,
  protocol: 0x1,
  internal: 0x2,
  flowControl: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSize: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compression: 0x9,
  connect: 0xa,
  enhanceYourCalm: 0xb,
  inadequateSecurity: 0xc,
  http11Required: 0xd,
} as const;

/** Identifiers of SETTINGS (RFC 9113 section 6.5.2, RFC 8441 section 3, RFC 9218 section 2.1). */
export const setting = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
  enableConnectProtocol: 0x8,
  noRfc7540Priorities: 0x9,
} as const;

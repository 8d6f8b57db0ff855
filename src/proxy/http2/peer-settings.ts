import { defaultFrameBytes, errorCode, initialWindowBytes, maxWindowBytes, setting } from './frames.ts';

const entryBytes = 6;
const largestFrameBytes = 0xffffff;

/** What the other side has said in its SETTINGS (RFC 9113 section 6.5), and what holds before it has. */
export class PeerSettings {
  /** Of the dynamic table that we may encode header lines with, in bytes. */
  tableBytes = 4_096;
  maxStreams = 0xffffffff;
  /** Of each new stream's window that limits what we send. */
  windowBytes = initialWindowBytes;
  /** The largest payload that it takes. */
  frameBytes = defaultFrameBytes;
  /** Largest list of header lines that it takes; it may refuse larger ones. */
  headerListBytes = 0xffffffff;
  /** It takes extended CONNECT (RFC 8441). */
  allowsConnect = false;

  /** Reads the payload of one SETTINGS frame, whose length is a multiple of 6. Returns `errorCode.none`, or what is wrong. */
  read(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at += entryBytes) {
      const fault = this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
      if (fault !== errorCode.none) return fault;
    }
    return errorCode.none;
  }

  #set(id: number, value: number): number {
    switch (id) {
      case setting.headerTableSize:
        this.tableBytes = value;
        break;
      case setting.enablePush:
        if (value > 1) return errorCode.protocol;
        break;
      case setting.maxConcurrentStreams:
        this.maxStreams = value;
        break;
      case setting.initialWindowSize:
        if (value > maxWindowBytes) return errorCode.flowControl;
        this.windowBytes = value;
        break;
      case setting.maxFrameSize:
        if (value < defaultFrameBytes || value > largestFrameBytes) return errorCode.protocol;
        this.frameBytes = value;
        break;
      case setting.maxHeaderListSize:
        this.headerListBytes = value;
        break;
      case setting.enableConnectProtocol:
        // Once it is allowed it stays allowed (RFC 8441 section 3).
        if (value > 1 || (this.allowsConnect && value === 0)) return errorCode.protocol;
        this.allowsConnect = value === 1;
        break;
    }
    return errorCode.none;
  }
}

/** The payload of a SETTINGS frame of ours: identifiers with their values. */
export function settingsPayload(entries: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(entries.length * entryBytes);
  for (const [index, [id, value]] of entries.entries()) {
    payload.writeUInt16BE(id, index * entryBytes);
    payload.writeUInt32BE(value, index * entryBytes + 2);
  }
  return payload;
}

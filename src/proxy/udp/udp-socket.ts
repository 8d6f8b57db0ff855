import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Bytes that may wait in a socket because the operating system has no room; what comes then is dropped, as UDP does. */
const mostWaiting = 1_048_576;

/** A socket that asks no name service: each datagram would, even for an address, and be sent a turn of the event loop later. */
export function openUdpSocket(type: 'udp4' | 'udp6', reusePort: boolean): Socket {
  return createSocket({
    type,
    ...(reusePort ? { reusePort } : {}),
    lookup: (address, _options, callback) => callback(null, address, type === 'udp6' ? 6 : 4),
  });
}

/** A socket that sends to an endpoint and takes datagrams of nobody else. */
export function connectUdpSocket(address: string, port: number): Socket {
  const socket = openUdpSocket(isIPv6(address) ? 'udp6' : 'udp4', false);
  socket.connect(port, address);
  return socket;
}

/** Whether a socket can take one more datagram. */
export function hasRoom(socket: Socket): boolean {
  return socket.getSendQueueSize() < mostWaiting;
}

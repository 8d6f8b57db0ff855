import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, untilAnswering } from '../machine/answers.ts';
import type { Certificate } from '../machine/certificate.ts';
import { findProgram, type Program, type Programs } from '../machine/programs.ts';
import { writeNginxConfiguration } from '../peers/nginx.ts';

/** Where everything that is forwarded goes. */
export interface Origin {
  /** HTTP/1.1 in clear text. */
  readonly port: number;
  /** HTTP/2 in clear text. */
  readonly h2cPort: number;
  /** HTTP/1.1 over TLS; null without a certificate. */
  readonly tlsPort: number | null;
  /** For people. */
  readonly name: string;
}

/** What the origin answers GET with: path and bytes of the body. To a POST of /accept it answers `ok`. */
export const originFiles = { '/1k': 1024, '/64k': 65_536, '/10m': 10_485_760 } as const;
export const acceptPath = '/accept';
/** A call of gRPC is answered with one message of so many bytes, and with the status 0 in trailers. */
export const grpcPath = '/bench.Echo/Unary';
export const grpcMessageBytes = 64;

/** Starts the origin, the same for all proxies of a run: nginx with files, or where there is none a small server of our own. */
export async function startOrigin(
  programs: Programs,
  folder: string,
  cores: readonly number[],
  certificate: Certificate | null = null,
): Promise<Origin> {
  const port = await freePort();
  const h2cPort = await freePort();
  const tlsPort = certificate === null ? null : await freePort();
  const ports = { port, h2cPort, tlsPort };
  const nginx = findProgram('nginx');
  const program: Program =
    nginx === null
      ? programs.start({ file: process.execPath, args: ownServer(ports, certificate), cores })
      : programs.start({ file: nginx, args: writeNginxOrigin(folder, ports, certificate), cores });
  const probe = { port, path: '/1k', host: 'origin', bytes: originFiles['/1k'], client: 'http' } as const;
  await untilAnswering(program, probe);
  await untilAnswering(program, { ...probe, port: h2cPort, client: 'h2c' });
  if (tlsPort !== null) await untilAnswering(program, { ...probe, port: tlsPort, client: 'tls' });
  return { ...ports, name: nginx === null ? 'node:http' : 'nginx' };
}

type OriginPorts = Omit<Origin, 'name'>;

function ownServer({ port, h2cPort, tlsPort }: OriginPorts, certificate: Certificate | null): string[] {
  const words = [fileURLToPath(import.meta.resolve('./origin-server.ts')), String(port), String(h2cPort)];
  if (tlsPort === null || certificate === null) return words;
  return [...words, String(tlsPort), certificate.certificateFile, certificate.keyFile];
}

/** One message of gRPC: no compression, its length, its bytes. */
export function grpcMessage(): Buffer {
  const frame = Buffer.alloc(5 + grpcMessageBytes, 'x');
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(grpcMessageBytes, 1);
  return frame;
}

function writeNginxOrigin(
  folder: string,
  { port, h2cPort, tlsPort }: OriginPorts,
  certificate: Certificate | null,
): readonly string[] {
  const root = join(folder, 'files');
  mkdirSync(root);
  for (const [path, bytes] of Object.entries(originFiles)) writeFileSync(join(root, path), 'x'.repeat(bytes));
  writeFileSync(join(root, 'grpc'), grpcMessage());
  const overTls =
    tlsPort === null || certificate === null
      ? ''
      : `server {
        listen 127.0.0.1:${tlsPort} backlog=4096 ssl; root ${root};
        ssl_certificate ${certificate.certificateFile}; ssl_certificate_key ${certificate.keyFile};
      }`;
  const http = `
      open_file_cache max=10;
      server {
        listen 127.0.0.1:${port} backlog=4096;
        listen 127.0.0.1:${h2cPort} backlog=4096 http2;
        root ${root};
        location = ${acceptPath} { return 200 "ok"; }
        # A file cannot be posted to: the error leads to the same file, with another status.
        location = ${grpcPath} { error_page 405 =200 /grpc; return 405; }
        location = /grpc { default_type application/grpc; add_trailer grpc-status 0; }
      }
      ${overTls}`;
  return writeNginxConfiguration(folder, http, 1);
}

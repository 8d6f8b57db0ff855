import { z } from 'zod';
import { anyFields, flag, notes } from './field.ts';
import { headersSchema } from './middleware-headers.ts';

const stripPrefix = z.strictObject({
  prefixes: z
    .array(z.string().max(4096).regex(/^ *\//, 'must start with "/"'))
    .max(256)
    .exactOptional()
    .meta(notes('The first of these that the path starts with is removed. X-Forwarded-Prefix says which.')),
  forceSlash: flag('Deprecated: the path that remains starts with "/" in any case.'),
});

const addPrefix = z.strictObject({
  prefix: z
    .string()
    .max(4096)
    .regex(/^\//, 'must start with "/"')
    .meta(notes('Text to put before the path.')),
});

function later(description: string) {
  return anyFields().exactOptional().meta(notes(description));
}

/** `spec` of a Middleware: one key, which says what the middleware does, with its options. */
export const middlewareSpecSchema = z.strictObject({
  addPrefix: addPrefix.exactOptional().meta(notes('Puts a prefix before the path.')),
  stripPrefix: stripPrefix.exactOptional().meta(notes('Removes a prefix from the path.')),
  headers: headersSchema.exactOptional().meta(notes('Sets and removes headers.')),
  stripPrefixRegex: later('Removes a prefix, given as a pattern, from the path.'),
  replacePath: later('Replaces the path.'),
  replacePathRegex: later('Replaces parts of the path by a pattern.'),
  chain: later('Several middlewares as one.'),
  ipWhiteList: later('Lets listed client addresses pass. Deprecated; use ipAllowList.'),
  ipAllowList: later('Lets listed client addresses pass.'),
  encodedCharacters: later('Refuses paths with certain encoded characters.'),
  errors: later('Replaces error answers by pages of a service.'),
  rateLimit: later('Limits requests per time.'),
  redirectRegex: later('Redirects by a pattern.'),
  redirectScheme: later('Redirects to another scheme or port.'),
  basicAuth: later('Asks for a user name and password.'),
  digestAuth: later('Asks for a user name and password, with digests.'),
  forwardAuth: later('Asks another service whether a request may pass.'),
  inFlightReq: later('Limits requests at the same time.'),
  buffering: later('Reads whole bodies before they are passed on.'),
  circuitBreaker: later('Stops requests to a service that fails.'),
  compress: later('Compresses answers.'),
  passTLSClientCert: later("Passes on the client's certificate in headers."),
  retry: later('Tries requests again.'),
  contentType: later('Detects the type of answers that do not name one.'),
  grpcWeb: later('Translates gRPC-Web to gRPC.'),
  plugin: later('Middlewares that are not built in.'),
});

/** `spec` of a Middleware, decoded. */
export type MiddlewareSpec = z.infer<typeof middlewareSpecSchema>;

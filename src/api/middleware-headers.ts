import { z } from 'zod';
import { flag, notes, text, textList, textMap } from './field.ts';

/** Options of the headers middleware. */
export const headersSchema = z.strictObject({
  customRequestHeaders: textMap()
    .exactOptional()
    .meta(notes('Headers to set on the request, by name. An empty value removes the header.')),
  customResponseHeaders: textMap()
    .exactOptional()
    .meta(notes('Headers to set on the response, by name. An empty value removes the header.')),
  frameDeny: flag('Sends X-Frame-Options: DENY.'),
  customFrameOptionsValue: text()
    .exactOptional()
    .meta(notes('Value of X-Frame-Options; wins over frameDeny.')),
  contentTypeNosniff: flag('Sends X-Content-Type-Options: nosniff.'),
  browserXssFilter: flag('Sends X-XSS-Protection: 1; mode=block.'),
  customBrowserXSSValue: text()
    .exactOptional()
    .meta(notes('Value of X-XSS-Protection; wins over browserXssFilter.')),
  contentSecurityPolicy: text(16_384).exactOptional().meta(notes('Value of Content-Security-Policy.')),
  contentSecurityPolicyReportOnly: text(16_384)
    .exactOptional()
    .meta(notes('Value of Content-Security-Policy-Report-Only.')),
  referrerPolicy: text().exactOptional().meta(notes('Value of Referrer-Policy.')),
  permissionsPolicy: text(16_384).exactOptional().meta(notes('Value of Permissions-Policy.')),
  stsSeconds: z
    .int()
    .min(0)
    .exactOptional()
    .meta(
      notes('max-age of Strict-Transport-Security; 0 sends none. Over TLS only, unless forceSTSHeader.', '0'),
    ),
  stsIncludeSubdomains: flag('Adds includeSubDomains to Strict-Transport-Security.'),
  stsPreload: flag('Adds preload to Strict-Transport-Security.'),
  forceSTSHeader: flag('Sends Strict-Transport-Security in clear text too.'),
  isDevelopment: flag('Switches off allowedHosts, Strict-Transport-Security and Public-Key-Pins.'),
  accessControlAllowCredentials: flag('Sends Access-Control-Allow-Credentials: true.'),
  accessControlAllowHeaders: textList()
    .exactOptional()
    .meta(notes('Headers that a preflight answer allows.')),
  accessControlAllowMethods: textList()
    .exactOptional()
    .meta(notes('Methods that a preflight answer allows.')),
  accessControlAllowOriginList: textList().exactOptional().meta(notes('Origins that are allowed; * is any.')),
  accessControlAllowOriginListRegex: textList()
    .exactOptional()
    .meta(notes('Patterns of origins that are allowed.')),
  accessControlExposeHeaders: textList().exactOptional().meta(notes('Headers that scripts may read.')),
  accessControlMaxAge: z.int().exactOptional().meta(notes('Seconds for which a preflight answer holds.')),
  addVaryHeader: flag('Adds Origin to Vary.'),
  allowedHosts: textList()
    .exactOptional()
    .meta(notes('Hosts that are answered; any other is refused.', 'all')),
  hostsProxyHeaders: textList()
    .exactOptional()
    .meta(notes('Headers that may hold the host for allowedHosts.')),
  sslProxyHeaders: textMap()
    .exactOptional()
    .meta(notes('Headers, with their values, that show that a request came over TLS.')),
  publicKey: text().exactOptional().meta(notes('Value of Public-Key-Pins, over TLS only.')),
  featurePolicy: text().exactOptional().meta(notes('Deprecated, sends nothing; use permissionsPolicy.')),
  sslRedirect: flag('Deprecated, does nothing; use redirectScheme.'),
  sslTemporaryRedirect: flag('Deprecated, does nothing; use redirectScheme.'),
  sslForceHost: flag('Deprecated, does nothing; use redirectRegex.'),
  sslHost: text().exactOptional().meta(notes('Deprecated, does nothing; use redirectRegex.')),
});

/** Options of the headers middleware, decoded. */
export type HeadersOptions = z.infer<typeof headersSchema>;
